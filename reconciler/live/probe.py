"""Asks the service once, without repeats, to find out what is wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

import httpx

from reconciler import __version__
from reconciler.errors import AnswerError, CredentialsError, RateLimitError, UnreachableError
from reconciler.live.answers import Again, TooLong, check_answer
from reconciler.live.certificates import certificates_for
from reconciler.live.rate_windows import SPIKE_SECONDS, Rate, read_rate, wait_asked_for
from reconciler.live.service_clock import ServiceClock
from reconciler.live.token import TOKEN, TokenAuthentication
from reconciler.live.transport import BoundedTransport, CertificateRefusedError, ReadOnlyTransport
from reconciler.model.masks import hide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.service import Credentials, Network, Secret, Service

__all__ = ["Knock", "Probe"]

PROBE_SECONDS: Final = 30
_TOO_MANY_REQUESTS = 429
_CONNECT_SECONDS: Final = 10
_TIMEOUT = {"timeout": httpx.Timeout(PROBE_SECONDS, connect=_CONNECT_SECONDS).as_dict()}


class Knock(NamedTuple):
    """The end of a request without credentials: any answer is good.

    ``certificate`` says why the certificate is refused, and ``failure`` why no answer came. Both are null where an
    answer came.
    """

    certificate: str | None = None
    failure: str | None = None


class Probe:
    """One service, as one person looks at it: its transport refuses everything except GET and the token call.

    A request is repeated once, after a 429 of the window of ten seconds: ``waits`` receives the seconds of that wait,
    and ``sleep`` waits. No other failure is waited for. ``service`` names no company (empty) where the settings name
    none.
    """

    def __init__(
        self,
        service: Service,
        network: Network,
        waits: Callable[[float], object],
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.service = service
        self.requests = 0
        self.rate: Rate | None = None
        # seconds that the service's clock is ahead of this machine's, 0 where they agree; null: no answer has a Date
        self.ahead: float | None = None
        # the request limit is used up, and asking more would only use more of it
        self.is_limited = False
        self._waits = waits
        self._sleep = sleep
        self._network = network
        self._verify = certificates_for(service, network)
        self._token_url = f"{service.auth_url}/oauth/token"
        self._clock = ServiceClock(self._differs)
        self._authentication: TokenAuthentication | None = None
        self._client: httpx.Client | None = None

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()

    def knock(self, url: str) -> Knock:
        """Ask for the root of an address, without credentials: whether anything answers, by which certificate."""
        with httpx.Client(transport=self._transport(url), trust_env=False) as client:
            try:
                self._send(client, f"{url}/", {"Accept": "application/json"})
            except CertificateRefusedError as error:
                return Knock(certificate=str(error))
            except httpx.TransportError as error:
                return Knock(failure=hide(str(error), self._secrets_of_way()))
            except httpx.RequestError:
                return Knock()  # an answer came, though nobody can read it
        return Knock()

    def sign_in_with(self, credentials: Credentials) -> None:
        """Put a token of these credentials on every request from now on; nothing is asked yet."""
        self._authentication = TokenAuthentication(credentials, self._token_url, _TIMEOUT)
        self._client = httpx.Client(
            auth=self._authentication,
            transport=self._transport(self.service.api_url),
            mounts={self.service.auth_url: self._transport(self.service.auth_url)},
            trust_env=False,  # no .netrc: it would replace the token
        )

    def get(self, path: str, what: str, *, of_company: bool = True) -> httpx.Response:
        """GET a path of the API; ``of_company`` names the company in the header.

        Raises a ServiceError that names ``what``. It is a RateLimitError at once where the window of an hour is used
        up.
        """
        if self.is_limited:
            raise RateLimitError(f"{what}: not asked, because the request limit is used up")
        try:
            return self._asked(path, what, of_company=of_company)
        except RateLimitError:
            wait = None if self.rate is None else self.rate.reset_in
            if wait is None or wait > SPIKE_SECONDS + 1:
                self.is_limited = True
                raise
            wait = max(wait, 1.0)
            self._waits(wait)
            self._sleep(wait)
        try:
            return self._asked(path, what, of_company=of_company)
        except RateLimitError:
            self.is_limited = True
            raise

    def _asked(self, path: str, what: str, *, of_company: bool) -> httpx.Response:
        assert self._client is not None  # noqa: S101 - sign_in_with comes first
        assert self._authentication is not None  # noqa: S101 - the same
        headers = {"Accept": "application/json"}
        if of_company:
            headers["Procore-Company-Id"] = self.service.company_id
        try:
            response = self._send(self._client, f"{self.service.api_url}{path}", headers)
            response.extensions["secrets"] = self._authentication.secrets
            check_answer(response, what)
        except Again as again:
            raise self._given_up(again) from None
        except TooLong:
            raise UnreachableError(f"{what}: the service took too long (408)") from None
        except httpx.RequestError as error:
            raise self._failed(error, what, self._authentication.secrets()) from None
        return response

    def _send(self, client: httpx.Client, url: str, headers: Mapping[str, str]) -> httpx.Response:
        sent_at = self._clock.here()
        self.requests += 1
        request = httpx.Request(
            "GET", url, headers={**headers, "User-Agent": f"reconciler/{__version__}"}, extensions=_TIMEOUT
        )
        response = client.send(request)
        self._clock.compare(response.headers, sent_at)
        rate = read_rate(response.headers, self._clock)
        if response.status_code == _TOO_MANY_REQUESTS:
            limit = 0 if rate is None else rate.limit
            rate = Rate(limit, 0, wait_asked_for(response.headers, rate))
        self.rate = rate or self.rate
        return response

    def _differs(self, seconds: float) -> None:
        self.ahead = seconds

    def _given_up(self, again: Again) -> Exception:
        if again.status == _TOO_MANY_REQUESTS:
            return RateLimitError(f"{again.what}: the request limit is used up (429)")
        return UnreachableError(f"{again.what}: the service answers with {again.status}{again.detail}")

    def _failed(self, error: httpx.RequestError, what: str, secrets: list[Secret]) -> Exception:
        asked_for_token = error.request.url == self._token_url
        detail = hide(str(error), [*secrets, *self._secrets_of_way()])
        if isinstance(error, httpx.TransportError):
            return UnreachableError(f"{TOKEN if asked_for_token else what}: {detail}")
        if asked_for_token:
            return CredentialsError(f"{self._token_url} did not answer with a token ({detail}); check auth_url")
        return AnswerError(f"{what}: {detail}")

    def _transport(self, url: str) -> ReadOnlyTransport:
        proxy = self._network.proxies.get(url)
        inner = BoundedTransport(self._verify, None if proxy is None else proxy.reveal(), PROBE_SECONDS)
        return ReadOnlyTransport(self._token_url, inner)

    def _secrets_of_way(self) -> list[Secret]:
        return list(self._network.proxies.values())
