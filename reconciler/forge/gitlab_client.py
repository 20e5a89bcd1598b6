"""Opens python-gitlab's client for a project, with our own bounds; it asks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gitlab

from reconciler.forge.refusals import TIMEOUT_SECONDS
from reconciler.forge.retries import repeating_session

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from reconciler.model.review import ForgePlace

__all__ = ["open_client"]


class _Client(gitlab.Gitlab):
    """The library's client, which leaves all waiting to the session: its own has no bound."""

    def http_request(self, *arguments: Any, **more: Any) -> requests.Response:
        return super().http_request(*arguments, **{**more, "obey_rate_limit": False})


def open_client(place: ForgePlace, waits: Callable[[float], object]) -> gitlab.Gitlab:
    """Return a client for a server; ``waits`` receives the seconds left of a long wait."""
    return _Client(
        place.url,
        # as a bearer: a redirect to another host takes that along no more than any other Authorization
        oauth_token=place.token.reveal(),
        timeout=TIMEOUT_SECONDS,
        session=repeating_session(waits),
        per_page=100,
        keep_base_url=True,  # a next page elsewhere would get the token
    )
