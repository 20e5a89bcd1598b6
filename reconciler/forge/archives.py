"""Take a file out of what was downloaded, which may be hostile. Nothing is unpacked onto a disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from reconciler.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LARGEST_BYTES", "file_in_archive", "whole_download"]

LARGEST_BYTES = 256 * 1024 * 1024
# all that zipfile raises for damaged, encrypted or unknown content; it has no one name for it
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


def file_in_archive(chunks: Iterable[bytes], name: str) -> bytes | None:
    """Return the content of a file of a zip archive, null where the archive does not hold it.

    Raises ForgeError for content that is not an archive. Raises it too for an archive that grows beyond
    ``LARGEST_BYTES``, packed or unpacked.
    """
    packed = io.BytesIO(whole_download(chunks, f"the archive with {name}"))
    try:
        with zipfile.ZipFile(packed) as archive:
            if name not in archive.namelist():
                return None
            with archive.open(name) as file:
                # its own word for its size is not believed
                content = file.read(LARGEST_BYTES + 1)
    except _UNREADABLE as error:
        raise ForgeError(f"the archive with {name} cannot be read: {error}") from None
    if len(content) > LARGEST_BYTES:
        raise ForgeError(f"{name} is larger than {LARGEST_BYTES:,} bytes")
    return content


def whole_download(chunks: Iterable[bytes], what: str) -> bytes:
    """Return all chunks as one; raise ForgeError for more than ``LARGEST_BYTES``."""
    content = io.BytesIO()
    for chunk in chunks:
        content.write(chunk)
        if content.tell() > LARGEST_BYTES:
            raise ForgeError(f"{what} is larger than {LARGEST_BYTES:,} bytes")
    return content.getvalue()
