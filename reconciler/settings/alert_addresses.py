"""Finds where alarms go, from options and environment; it sends nothing."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.errors import DocumentsError, UsageError
from reconciler.model.alerts import Gateway
from reconciler.model.service import Secret
from reconciler.settings.addresses import check_address, has_good_port

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_gateway", "read_gateway", "read_notify"]

_GATEWAY = re.compile(r"https?://[A-Za-z0-9._\[\]:-]+(?:/[A-Za-z0-9._~-]+)*/?")


def read_notify(environment: Mapping[str, str]) -> tuple[Secret, ...]:
    """Return the addresses of ``RECONCILER_NOTIFY``, each a secret; raises UsageError where there is none.

    More may be in ``RECONCILER_NOTIFY_2`` to ``RECONCILER_NOTIFY_9``: a masked variable of GitLab holds no blanks.
    """
    names = ("RECONCILER_NOTIFY", *(f"RECONCILER_NOTIFY_{number}" for number in range(2, 10)))
    addresses = [address for name in names for address in environment.get(name, "").split()]
    if not addresses:
        raise UsageError(
            "whom to notify? Set RECONCILER_NOTIFY in the environment to the address of a webhook; more of them with "
            "blanks between them, or as RECONCILER_NOTIFY_2 to RECONCILER_NOTIFY_9"
        )
    return tuple(Secret(one) for one in addresses)


def check_gateway(url: str) -> str:
    """Return the address of a Pushgateway back; raise UsageError for one with a login, or for other text."""
    if "@" in url:
        # without the address: the part before the @ may be a secret
        raise UsageError("--push-metrics holds a login; a command line must not hold one")
    if not _GATEWAY.fullmatch(url) or not has_good_port(url):
        # nor here: a query, or any part that a gateway's address does not have, may be a secret too
        raise UsageError(
            "--push-metrics is not the address of a Pushgateway; write an address such as "
            "https://pushgateway.acme.test:9091, without login and query"
        )
    return url


def read_gateway(url: str, environment: Mapping[str, str]) -> Gateway:
    """Return a Pushgateway with its authorization.

    That is ``RECONCILER_METRICS_TOKEN`` (a bearer token), or ``RECONCILER_METRICS_USER`` with
    ``RECONCILER_METRICS_PASSWORD``. Raises UsageError for other text than an address, for half a login, and for a token
    beside a login. Raises it too if plain http would show the authorization to others.
    """
    check_gateway(url)
    authorization = _authorization(environment)
    if authorization is not None:
        parts = urlsplit(url)
        try:
            check_address("--push-metrics", f"{parts.scheme}://{parts.netloc}", example="https://push.acme.test")
        except DocumentsError as error:
            raise UsageError(error.message) from None
    return Gateway(url=url, authorization=authorization)


def _authorization(environment: Mapping[str, str]) -> Secret | None:
    names = ("RECONCILER_METRICS_TOKEN", "RECONCILER_METRICS_USER", "RECONCILER_METRICS_PASSWORD")
    token, user, password = (environment.get(name, "") for name in names)
    if token and (user or password):
        raise UsageError(f"{names[0]} and {names[1]} are both set: a Pushgateway takes one of them")
    if bool(user) != bool(password):
        raise UsageError(f"{names[1] if password else names[2]} is missing: a login needs both")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"{names[0]} holds characters that no token has: set it again, without blanks or line breaks")
    if ":" in user:
        raise UsageError(f"{names[1]} holds a colon, which no user name can")
    if token:
        return Secret(f"Bearer {token}")
    login = base64.b64encode(f"{user}:{password}".encode(errors="surrogateescape")).decode()
    return Secret(f"Basic {login}") if user else None
