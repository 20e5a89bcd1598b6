"""The end of a service manager: a datagram socket that keeps what a process says of itself."""

from __future__ import annotations

import socket
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NotifySocket", "notified"]


class NotifySocket:
    """A socket that waits for messages; ``name`` is for ``NOTIFY_SOCKET``."""

    def __init__(self, taken: socket.socket, name: str) -> None:
        self._taken = taken
        self.name = name

    def next(self, seconds: float = 20.0) -> list[str]:
        """Return the lines of the next message; raises TimeoutError if none comes."""
        self._taken.settimeout(seconds)
        return self._taken.recv(65_536).decode().splitlines()

    def waits_for(self, line: str, seconds: float = 20.0) -> list[str]:
        """Return all lines up to the message with a line that begins so."""
        lines: list[str] = []
        while not any(one.startswith(line) for one in lines):
            lines += self.next(seconds)
        return lines

    def waiting(self) -> list[str]:
        """Return the lines of all messages that are there already."""
        lines: list[str] = []
        self._taken.settimeout(0.0)
        while True:
            try:
                lines += self._taken.recv(65_536).decode().splitlines()
            except BlockingIOError:
                return lines


@contextmanager
def notified(*, abstract: bool = False) -> Iterator[NotifySocket]:
    """Yield a socket with a path, which is short enough for one, or a socket whose name is no file."""
    with (
        tempfile.TemporaryDirectory(prefix="reconciler-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as taken,
    ):
        path = f"{folder}/notify"
        taken.bind(f"\0{path}" if abstract else path)
        yield NotifySocket(taken, f"@{path}" if abstract else path)
