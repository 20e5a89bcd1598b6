"""What commands write to: files whole, odd targets as they are, and no link that a request could redirect.

Every node here is one that the test made.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import FileError, UsageError
from reconciler.operations.files import (
    create_file,
    discard_file,
    require_folder,
    require_own,
    require_writable,
    write_file,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """A new one is for its owner alone; nothing else is left in the folder."""
    path = tmp_path / "plan.json"
    require_writable(path)
    for content in (b"one", b"two"):
        write_file(path, content)
        assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """It stays a pipe."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    require_writable(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    write_file(path, b"told")
    reader.join(10)
    assert (read, stat.S_ISFIFO(path.stat().st_mode)) == ([b"told"], True)


def test_a_socket_is_written_to(tmp_path: Path) -> None:
    """It stays a socket; one that nobody listens on is an error that names it."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        require_writable(path)
        write_file(path, b"told")
        connection, _ = listening.accept()
        with connection:
            assert connection.recv(99) == b"told"
    with pytest.raises(FileError, match=r"cannot write .*/s: "):
        write_file(path, b"told")
    assert stat.S_ISSOCK(path.stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a device")
def test_a_device_is_written_to(tmp_path: Path) -> None:
    """One that this test made: it stays a device, and a link to it leads there."""
    path = tmp_path / "null"
    os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    (tmp_path / "link").symlink_to("null")
    for name in ("null", "link"):
        require_writable(tmp_path / name)
        write_file(tmp_path / name, b"told")
    assert stat.S_ISCHR(path.stat().st_mode)
    assert (tmp_path / "link").is_symlink()


def test_a_link_is_followed(tmp_path: Path) -> None:
    """The link stays, and what it leads to is replaced, or made."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/plan.json")
    for content in (b"one", b"two"):
        write_file(tmp_path / "link", content)
        assert (tmp_path / "real" / "plan.json").read_bytes() == content
    assert (tmp_path / "link").is_symlink()
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(FileError, match="cannot write "):
        write_file(tmp_path / "circle", b"")


@pytest.mark.parametrize("name", ["plan.json", "out/plan.json"])
def test_a_link_that_git_tracks(tmp_path: Path, name: str) -> None:
    """The file or a folder on the way: refused before anything is asked, and nothing is written."""
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    elsewhere.mkdir()
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    link = work / name.split("/", maxsplit=1)[0]
    link.symlink_to(elsewhere if "/" in name else elsewhere / "stolen")
    require_writable(work / name)
    subprocess.run(["git", "-C", str(work), "add", "-A"], check=True)
    for attempt in (require_own, require_writable, lambda path: write_file(path, b"told")):
        with pytest.raises(UsageError, match="is a symbolic link that git tracks"):
            attempt(work / name)
    assert list(elsewhere.iterdir()) == []


def test_what_cannot_be_written(tmp_path: Path) -> None:
    """A folder, and a file in a folder that is not there: told before anything is asked of the service."""
    with pytest.raises(FileError, match="it is a folder"):
        require_writable(tmp_path)
    with pytest.raises(FileError, match="there is no folder"):
        require_writable(tmp_path / "no" / "plan.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """It is named before anything is asked of the service."""
    tmp_path.chmod(0o500)
    with pytest.raises(FileError, match="may not be written by this account"):
        require_writable(tmp_path / "plan.json")
    tmp_path.chmod(0o700)


def test_what_is_discarded(tmp_path: Path) -> None:
    """A file, also through a link, which stays; nothing else."""
    file, link, pipe = tmp_path / "plan.json", tmp_path / "link", tmp_path / "pipe"
    file.write_text("old")
    link.symlink_to(file)
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path / "none"):
        discard_file(path)
    assert (file.exists(), link.is_symlink(), stat.S_ISFIFO(pipe.stat().st_mode)) == (False, True, True)
    file.write_text("old")
    discard_file(file)
    assert not file.exists()


def test_a_folder_to_write_in(tmp_path: Path) -> None:
    """It is there or can be made; a file in its place, or on the way, is told."""
    assert require_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert not (tmp_path / "a").exists()
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "b"):
        with pytest.raises(FileError, match=r"cannot write to .*: .*/file is not a folder"):
            require_folder(path)


def test_a_new_file(tmp_path: Path) -> None:
    """It is made with its folders, and readable as any other; what is there stays, a link that leads nowhere too."""
    path = tmp_path / "a" / "b" / "new"
    assert create_file(path, b"new")
    assert not create_file(path, b"other")
    assert (path.read_bytes(), list(path.parent.iterdir())) == (b"new", [path])
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert not create_file(tmp_path / "link", b"new")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("code", [errno.EEXIST, errno.EPERM, errno.ENOTSUP])
def test_a_file_made_in_the_meantime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """It stays as it is, also on a file system without hard links."""

    def link(_from: Path, to: Path) -> None:
        to.write_bytes(b"theirs")
        raise OSError(code, "no")

    monkeypatch.setattr(os, "link", link)
    assert not create_file(tmp_path / "new", b"ours")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"theirs"]


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new file is made there too; any other failure is told, and leaves nothing behind."""
    failures = [OSError(errno.EPERM, "no"), OSError(errno.EIO, "Input/output error")]

    def link(_from: Path, _to: Path) -> None:
        raise failures.pop(0)

    monkeypatch.setattr(os, "link", link)
    assert create_file(tmp_path / "new", b"ours")
    with pytest.raises(FileError, match=r"cannot write .*other: Input/output error"):
        create_file(tmp_path / "other", b"ours")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"ours"]
