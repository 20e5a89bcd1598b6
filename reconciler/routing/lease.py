"""Lets one process route for an integration, by a locked file that ends with the process."""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.errors import FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["hold_lease"]

_LONGEST = 200


@contextmanager
def hold_lease(folder: Path, login_id: str) -> Iterator[Callable[[], None]]:
    """Hold the lease of an integration until the block ends; yield what raises FileError once it is lost.

    Raises UsageError if another process has it, whose number it names, and FileError if there can be no such file.
    """
    path = folder / f"{login_id}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise FileError(f"the lease {path} cannot be written: {error.strerror} (another folder: --journal)") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(descriptor, _LONGEST, 0).decode("utf-8", "replace").strip()
            shown = f"process {holder}" if holder.isprintable() and holder else "another process"
            raise UsageError(
                f"{shown} routes for this integration already ({path}): end it first, nothing was sent"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield lambda: _require_held(path, descriptor)
    finally:
        os.close(descriptor)


def _require_held(path: Path, descriptor: int) -> None:
    try:
        there, ours = path.stat(), os.fstat(descriptor)
    except OSError as error:
        raise FileError(f"the lease {path} is gone ({error.strerror}): nothing more is sent") from error
    if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
        raise FileError(f"the lease {path} was replaced while this process ran: nothing more is sent")
