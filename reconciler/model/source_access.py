"""The way to a source of people, and the credentials for it; the environment alone names them."""

from __future__ import annotations

import msgspec

from reconciler.model.service import Network, Secret

__all__ = ["SourceAccess"]


class SourceAccess(msgspec.Struct, frozen=True, kw_only=True):
    """An address that credentials may go to, and the credentials: a token, a client, or a user with a password.

    ``url`` and ``token_url`` have no slash at the end. ``variables`` is the beginning of the variables of this source.
    """

    url: str
    variables: str
    token_url: str | None = None
    scope: str | None = None
    token: Secret | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    user: str | None = None
    password: Secret | None = None
    network: Network = Network()
