"""Which addresses a secret may be sent to: published by the service, or named by the environment."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.errors import DocumentsError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOT_AN_ADDRESS", "PUBLISHED_HOSTS", "check_address", "has_good_port", "origin_of", "trusted_origins"]

# docs/service.md section 3: production and the developer sandbox.
PUBLISHED_HOSTS = ("api.procore.com", "login.procore.com", "sandbox.procore.com", "login-sandbox.procore.com")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")

Origin = tuple[str, int]
NOT_AN_ADDRESS = "is not just scheme, host and port (it is not shown here, because it can hold a secret)"

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})"
_URL = re.compile(rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?/?")


def check_address(name: str, url: str, *, example: str = "https://api.procore.com") -> None:
    """Refuse an address that is not scheme, host and port, holds a login, or is plain http to another machine.

    Raises DocumentsError, which names what the address is for. It shows an address only if that is a scheme, a host and
    a port. A path, a query or a text of another kind can be a secret.
    """
    if "@" in url:
        # without the address: the part before the @ may be a secret
        raise DocumentsError(f"{name} holds a login; credentials come from variables of their own alone")
    found = _URL.fullmatch(url)
    if found is None:
        raise DocumentsError(f"{name} {NOT_AN_ADDRESS}: write an address such as {example}")
    if not has_good_port(url):
        raise DocumentsError(f"{name} is {url!r}; write an address such as {example}")
    if found["scheme"] == "http" and not _is_loopback(found["host"].strip("[]")):
        raise DocumentsError(
            f"{name} is {url!r}: plain http would send the token in the open; use https (http is for loopback)"
        )


def has_good_port(url: str) -> bool:
    """Return whether an address has a host, and a port that is one where it names any."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def trusted_origins(environment: Mapping[str, str]) -> frozenset[Origin]:
    """Return every host and port that credentials may be sent to.

    These are the service's published hosts, and the hosts that the environment names. ``RECONCILER_API_URL`` and
    ``RECONCILER_AUTH_URL`` hold addresses. ``RECONCILER_TRUSTED_HOSTS`` holds ``HOST`` or ``HOST:PORT``, separated by
    blanks or commas. A host without a port means port 443.

    Raises:
        DocumentsError: ``RECONCILER_TRUSTED_HOSTS`` holds something that is not a host.

    """
    origins = {(host, 443) for host in PUBLISHED_HOSTS}
    for name in ("RECONCILER_API_URL", "RECONCILER_AUTH_URL"):
        if environment.get(name):
            origins.add(origin_of(environment[name]))
    for text in environment.get("RECONCILER_TRUSTED_HOSTS", "").replace(",", " ").split():
        found = _HOST.fullmatch(text)
        if found is None or not has_good_port(f"https://{text}"):
            # without the text: it may hold a login
            raise DocumentsError("RECONCILER_TRUSTED_HOSTS: write HOST or HOST:PORT, separated by blanks or commas")
        origins.add((found["host"].strip("[]").lower(), int(found["port"] or 443)))
    return frozenset(origins)


def origin_of(url: str) -> Origin:
    """Return the host in lower case and the port of an address that ``check_address`` accepts."""
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
