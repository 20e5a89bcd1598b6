"""Tells which addresses a secret may be sent to; it sends nothing."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from reconciler.errors import DocumentsError

__all__ = ["check_address", "has_good_port"]

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})"
_URL = re.compile(rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?/?")


def check_address(name: str, url: str, *, example: str = "https://api.procore.com") -> None:
    """Refuse an address to which a token may not go: no host, a login in it, or plain http to another machine.

    Raises DocumentsError, which names what the address is for.
    """
    if "@" in url:
        # without the address: what stands before the @ may be a secret
        raise DocumentsError(f"{name} holds a login; credentials come from variables of their own alone")
    found = _URL.fullmatch(url)
    if found is None or not has_good_port(url):
        raise DocumentsError(f"{name} is {url!r}; write an address such as {example}")
    if found["scheme"] == "http" and not _is_loopback(found["host"].strip("[]")):
        raise DocumentsError(
            f"{name} is {url!r}: plain http would send the token in the open; use https (http is for loopback)"
        )


def has_good_port(url: str) -> bool:
    """Tell whether an address has a host, and a port that is one where it names any."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
