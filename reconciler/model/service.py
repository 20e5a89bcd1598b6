"""Holds the service's address and the credentials for it; a secret shows itself only through ``reveal``."""

from __future__ import annotations

import msgspec

__all__ = ["Credentials", "Network", "Secret", "Service"]


class Secret:
    """A text that never shows in ``repr``, ``str``, formatting or pickles; ``reveal`` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself; only the code that sends it may call this."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not copied into files")


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """The company and the addresses of the service, without a slash at the end."""

    company_id: str
    api_url: str
    auth_url: str


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """The way to servers: the proxies by address (perhaps with a login in it), and the certificates to trust.

    ``certificates`` is a file or a folder; null: those of the operating system.
    """

    proxies: dict[str, Secret] = {}
    certificates: str | None = None


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Either an access token, or a client id with its secret."""

    access_token: Secret | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
