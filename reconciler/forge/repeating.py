"""How often a forge is asked again, the same for all of them; it asks nothing itself."""

from __future__ import annotations

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

__all__ = ["BACKOFF_SECONDS", "REPEATED", "RETRIES", "repeating_session"]

RETRIES = 4
# All of them: what is written twice is the same twice, and a second comment is taken away by the next run.
REPEATED = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_PASSING = (500, 502, 503, 504)
BACKOFF_SECONDS = 0.5


def repeating_session() -> requests.Session:
    """Return a session that repeats what failed in passing, a few times within about ten seconds."""
    session = requests.Session()
    retry = Retry(
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
