"""Finds where alarms go, from options and environment; it sends nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.model.settings import Secret
from reconciler.settings.addresses import has_good_port

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_gateway", "read_notify"]

_GATEWAY = re.compile(r"https?://[A-Za-z0-9._\[\]:-]+(?:/[A-Za-z0-9._~-]+)*/?")


def read_notify(environment: Mapping[str, str]) -> tuple[Secret, ...]:
    """Return the addresses of ``RECONCILER_NOTIFY``, each a secret; raises UsageError where there is none."""
    addresses = environment.get("RECONCILER_NOTIFY", "").split()
    if not addresses:
        raise UsageError(
            "whom to notify? Set RECONCILER_NOTIFY in the environment to addresses of webhooks, blanks between them"
        )
    return tuple(Secret(one) for one in addresses)


def check_gateway(url: str) -> str:
    """Return the address of a Pushgateway back; raises UsageError for one with a login in it, or that is no address."""
    if "@" in url:
        # without the address: what stands before the @ may be a secret
        raise UsageError("--push-metrics holds a login; a command line is no place for one")
    if not _GATEWAY.fullmatch(url) or not has_good_port(url):
        # nor here: a query, or anything else that stands in no address of a gateway, may be a secret too
        raise UsageError(
            "--push-metrics is no address of a Pushgateway; write an address such as "
            "https://pushgateway.acme.test:9091, without login and query"
        )
    return url
