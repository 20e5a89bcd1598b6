"""Puts a valid token on every request (docs/service.md section 3), and never shows one."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from reconciler.errors import CredentialsError
from reconciler.live.answers import Again
from reconciler.model.service import Credentials, Secret

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["TOKEN", "TokenAuthentication"]

RENEW_BEFORE_SECONDS = 120.0
TOKEN = "the token"  # noqa: S105 - what to call it, not one
_UNAUTHORIZED = 401
_REFUSALS = {400, 401, 403}


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: float = 5400.0


class TokenAuthentication(httpx.Auth):
    """Client credentials: a token is fetched once, renewed before it ends, and once more on a 401.

    ``extensions`` hold the time-outs of the token call.

    Shared by all threads; one of them renews while the others wait.
    """

    def __init__(self, credentials: Credentials, token_url: str, extensions: dict[str, Any]) -> None:
        self._credentials = credentials
        self._token_url = token_url
        self._extensions = extensions
        self._lock = Lock()
        self._token = credentials.access_token
        self._before: Secret | None = None
        self._renew_at = float("inf") if self._token else 0.0

    def secrets(self) -> list[Secret]:
        """Return what was sent lately and must not be shown."""
        sent = (self._credentials.client_secret, self._token, self._before)
        return [secret for secret in sent if secret is not None]

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token; after a 401 once more with a new one."""
        token = yield from self._current()
        response = yield self._with(request, token)
        if response.status_code != _UNAUTHORIZED:
            return
        if self._credentials.access_token is not None:
            raise CredentialsError(
                "the service refuses RECONCILER_ACCESS_TOKEN (401): it may have expired; set a new one"
            )
        token = yield from self._current(refused=token)
        yield self._with(request, token)

    def _current(self, refused: Secret | None = None) -> Generator[httpx.Request, httpx.Response, Secret]:
        with self._lock:
            stale = time.monotonic() >= self._renew_at or self._token is refused
            if self._token is None or stale:
                response = yield self._token_request()
                self._keep(response)
            assert self._token is not None  # noqa: S101 - _keep sets it or raises
            return self._token

    def _token_request(self) -> httpx.Request:
        secret = self._credentials.client_secret
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id or "",
            "client_secret": secret.reveal() if secret else "",
        }
        return httpx.Request(
            "POST", self._token_url, data=form, headers={"Accept": "application/json"}, extensions=self._extensions
        )

    def _keep(self, response: httpx.Response) -> None:
        if response.status_code in _REFUSALS:
            raise CredentialsError(
                f"the service refuses RECONCILER_CLIENT_ID and RECONCILER_CLIENT_SECRET ({response.status_code}); "
                "check both, and that auth_url belongs to the same environment as api_url"
            )
        if response.status_code >= 500 or response.status_code == 429:  # noqa: PLR2004
            # without the body: it is about a request that carried the secret
            raise Again(TOKEN, response.status_code, "")
        answer = _decoded(response.content)
        if answer is None:
            raise CredentialsError(f"{self._token_url} did not answer with a token; check auth_url")
        self._before, self._token = self._token, Secret(answer.access_token)
        # a token that lives shorter than the margin would be renewed for every request
        margin = min(RENEW_BEFORE_SECONDS, answer.expires_in / 2)
        self._renew_at = time.monotonic() + answer.expires_in - margin

    @staticmethod
    def _with(request: httpx.Request, token: Secret) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
        return request


def _decoded(content: bytes) -> _TokenAnswer | None:
    """Return the answer, or null when it has no token that can be put in a header."""
    try:
        answer = msgspec.json.decode(content, type=_TokenAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    token = answer.access_token
    return answer if token.isascii() and token.isprintable() and " " not in token and token != "" else None
