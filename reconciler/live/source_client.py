"""Asks a source of people over HTTP; the transport lets nothing pass but reads and the token call."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec
import tenacity

from reconciler import __version__
from reconciler.errors import CredentialsError, UnreachableError
from reconciler.live.answers import Again, retry_after
from reconciler.live.certificates import trusted_certificates
from reconciler.live.transport import REQUEST_SECONDS, BoundedTransport, CertificateRefusedError, ReadOnlyTransport
from reconciler.model.masks import hide
from reconciler.model.service import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from reconciler.model.source_access import SourceAccess

__all__ = ["SourceClient"]

ATTEMPTS: Final = 5
SOURCE_BACKOFF_SECONDS: Final = 20
_TIMEOUT: Final = {"timeout": httpx.Timeout(60, connect=10).as_dict()}
_REFUSED = {401, 403}
_GONE = {404, 410}
_TOO_MANY_REQUESTS = 429
_ERRORS_OF_SERVERS = 500


class _Token(msgspec.Struct):
    access_token: str


class SourceClient:
    """Reads JSON of one source. ``name`` is that of the source, for messages.

    ``pause`` waits seconds between attempts.
    """

    def __init__(
        self,
        name: str,
        access: SourceAccess,
        *,
        pause: Callable[[float], None] = time.sleep,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._name = name
        self._access = access
        self._token = access.token
        self._seconds = seconds
        self._clients: dict[str, httpx.Client] = {}
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait,
            sleep=pause,
            retry=tenacity.retry_if_exception_type(Again),
            reraise=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            client.close()

    def get(self, path: str) -> dict[str, Any] | None:
        """Return the object at a path below the address of the source, null where there is none (404).

        Raises UnreachableError for anything else than JSON of an object, and CredentialsError where it refuses the
        credentials.
        """
        try:
            return self._retrying(self._get, path)
        except Again as again:
            status = again.status if again.status is not None else "no answer"
            raise UnreachableError(
                f"the source {self._name} cannot be read: {status} in {ATTEMPTS} attempts{again.detail}"
            ) from None

    def _get(self, path: str) -> dict[str, Any] | None:
        response = self._send(httpx.Request("GET", f"{self._access.url}{path}", headers=self._headers()))
        if response.status_code == 401 and self._access.token is None and self._token is not None:  # noqa: PLR2004
            self._token = None  # it may have expired
            response = self._send(httpx.Request("GET", f"{self._access.url}{path}", headers=self._headers()))
        if response.status_code in _GONE:
            return None
        if response.status_code in _REFUSED:
            raise CredentialsError(
                f"the source {self._name} refuses the credentials ({response.status_code}): check the variables "
                f"{self._access.variables}…"
            )
        if not 200 <= response.status_code < 300:  # noqa: PLR2004
            raise UnreachableError(f"the source {self._name} cannot be read: it answers {response.status_code}")
        try:
            found = msgspec.json.decode(response.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if not isinstance(found, dict):
            kind = hide(response.headers.get("Content-Type", "no content type"), self._secrets())[:100]
            raise UnreachableError(
                f"the source {self._name} answers {kind!r} in place of JSON: is it a sign-in page? Check 'url:'"
            )
        return found

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/scim+json, application/json", "User-Agent": f"reconciler/{__version__}"}
        access = self._access
        if self._token is None and access.client_id is not None and access.token_url is not None:
            self._token = self._fetch_token()
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token.reveal()}"
        elif access.user is not None and access.password is not None:
            authentication = httpx.BasicAuth(access.user, access.password.reveal())
            request = next(authentication.auth_flow(httpx.Request("GET", access.url)))
            headers["Authorization"] = request.headers["Authorization"]
        return headers

    def _fetch_token(self) -> Secret:
        access = self._access
        secret = access.client_secret
        form = {
            "grant_type": "client_credentials",
            "client_id": access.client_id or "",
            "client_secret": "" if secret is None else secret.reveal(),
        }
        if access.scope is not None:
            form["scope"] = access.scope
        response = self._send(httpx.Request("POST", str(access.token_url), data=form))
        try:
            answer = msgspec.json.decode(response.content, type=_Token)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answer = _Token("")
        token = answer.access_token
        if not (token.isascii() and token.isprintable() and token.strip()):
            raise CredentialsError(
                f"the source {self._name} got no token ({response.status_code}): check 'token_url:' and the variables "
                f"{access.variables}…"
            )
        return Secret(token)

    def _send(self, request: httpx.Request) -> httpx.Response:
        request.extensions.update(_TIMEOUT)
        try:
            response = self._client(request.url).send(request)
        except CertificateRefusedError as error:
            raise UnreachableError(
                f"the source {self._name}: the certificate of {request.url.host} is refused "
                f"({hide(str(error), self._secrets())}); name the certificate of your authority in SSL_CERT_FILE"
            ) from None
        except httpx.TransportError as error:
            raise Again(self._name, None, f": {hide(str(error), self._secrets())}") from None
        except httpx.DecodingError as error:
            raise UnreachableError(f"the source {self._name} cannot be read: {error}") from None
        if response.status_code == _TOO_MANY_REQUESTS or response.status_code >= _ERRORS_OF_SERVERS:
            raise Again(self._name, response.status_code, "", retry_after(response))
        return response

    def _client(self, url: httpx.URL) -> httpx.Client:
        parts = urlsplit(str(url))
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._clients:
            proxy = self._access.network.proxies.get(origin)
            transport = BoundedTransport(
                trusted_certificates(self._access.network) if parts.scheme == "https" else None,
                None if proxy is None else proxy.reveal(),
                self._seconds,
            )
            self._clients[origin] = httpx.Client(
                transport=ReadOnlyTransport(self._access.token_url or "https://none.invalid", transport),
                trust_env=False,
            )
        return self._clients[origin]

    def _secrets(self) -> list[Secret]:
        access = self._access
        return [one for one in (self._token, access.client_secret, access.password) if one is not None]


_backoff = tenacity.wait_exponential_jitter(multiplier=0.4, max=SOURCE_BACKOFF_SECONDS, jitter=0.4)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Again) and error.wait is not None:
        return error.wait
    return _backoff(state)
