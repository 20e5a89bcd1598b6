"""Sends requests: paced, authenticated, bounded, and repeated where that is safe."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import httpx
import msgspec
import tenacity

from reconciler import __version__
from reconciler.errors import AnswerError, AnswerLostError, CredentialsError, RateLimitError, UnreachableError
from reconciler.live.answers import Again, TooLong, check_answer
from reconciler.live.certificates import certificates_for
from reconciler.live.interruptible_waits import InterruptibleWaits
from reconciler.live.rate_windows import RateWindows, read_rate, wait_asked_for
from reconciler.live.service_clock import ServiceClock
from reconciler.live.token import TOKEN, TokenAuthentication
from reconciler.live.transport import (
    REQUEST_SECONDS,
    BoundedTransport,
    CertificateRefusedError,
    ReadOnlyTransport,
)
from reconciler.model.masks import hide
from reconciler.model.service import Network

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from reconciler.model.service import Credentials, Service

__all__ = ["ServiceClient"]

ATTEMPTS: Final = 5
WAIT_SECONDS: Final = 60
LONGEST_BACKOFF_SECONDS: Final = 20
CONNECT_SECONDS: Final = 10
_TOO_MANY_REQUESTS = 429
_DIRECT: Final = Network()
_TIMEOUT = {"timeout": httpx.Timeout(WAIT_SECONDS, connect=CONNECT_SECONDS).as_dict()}


class ServiceClient:
    """One company's service; safe to use from several threads, each with its own connections.

    ``writes`` decides once and for all whether the transport allows anything but GET. ``seconds`` limits each request,
    the token call too, from connecting to the end of the answer. ``network`` is the way to the service. ``waits``
    receives the seconds left of a long wait, when it begins and about every minute, from one thread. ``differs``
    receives how many seconds the service's clock is ahead of this machine's, by the ``Date`` of an answer. Below zero
    it is behind; 0 means that they agree. An exception in ``differs`` ends the request. ``windows`` belong to the
    account that signs in: clients that share an account share them.
    """

    def __init__(  # noqa: PLR0913 - where to, as whom, and how; each named
        self,
        service: Service,
        credentials: Credentials,
        *,
        writes: bool = False,
        network: Network = _DIRECT,
        windows: RateWindows | None = None,
        waits: Callable[[float], object] = lambda _seconds: None,
        differs: Callable[[float], object] = lambda _seconds: None,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self.service = service
        self.windows = RateWindows() if windows is None else windows
        self.requests = 0
        # the page size that took the place of one the service refused
        self.page_sizes: dict[int | None, int] = {}
        self._writes = writes
        self._clock = clock
        self._seconds = seconds
        self._waits = InterruptibleWaits(waits, sleep, clock)
        self._service_clock = ServiceClock(differs)
        self._token_url = f"{service.auth_url}/oauth/token"
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Procore-Company-Id": service.company_id,
            "User-Agent": f"reconciler/{__version__}",
        }
        self._authentication = TokenAuthentication(credentials, self._token_url, _TIMEOUT)
        self._network = network
        self._verify = certificates_for(service, network)
        self._threads = threading.local()
        self._clients: list[httpx.Client] = []
        self._lock = threading.Lock()
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait,
            sleep=self._waits.pause,
            retry=tenacity.retry_if_exception_type(Again),
            reraise=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for client in self._clients:
            client.close()

    @property
    def heard_at(self) -> float:
        """The moment the service last answered or a wait was last reported, in seconds of the monotonic clock."""
        return self._waits.heard_at

    def stop(self, seconds: float = 0.0) -> None:
        """End every wait, and every request that another thread still makes, if not yet, then in so many seconds."""
        self._waits.stop(seconds)

    def get(self, path: str, what: str) -> httpx.Response:
        """GET a path (with its query) of the API, repeated as docs/service.md section 5 allows.

        Raises a ServiceError that names ``what``, or TooLong for a 408.
        """
        try:
            return self._once("GET", path, what)
        except Again as again:
            failures = [again]
        try:
            # only now: nearly every request succeeds at once, and a retry loop around each would cost as much
            # as decoding its answer; the failure there was counts as the loop's first attempt
            return self._retrying(self._once_after, failures, path, what)
        except Again as again:
            raise self._given_up(again) from None

    def _once_after(self, failures: list[Again], path: str, what: str) -> httpx.Response:
        if failures:
            raise failures.pop()
        return self._once("GET", path, what)

    def patch(self, path: str, body: object, what: str) -> httpx.Response:
        """PATCH a path once; only a 429 is repeated, since then nothing was done.

        Raises AnswerLostError when the write may have happened all the same, another ServiceError when not.
        """
        return self._write_once("PATCH", path, body, what)

    def post_once(self, path: str, body: object, what: str) -> httpx.Response:
        """POST to a path once, where the service knows no token by which it would do it once.

        Raises as ``patch`` does.
        """
        return self._write_once("POST", path, body, what)

    def _write_once(self, method: str, path: str, body: object, what: str) -> httpx.Response:
        retrying = self._retrying.copy(retry=tenacity.retry_if_exception(_was_limited))
        return self._write(retrying, method, path, what, msgspec.json.encode(body))

    def post(self, path: str, content: bytes, what: str, token: str) -> httpx.Response:
        """POST JSON with an idempotency token, by which the service does it once however often it is asked.

        The same bytes go again after a 429, a 5xx or a lost answer. Raises AnswerLostError when it may have happened
        all the same, another ServiceError when not (docs/service.md section 3).
        """
        return self._write(self._retrying, "POST", path, what, content, token)

    def _write(
        self, retrying: tenacity.Retrying, method: str, path: str, what: str, content: bytes, token: str | None = None
    ) -> httpx.Response:
        """Send a write; where it may have happened without an answer that says so, raise AnswerLostError."""
        try:
            return retrying(self._once, method, path, what, content, token)
        except Again as again:
            if again.status == _TOO_MANY_REQUESTS or again.what == TOKEN:
                raise self._given_up(again) from None
            raise AnswerLostError(_lost(again)) from None
        except TooLong:
            raise AnswerLostError(f"{what}: 408, the service took too long") from None
        except AnswerError as error:
            # an answer nobody understands tells nothing about the write either
            raise AnswerLostError(error.message) from None

    def _once(
        self, method: str, path: str, what: str, content: bytes | None = None, token: str | None = None
    ) -> httpx.Response:
        self._await_turn()
        client = self._client()
        # Made directly: merging in the client's own settings would parse and copy the same things every time.
        headers = self._headers if content is None else {**self._headers, "Content-Type": "application/json"}
        if token is not None:
            headers = {**headers, "Idempotency-Token": token}
        url = f"{self.service.api_url}{path}"
        request = httpx.Request(method, url, headers=headers, content=content, extensions=_TIMEOUT)
        sent_at = self._service_clock.here()
        try:
            response = client.send(request)
        except httpx.RequestError as error:
            raise self._failed(error, what) from None
        finally:
            self.windows.finished()
        self._waits.heard_at = time.monotonic()
        self._observe(response)
        response.extensions["secrets"] = self._authentication.secrets
        check_answer(response, what)
        self._service_clock.compare(response.headers, sent_at)
        return response

    def _failed(self, error: httpx.RequestError, what: str) -> Exception:
        """Return what a request without a usable answer means."""
        asked_for_token = error.request.url == self._token_url
        detail = hide(str(error), self._authentication.secrets())
        if isinstance(error, CertificateRefusedError):
            host = error.request.url.host
            return UnreachableError(
                f"{TOKEN if asked_for_token else what}: the certificate of {host} is refused ({detail}); where a proxy "
                "or an authority of your company signs it, name the file of its certificate in SSL_CERT_FILE"
            )
        if isinstance(error, httpx.TransportError):
            return Again(TOKEN if asked_for_token else what, None, f": {detail}")
        if asked_for_token:
            return CredentialsError(f"{self._token_url} did not answer with a token ({detail}); check auth_url")
        return AnswerError(f"{what}: {detail}")

    def _await_turn(self) -> None:
        while True:
            self._waits.require_going()
            delay = self.windows.reserve(self._clock())
            if delay <= 0:
                break
            self._waits.wait(delay)
        with self._lock:
            self.requests += 1

    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._threads, "client", None)
        if client is None:
            client = self._threads.client = httpx.Client(
                auth=self._authentication,
                transport=self._transport(self.service.api_url),
                mounts={self.service.auth_url: self._transport(self.service.auth_url)},
                trust_env=False,  # no .netrc: it would replace the token; proxies are looked up below
            )
            with self._lock:
                self._clients.append(client)
        return client

    def _transport(self, url: str) -> httpx.BaseTransport:
        """Return the way to an address: by the environment's proxy, read only unless this client writes."""
        proxy = self._network.proxies.get(url)
        transport = BoundedTransport(self._verify, None if proxy is None else proxy.reveal(), self._seconds)
        self._waits.when_stopped(transport.end)
        return transport if self._writes else ReadOnlyTransport(self._token_url, transport)

    def _observe(self, response: httpx.Response) -> None:
        """Read the rate headers of an answer, relative to the service's own clock where it tells it."""
        now = self._clock()
        rate = read_rate(response.headers, self._service_clock)
        if rate is not None:
            self.windows.observe(limit=rate.limit, remaining=rate.remaining, reset_in=rate.reset_in, now=now)
        if response.status_code == _TOO_MANY_REQUESTS:
            self.windows.block(wait_asked_for(response.headers, rate), now)

    def _given_up(self, again: Again) -> Exception:
        if again.status == _TOO_MANY_REQUESTS:
            return RateLimitError(
                f"{again.what}: the service stayed over its rate limit for {ATTEMPTS} attempts; try again later"
            )
        if again.status is None:
            address = self.service.auth_url if again.what == TOKEN else self.service.api_url
            return UnreachableError(
                f"{again.what}: cannot reach {address}{again.detail}; check the address, the network and the proxy"
            )
        return UnreachableError(f"{again.what}: {again.status} in {ATTEMPTS} attempts{again.detail}")


def _lost(again: Again) -> str:
    status = again.status if again.status is not None else "no answer"
    return f"{again.what}: {status}{again.detail}"


def _was_limited(error: BaseException) -> bool:
    return isinstance(error, Again) and error.status == _TOO_MANY_REQUESTS


_backoff = tenacity.wait_exponential_jitter(multiplier=0.4, max=LONGEST_BACKOFF_SECONDS, jitter=0.4)
_jitter = tenacity.wait_random(0.0, 0.5)


def _wait(state: tenacity.RetryCallState) -> float:
    """Wait as the service says, with jitter; else longer each time. A 429 waits in the pacing."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Again):
        if error.status == _TOO_MANY_REQUESTS:
            return _jitter(state)
        if error.wait is not None:
            return error.wait + _jitter(state)
    return _backoff(state)
