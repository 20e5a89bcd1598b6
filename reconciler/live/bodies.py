"""Reads the body of an answer, unpacked, within a number of bytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BodyError", "read_body"]

_GZIP = zlib.MAX_WBITS | 16
_WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}
_UNPACKED_AT_ONCE_BYTES = 1024 * 1024


class BodyError(Exception):
    """A body that is too large, or packed in a way that cannot be undone; the text says which."""


def read_body(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """Return the whole body, of at most ``most`` bytes packed and unpacked.

    ``encoding`` is the value of ``Content-Encoding``, empty where there is none. Raises BodyError.
    """
    encoding = encoding.strip().lower()
    chunks = _counted(chunks, most)
    if encoding not in {"", "identity"}:
        window = _WINDOWS.get(encoding)
        if window is None:
            raise BodyError("is packed in a way that nobody asked for")
        chunks = _counted(_unpacked(chunks, window), most)
    try:
        parts = list(chunks)
    except zlib.error:
        raise BodyError("cannot be unpacked") from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _counted(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise BodyError(f"is larger than {most:,} bytes")
        yield chunk


def _unpacked(chunks: Iterable[bytes], window: int) -> Iterator[bytes]:
    """Yield what is unpacked, in small parts: a few bytes can unpack to a thousand times as many."""
    inflater: Any = None
    for packed in chunks:
        rest = packed
        if inflater is None:
            inflater = _inflater(rest, window)
        while not inflater.eof:
            part = inflater.decompress(rest, _UNPACKED_AT_ONCE_BYTES)
            yield part
            rest = inflater.unconsumed_tail
            if not rest and len(part) < _UNPACKED_AT_ONCE_BYTES:
                break
    if inflater is not None and not inflater.eof:
        raise zlib.error


def _inflater(first: bytes, window: int) -> Any:
    """Return what unpacks; servers disagree on whether 'deflate' has the header of zlib, so its start decides."""
    if window != _GZIP:
        try:
            zlib.decompressobj(window).decompress(first, 1)
        except zlib.error:
            window = -window
    return zlib.decompressobj(window)
