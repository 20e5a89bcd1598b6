"""Tells a service manager such as systemd how a process goes, by the socket that its environment names."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ServiceManager"]

SEND_SECONDS: Final = 1.0


class ServiceManager:
    """Sends lines such as ``READY=1``; without ``NOTIFY_SOCKET`` in the environment it sends nothing.

    Programs that decide and git get no such variable, so only this process speaks for the service.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        named = environment.get("NOTIFY_SOCKET", "")
        # a name that begins with @ is one of no file; other ways, such as vsock, are for virtual machines
        self._address = f"\0{named[1:]}" if named.startswith("@") else named if named.startswith("/") else None

    @property
    def listens(self) -> bool:
        """Whether there is one to tell."""
        return self._address is not None

    def tell(self, *lines: str) -> None:
        """Send lines in one message; where that fails, or takes longer than a second, they are dropped."""
        if self._address is None:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
            sending.settimeout(SEND_SECONDS)
            sending.sendto("\n".join(lines).encode(), self._address)
