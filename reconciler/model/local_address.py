"""Reads addresses on which only this machine can be reached."""

from __future__ import annotations

import ipaddress

__all__ = ["read_local_address"]

_LAST_PORT = 65_535


def read_local_address(text: str) -> tuple[str, int]:
    """Return address and port of ``127.0.0.1:8321`` or ``[::1]:8321``; raises ValueError for anything else."""
    host, _, port = text.rpartition(":")
    address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
    if not address.is_loopback or not port.isascii() or not port.isdecimal() or int(port) > _LAST_PORT:
        raise ValueError(text)
    return str(address), int(port)
