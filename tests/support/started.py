"""A command line in a process of its own, forked off one that has loaded it already; soon imported itself."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Started"]

_STOP_SECONDS = 10


class Started:
    """One command line, asked for at the address of what forks; ``number`` is that of its process."""

    def __init__(
        self,
        address: str,
        folder: Path | str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        streams: Sequence[int] = (0, 1, 2),
    ) -> None:
        request = {"folder": str(folder), "arguments": [*arguments], "environment": {**environment}}
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(address)
        line = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(self._connection, [line], streams)
        self._connection.sendall(line[sent:])
        self._answers = self._connection.makefile("r")
        self.number = int(self._answers.readline())

    def wait(self, seconds: float | None = None) -> int:
        """Return the exit code once it has ended; after too many seconds it is ended, which is an error."""
        self._connection.settimeout(seconds)
        try:
            return int(self._answers.readline())
        except TimeoutError:
            self.terminate()  # so that it ends what it started itself, which may hold its streams
            if not select.select([self._connection], [], [], _STOP_SECONDS)[0]:
                os.kill(self.number, signal.SIGKILL)
            raise
        finally:
            self._answers.close()
            self._connection.close()

    def terminate(self) -> None:
        """Ask it to end."""
        os.kill(self.number, signal.SIGTERM)
