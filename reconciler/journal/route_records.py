"""Reads the journal of routes back, tolerating lines that a crash has torn."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import msgspec

from reconciler.errors import DocumentsError
from reconciler.model.routed import RouteLine, RouteStarted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["decode_route_lines", "is_route_journal", "read_route_file", "read_route_lines", "route_files"]

DAYS: Final = 8
_BEGINNING = b'{"event":"route-'
_NAME = re.compile(r"\d{4}-\d\d-\d\d\.jsonl", re.ASCII)


@cache
def _decoder() -> msgspec.json.Decoder[RouteLine]:
    return msgspec.json.Decoder(RouteLine)


def is_route_journal(path: Path, content: bytes) -> bool:
    """Return whether a file is one of this journal, by its name or by how its content begins."""
    return _NAME.fullmatch(path.name) is not None or content.startswith(_BEGINNING)


def route_files(folder: Path) -> list[Path]:
    """Return the files of a journal of routes, the oldest first."""
    return sorted(folder.glob("[0-9]*.jsonl")) if folder.is_dir() else []


def read_route_lines(folder: Path, days: int = DAYS) -> Iterator[RouteLine]:
    """Yield the lines of the last so many files, the oldest first.

    Lines that crashes have torn end a file, or are followed by the start of another process. Raises DocumentsError for
    any other line that cannot be read: it may be an answer that nobody knows of.
    """
    for path in route_files(folder)[-days:]:
        yield from read_route_file(path)


def read_route_file(path: Path) -> Iterator[RouteLine]:
    """Yield the lines of one file; raises what ``read_route_lines`` raises."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DocumentsError(f"the journal {path} cannot be read: {error.strerror}") from None
    yield from decode_route_lines(content, path)


def decode_route_lines(content: bytes, path: Path) -> Iterator[RouteLine]:
    """Yield the lines of the content of a file; raises DocumentsError, which names the ``path``."""
    torn: tuple[int, str] | None = None
    for number, text in enumerate(content.split(b"\n"), 1):
        if not text:
            continue
        try:
            line = _decoder().decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if not _is_torn(error):
                torn = number, str(error)
                break
            torn = torn or (number, str(error))
            continue
        if torn is not None and not isinstance(line, RouteStarted):
            break
        torn = None
        yield line
    else:
        return
    assert torn is not None  # noqa: S101 - else the loop would not have ended early
    raise DocumentsError(
        f"{path}:{torn[0]}: not a line of this journal ({torn[1]}): compare it with what Procore shows, then repair it"
    )


def _is_torn(error: Exception) -> bool:
    """Return whether a line only lacks its end; one that is whole and not understood is damage."""
    return str(error) == "Input data was truncated"
