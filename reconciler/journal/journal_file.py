"""Writes one run's journal, every line on disk before the call returns; it reads nothing."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Self

import msgspec

from reconciler.errors import FileError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from reconciler.model.outcomes import JournalEvent

__all__ = ["Journal", "flush_folder", "write_all"]


class Journal:
    """The journal of one run: ``<folder>/<run id>.jsonl``, created when the journal is entered.

    ``now`` returns the moment (UTC), of which the run id is made.

    Raises FileError when a line cannot be kept: without its intent on disk nothing may be written.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime.datetime]) -> None:
        # to the microsecond, so that runs stand in the order of their names
        started = now()
        self.run_id = f"{started:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}"
        self.path = folder / f"{self.run_id}.jsonl"
        self._descriptor = -1

    def __enter__(self) -> Self:
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._descriptor = os.open(self.path, flags, 0o600)
            flush_folder(folder)
        except OSError as error:
            raise self._failure(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def record(self, event: JournalEvent) -> None:
        """Write one line and wait until it is on disk."""
        try:
            write_all(self._descriptor, msgspec.json.encode(event) + b"\n")
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> FileError:
        return FileError(
            f"the journal {self.path} cannot be written: {error.strerror}; nothing more is written to the service "
            "(another folder: --journal)"
        )


def write_all(descriptor: int, line: bytes) -> None:
    """Write a line, and wait until it is on disk."""
    while line:
        line = line[os.write(descriptor, line) :]
    os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
