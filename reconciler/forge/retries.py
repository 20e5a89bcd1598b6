"""How often a forge is asked again and how long it is waited for, the same for all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError, SSLError
from urllib3.util import Retry

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3.response import BaseHTTPResponse

__all__ = ["BACKOFF_SECONDS", "LONGEST_WAIT_SECONDS", "REPEATED", "RETRIES", "careful", "repeating_session"]

RETRIES = 4
# All of them: what is written twice is the same twice; a status that was begun twice was begun once, and a second
# comment is taken away by the next run.
REPEATED = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_PASSING = (429, 500, 502, 503, 504)
BACKOFF_SECONDS = 0.5
LONGEST_WAIT_SECONDS: Final = 300
_LONG_WAIT_SECONDS: Final = 10
_TOLD_EVERY_SECONDS: Final = 60

_Retrying = TypeVar("_Retrying", bound=Retry)


def careful(kind: type[_Retrying], waits: Callable[[float], object]) -> type[_Retrying]:
    """Return the same kind of retry, with bounds, and with a message on every long wait.

    A refused certificate is not tried again. If a forge asks for more than ``LONGEST_WAIT_SECONDS``, its answer counts
    at once. ``waits`` receives the seconds left of a long wait, when it begins and every minute.
    """

    class Careful(kind):  # type: ignore[valid-type,misc] # a class of the library, whichever
        def increment(self, *arguments: Any, error: Exception | None = None, **more: Any) -> Retry:
            if isinstance(error, SSLError):
                raise error
            response = more.get("response")
            if response is not None and _asked(self, response) > LONGEST_WAIT_SECONDS:
                raise MaxRetryError(more["_pool"], "", ResponseError("asks for too long a wait"))
            found: Retry = super().increment(*arguments, error=error, **more)
            return found

        def sleep(self, response: BaseHTTPResponse | None = None) -> None:
            left = (0.0 if response is None else _asked(self, response)) or self.get_backoff_time()
            while left > 0:
                if left >= _LONG_WAIT_SECONDS:
                    waits(left)
                part = min(left, _TOLD_EVERY_SECONDS)
                time.sleep(part)
                left -= part

    return Careful


def _asked(retry: Retry, response: BaseHTTPResponse) -> float:
    """Return the seconds that an answer asks to wait for; 0 where it asks for none that can be understood."""
    try:
        return retry.get_retry_after(response) or 0.0
    except (InvalidHeader, ValueError, OverflowError):
        return 0.0


def repeating_session(waits: Callable[[float], object]) -> requests.Session:
    """Return a session that repeats what failed in passing, a few times, and as late as the forge asks for."""
    session = requests.Session()
    retry = careful(Retry, waits)(
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
