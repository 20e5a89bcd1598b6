"""How often a forge is asked again, the same for all of them; it asks nothing itself."""

from __future__ import annotations

from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import SSLError
from urllib3.util import Retry

__all__ = ["BACKOFF_SECONDS", "REPEATED", "RETRIES", "not_for_certificates", "repeating_session"]

RETRIES = 4
# All of them: what is written twice is the same twice, and a second comment is taken away by the next run.
REPEATED = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_PASSING = (500, 502, 503, 504)
BACKOFF_SECONDS = 0.5


_Retrying = TypeVar("_Retrying", bound=Retry)


def not_for_certificates(kind: type[_Retrying]) -> type[_Retrying]:
    """Return the same kind of retry, but that a certificate which is refused is not asked for again."""

    class Careful(kind):  # type: ignore[valid-type,misc] # a class of the library, whichever
        def increment(self, *arguments: Any, error: Exception | None = None, **more: Any) -> Retry:
            if isinstance(error, SSLError):
                raise error
            found: Retry = super().increment(*arguments, error=error, **more)
            return found

    return Careful


def repeating_session() -> requests.Session:
    """Return a session that repeats what failed in passing, a few times within about ten seconds."""
    session = requests.Session()
    retry = not_for_certificates(Retry)(
        total=RETRIES,
        status_forcelist=_PASSING,
        allowed_methods=REPEATED,
        backoff_factor=BACKOFF_SECONDS,
        raise_on_status=False,
    )
    adapter = HTTPAdapter(max_retries=retry)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
