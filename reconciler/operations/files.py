"""Writes files of commands, regular ones whole or not at all, and nothing where a request could redirect it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO

from reconciler.desired.git.tracked import find_tracked, is_refused
from reconciler.errors import FileError, UsageError

__all__ = [
    "create_file",
    "discard_file",
    "document_mode",
    "require_folder",
    "require_own",
    "require_writable",
    "write_file",
]

# file systems without hard links
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


def require_writable(path: Path) -> None:
    """Refuse a file that could not be written later, before anything is asked of the service.

    Raises FileError, and UsageError for a symbolic link that git tracks.
    """
    target = _target(path)
    if target.is_dir():
        raise FileError(f"cannot write {path}: it is a folder; name a file")
    folder = path.parent if target.parent == path.absolute().parent else target.parent
    if not folder.is_dir():
        raise FileError(f"cannot write {path}: there is no folder {folder}; make it first")
    # a file is replaced, which is up to its folder
    asked = target if _is_special(target) else folder
    if not os.access(asked, os.W_OK):
        raise FileError(f"cannot write {path}: {asked} may not be written by this account, or is read-only")


def require_folder(path: Path) -> Path:
    """Check that files can be made in a folder, or the folder itself; return it.

    Raises FileError, and UsageError for a path through a symbolic link that git tracks.
    """
    here = require_own(path).absolute()
    there = next(one for one in (here, *here.parents) if os.path.lexists(one))
    if not there.is_dir():
        raise FileError(f"cannot write to {path}: {there} is not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise FileError(f"cannot write to {path}: {there} may not be written by this account, or is read-only")
    return path


def discard_file(path: Path) -> None:
    """Delete a file that a path leads to; anything else there, and a link to the file, stays. Raises FileError."""
    target = _target(path)
    if not _is_special(target):
        try:
            target.unlink(missing_ok=True)
        except OSError as error:
            raise FileError(f"cannot write {path}: {error.strerror}") from error


def write_file(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write a file whole or not at all, for its owner alone unless ``mode`` says more.

    A symbolic link is followed, and a device, pipe or socket is written to. Raises FileError on failure, and UsageError
    for a link that git tracks: a request could redirect it.
    """
    target = _target(path)
    try:
        if _is_special(target):
            _write_to(target, content)
        else:
            _replace(target, content, mode)
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror}") from error


def create_file(path: Path, content: bytes) -> bool:
    """Write a new file whole or not at all, with its parent folders; return whether it was written.

    Anything of that name stays as it is, a symbolic link too. Raises FileError on failure.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            return False
        mode = document_mode(path)
        with _temporary_beside(path) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        return _name_new(temporary, path)
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror}") from error
    finally:
        if temporary is not None:  # also after Ctrl-C
            temporary.unlink(missing_ok=True)


def _name_new(temporary: Path, path: Path) -> bool:
    """Rename a file unless there is something of that name; return whether it was renamed."""
    try:
        os.link(temporary, path)  # in contrast to a rename it never replaces a file made in the meantime
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            return False
        temporary.rename(path)
    return True


def require_own(path: Path) -> Path:
    """Return a path that leads nowhere by a symbolic link that git tracks; raises UsageError for any other."""
    here = path.absolute()
    for link in (one for one in (here, *here.parents) if one.is_symlink()):
        if link.name in find_tracked(link.parent, link.parent) or is_refused(link.parent):
            raise UsageError(
                f"{link} is a symbolic link that git tracks, so a request could redirect what is written there: name "
                "another place"
            )
    return path


def _target(path: Path) -> Path:
    """Return where a path leads."""
    here = require_own(path).absolute()
    if _is_special(here):  # also what /dev/stdout leads to, which has no other name
        return here
    try:
        target = here.resolve()
    except (OSError, RuntimeError) as error:  # links in a circle, before Python 3.13
        raise FileError(f"cannot write {path}: its links lead nowhere") from error
    if target.is_symlink():  # since then a circle ends where it began
        raise FileError(f"cannot write {path}: its links lead nowhere")
    return target


def _is_special(path: Path) -> bool:
    """Return whether a path is there and neither a file nor a folder, or is a stream of this process."""
    if path.is_relative_to("/dev") or path.is_relative_to("/proc"):
        return not path.is_dir()
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _temporary_beside(path: Path) -> IO[bytes]:
    import tempfile  # noqa: PLC0415 - start-up is measured, and it is for results that go into files

    return tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)


def _write_to(path: Path, content: bytes) -> None:
    if stat.S_ISSOCK(path.stat().st_mode):
        import socket  # noqa: PLC0415 - start-up is measured, and few results go there

        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(content)
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOCTTY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _replace(path: Path, content: bytes, mode: int | None) -> None:
    temporary = None
    try:
        with _temporary_beside(path) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise


def document_mode(path: Path) -> int:
    """Return the permissions that a document has, or those of any new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)  # the mask cannot be read without setting it
    os.umask(mask)
    return 0o666 & ~mask
