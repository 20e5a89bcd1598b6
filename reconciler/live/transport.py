"""Sends one request and reads its whole answer, within bounds; a reading client sends nothing but reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpcore
import httpx

from reconciler.errors import WriteForbiddenError
from reconciler.live.bodies import BodyError, read_body
from reconciler.live.deadline import Deadline, DeadlineBackend

if TYPE_CHECKING:
    import ssl

__all__ = ["ANSWER_BYTES", "REQUEST_SECONDS", "BoundedTransport", "CertificateRefusedError", "ReadOnlyTransport"]

REQUEST_SECONDS: Final = 120
ANSWER_BYTES: Final = 64 * 1024 * 1024
ERROR_BYTES: Final = 1024 * 1024
_IDLE_SECONDS = 5.0
_CONNECTIONS = 2
_GOOD = range(200, 300)
# what is handed on is unpacked and whole, and no redirect is ever followed
_DROPPED = {b"content-encoding", b"content-length", b"transfer-encoding", b"location"}
_FAILURES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError)


class CertificateRefusedError(httpx.TransportError):
    """The certificate of the other side does not hold: asking again would not help."""


class BoundedTransport(httpx.BaseTransport):
    """The connections of one thread to one server.

    An answer has at most ``ANSWER_BYTES``, packed and unpacked, and is complete within ``seconds``. ``proxy`` is an
    address with its login, null for none.
    """

    def __init__(self, context: ssl.SSLContext | None, proxy: str | None, seconds: float) -> None:
        self._deadline = Deadline(seconds)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            proxy=None if proxy is None else _proxy(proxy),
            max_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=DeadlineBackend(self._deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the answer with its body, unpacked.

        Raises httpx.TransportError when no whole answer came, httpx.DecodingError when its body is too large or cannot
        be unpacked. A body of an error is dropped instead: its status says enough.
        """
        self._deadline.start()
        try:
            answer = self._pool.handle_request(_asked(request))
            try:
                content = _content(answer)
            finally:
                answer.close()
        except _FAILURES as error:
            refused = _refused_certificate(error)
            if refused is not None:
                raise CertificateRefusedError(refused) from None
            raise httpx.TransportError(self._words(error)) from None
        headers = [pair for pair in answer.headers if pair[0].lower() not in _DROPPED]
        return httpx.Response(answer.status, headers=headers, content=content)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def end(self, at: float) -> None:
        """End the request under way at a moment of the monotonic clock, from any thread, by httpx.TransportError."""
        self._deadline.end(at)

    def _words(self, error: Exception) -> str:
        """Return words of our own where the library quotes the answer, because the answer can repeat the token."""
        if isinstance(error, httpcore.TimeoutException):
            seconds = self._deadline.seconds
            return f"no whole answer within {seconds:g} seconds" if self._deadline.passed() else "timed out"
        if isinstance(error, httpcore.ProxyError):
            status = str(error)[:3]
            return f"the proxy refuses the connection{f' ({status})' if status.isdecimal() else ''}"
        if isinstance(error, httpcore.ProtocolError):
            return "the connection ended within the answer, or the answer is not HTTP"
        return str(error) or type(error).__name__


class ReadOnlyTransport(httpx.BaseTransport):
    """Passes on GET requests and the token call, and refuses everything else before a byte is sent.

    The transport itself refuses, so no path through the client can write. Raises WriteForbiddenError.
    """

    def __init__(self, token_url: str, inner: httpx.BaseTransport) -> None:
        self._token_url = httpx.URL(token_url)
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, or refuse it."""
        is_token_call = request.method == "POST" and request.url == self._token_url
        if request.method != "GET" and not is_token_call:
            raise WriteForbiddenError(f"this client only reads; {request.method} {request.url.path} was refused")
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _asked(request: httpx.Request) -> httpcore.Request:
    url = request.url
    assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101 - only the synchronous client comes here
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _content(answer: httpcore.Response) -> bytes:
    encodings = [value for name, value in answer.headers if name.lower() == b"content-encoding"]
    encoding = b",".join(encodings).decode("latin-1")
    if answer.status not in _GOOD:
        try:
            return read_body(answer.iter_stream(), encoding, ERROR_BYTES)
        except BodyError:
            return b""
    try:
        return read_body(answer.iter_stream(), encoding, ANSWER_BYTES)
    except BodyError as error:
        raise httpx.DecodingError(f"the answer {error}") from None


def _refused_certificate(error: BaseException) -> str | None:
    """Return why the certificate of the other side does not hold, where that is what a failure is about."""
    cause: BaseException | None = error
    while cause is not None:
        reason = getattr(cause, "verify_message", None)
        if isinstance(reason, str):
            return reason
        cause = cause.__cause__ or cause.__context__
    return None


def _proxy(address: str) -> httpcore.Proxy:
    proxy = httpx.Proxy(address)
    url = proxy.url
    return httpcore.Proxy(
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        auth=proxy.raw_auth,
        headers=proxy.headers.raw,
    )
