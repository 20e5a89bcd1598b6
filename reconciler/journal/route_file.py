"""Writes the journal of routes, a file a day, every line on disk before the call returns; it reads nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

import msgspec

from reconciler.errors import FileError
from reconciler.journal.journal_file import flush_folder, write_all

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from reconciler.model.routed import RouteLine

__all__ = ["RouteJournal", "route_folder"]


def route_folder(journal: Path) -> Path:
    """Return the folder of the journal of routes, within that of the journal."""
    return journal / "route"


class RouteJournal:
    """The journal of one process that routes: ``<folder>/<day>.jsonl``, further lines behind those of others.

    ``now`` returns the moment (UTC). ``carried`` returns what a new file begins with: so a start reads few files.
    ``require`` raises if this process may not write any more.

    Raises FileError when a line cannot be kept: without its intent on disk nothing may be sent.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime.datetime],
        carried: Callable[[], Iterable[RouteLine]] = tuple,
        require: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder = folder
        self._now = now
        self._carried = carried
        self._require = require
        self._day = ""
        self._descriptor = -1

    def __enter__(self) -> Self:
        self._follow_day()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def record(self, event: RouteLine) -> None:
        """Write one line and wait until it is on disk; the file must still be the one in the folder."""
        self._require()
        self._follow_day()
        self._require_place()
        self._write(event)

    def _write(self, event: RouteLine) -> None:
        try:
            write_all(self._descriptor, msgspec.json.encode(event) + b"\n")
        except OSError as error:
            raise self._failure(error) from error

    def _follow_day(self) -> None:
        day = f"{self._now():%Y-%m-%d}"
        if day == self._day and self._descriptor >= 0:
            return
        self._close()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{day}.jsonl"
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            flush_folder(self._folder)
            size = os.fstat(self._descriptor).st_size
            if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
                # a line that a crash has torn stays, and ends here
                write_all(self._descriptor, b"\n")
        except OSError as error:
            raise self._failure(error) from error
        is_next_day = bool(self._day)
        self._day = day
        for intent in self._carried() if size == 0 or is_next_day else ():
            self._write(intent)

    def _require_place(self) -> None:
        path = self._folder / f"{self._day}.jsonl"
        try:
            there = path.stat()
        except OSError as error:
            raise self._failure(error) from error
        ours = os.fstat(self._descriptor)
        if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
            raise self._failure(OSError(0, "it was replaced while this process ran"))

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _failure(self, error: OSError) -> FileError:
        return FileError(
            f"the journal of routes in {self._folder} cannot be written: {error.strerror}; nothing more is sent "
            "(another folder: --journal)"
        )
