"""Reads and writes the folder of the people lock: the old one or the new one, never both."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.errors import FileError
from reconciler.model.people_lock import LOCK_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["alone", "read_lock_files", "restore_lock_files", "write_lock_files"]

# hidden, so that no half of a lock is ever read
_NEW, _OLD = f".{LOCK_FOLDER}.new", f".{LOCK_FOLDER}.old"


def read_lock_files(root: Path) -> dict[str, bytes]:
    """Return the content of each file of the lock by path; nothing where there is none."""
    folder = root / LOCK_FOLDER
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def restore_lock_files(root: Path, *, check: bool) -> None:
    """Put the old lock back where a run was ended between the old one and the new one.

    Raises FileError where nothing may be written.
    """
    if not (root / _OLD).is_dir() or (root / LOCK_FOLDER).exists():
        return
    if check:
        raise FileError(f"a run was ended while it wrote {LOCK_FOLDER}: run it without --check, which puts it right")
    (root / _OLD).rename(root / LOCK_FOLDER)


def write_lock_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Put a new lock in place of the one that is there. A run that was ended leaves a folder that the next one removes.

    Raises FileError where it cannot be written.
    """
    new, old, folder = root / _NEW, root / _OLD, root / LOCK_FOLDER
    if folder.is_symlink() or (folder / ".git").exists():
        raise FileError(f"{LOCK_FOLDER} is a link or a submodule, and is replaced as a whole: make it a plain folder")
    try:
        shutil.rmtree(new, ignore_errors=True)
        for name, content in files.items():
            path = new / name.removeprefix(f"{LOCK_FOLDER}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        restore_lock_files(root, check=False)
        raise FileError(f"cannot write {LOCK_FOLDER}: {error.strerror}; what was there is still there") from error


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the folder against other runs, as long as the block lasts. Raises FileError where one is under way."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FileError(f"another run writes {LOCK_FOLDER} here: wait until it ended, and run it again") from None
        yield
    finally:
        os.close(descriptor)
