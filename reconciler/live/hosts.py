"""Finds out whether hosts have an address, and whether they take connections; nothing is sent to them."""

from __future__ import annotations

import contextlib
import socket

from reconciler.errors import UnreachableError

__all__ = ["connect", "look_up"]

CONNECT_SECONDS = 10


def look_up(host: str, port: int) -> str:
    """Return the first address of a host; raises UnreachableError where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(getattr(error, "strerror", None) or str(error)) from None
    return str(found[0][4][0])


def connect(host: str, port: int) -> None:
    """Connect to a host, and hang up; raises UnreachableError where it does not answer."""
    try:
        with contextlib.closing(socket.create_connection((host, port), CONNECT_SECONDS)):
            return
    except TimeoutError:
        raise UnreachableError(f"no answer within {CONNECT_SECONDS} seconds") from None
    except (OSError, UnicodeError) as error:
        raise UnreachableError(getattr(error, "strerror", None) or str(error)) from None
