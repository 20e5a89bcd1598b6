"""Messages to a service manager: they arrive, or they are dropped."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from reconciler.routing import service_manager
from reconciler.routing.service_manager import ServiceManager
from tests.support.notify_socket import notified

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "abstract",
    [False, pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux has them"))],
)
def test_lines_are_one_message(*, abstract: bool) -> None:
    """A socket with a path, and one with an abstract name."""
    with notified(abstract=abstract) as there:
        manager = ServiceManager({"NOTIFY_SOCKET": there.name})
        manager.tell("READY=1", "STATUS=healthy")
        manager.tell("WATCHDOG=1")
        assert manager.listens
        assert (there.next(), there.next()) == (["READY=1", "STATUS=healthy"], ["WATCHDOG=1"])


@pytest.mark.parametrize("name", [None, "", "vsock:2:1234", "run/notify"])
def test_nobody_listens(name: str | None) -> None:
    """Without a socket that can be reached, nothing is sent."""
    manager = ServiceManager({} if name is None else {"NOTIFY_SOCKET": name})
    manager.tell("READY=1")
    assert not manager.listens


@pytest.mark.parametrize("name", ["none", "x" * 200])
def test_a_socket_that_is_gone(tmp_path: Path, name: str) -> None:
    """The message is dropped, and nothing is raised or made."""
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / name)}).tell("READY=1")
    assert list(tmp_path.iterdir()) == [], "nothing is made in its place"


def test_a_socket_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service manager that reads nothing does not hold the process."""
    monkeypatch.setattr(service_manager, "SEND_SECONDS", 0.05)
    with notified() as there:
        manager = ServiceManager({"NOTIFY_SOCKET": there.name})
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filling, suppress(BlockingIOError):
            filling.settimeout(0.0)
            while True:
                filling.sendto(b"FULL=1", there.name)
        manager.tell("WATCHDOG=1")
        assert set(there.waiting()) == {"FULL=1"}
