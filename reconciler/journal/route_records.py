"""Reads the journal of routes back, tolerating lines that a crash has torn."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import msgspec

from reconciler.errors import DocumentsError
from reconciler.model.routed import RouteLine, RouteStarted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["read_route_lines"]

DAYS: Final = 8


@cache
def _decoder() -> msgspec.json.Decoder[RouteLine]:
    return msgspec.json.Decoder(RouteLine)


def read_route_lines(folder: Path, days: int = DAYS) -> Iterator[RouteLine]:
    """Yield the lines of the last so many files, the oldest first.

    Lines that crashes have torn end a file, or are followed by the start of another process. Raises DocumentsError for
    any other line that cannot be read: it may be an answer that nobody knows of.
    """
    files = sorted(folder.glob("[0-9]*.jsonl")) if folder.is_dir() else []
    for path in files[-days:]:
        yield from _lines(path)


def _is_torn(error: Exception) -> bool:
    """Return whether a line only lacks its end; one that is whole and not understood is damage."""
    return str(error) == "Input data was truncated"


def _lines(path: Path) -> Iterator[RouteLine]:
    try:
        texts = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DocumentsError(f"the journal {path} cannot be read: {error.strerror}") from None
    torn: tuple[int, str] | None = None
    for number, text in enumerate(texts, 1):
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
