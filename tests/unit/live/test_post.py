"""POST with an idempotency token: the very same bytes again, until it is answered or given up."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NamedTuple

import pytest

from reconciler.errors import (
    AnswerLostError,
    RateLimitError,
    RequestRefusedError,
    UnreachableError,
    WriteForbiddenError,
)
from reconciler.live.client import ServiceClient
from reconciler.live.rate_windows import RateWindows
from reconciler.model.service import Credentials, Secret, Service
from tests.support.serving import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/rest/v2.0/companies/1/workflows/instances/7/responses"
BODY = b'{"response":{"current_step_occurrence_id":"3"}}'
TOKEN = "0f3b7c1e-7a55-5f0e-9c0e-4a6f3a1d2b3c"
LOST = 0  # the connection is closed instead of an answer


class Asked(NamedTuple):
    """What came to the service."""

    token: str | None
    kind: str | None
    body: bytes


@contextmanager
def service(*statuses: int) -> Iterator[tuple[Service, list[Asked]]]:
    """Serve these statuses one after the other, the last one for ever."""
    asked: list[Asked] = []
    left = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(Asked(self.headers.get("Idempotency-Token"), self.headers.get("Content-Type"), body))
            status = left.pop(0) if len(left) > 1 else left[0]
            if status == LOST:
                self.close_connection = True
                return
            self.send_response(status)
            content = b"" if status == 204 else b'{"message": "so it is"}'
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Report nothing."""

    with answering(Handler) as address:
        yield Service(company_id="1", api_url=address, auth_url=address), asked


def client(one: Service, *, writes: bool = True, windows: RateWindows | None = None) -> ServiceClient:
    """Return a client that waits for nothing."""
    credentials = Credentials(client_id=None, access_token=Secret("t"))
    return ServiceClient(one, credentials, writes=writes, windows=windows, sleep=lambda _seconds: None)


@pytest.mark.parametrize("before", [(), (500,), (LOST,), (429,), (503, LOST, 500)])
def test_the_same_bytes_go_again(before: tuple[int, ...]) -> None:
    """After a failure that may have been a success, too: the token makes it one and the same."""
    with service(*before, 204) as (one, asked), client(one) as asking:
        assert asking.post(PATH, BODY, "an answer", TOKEN).status_code == 204
    assert asked == [Asked(TOKEN, "application/json", BODY)] * (len(before) + 1)


@pytest.mark.parametrize(
    ("status", "error", "times"),
    [
        (422, RequestRefusedError, 1),
        (403, RequestRefusedError, 1),
        (408, AnswerLostError, 1),
        (500, AnswerLostError, 5),
        (LOST, AnswerLostError, 5),
        (429, RateLimitError, 5),
    ],
)
def test_what_is_given_up(status: int, error: type[Exception], times: int) -> None:
    """A refusal at once; what may have happened all the same is told as that."""
    with service(status) as (one, asked), client(one) as asking, pytest.raises(error, match="an answer"):
        asking.post(PATH, BODY, "an answer", TOKEN)
    assert asked == [Asked(TOKEN, "application/json", BODY)] * times


def test_a_client_that_reads_cannot() -> None:
    """Its transport lets nothing out but GET."""
    with service(204) as (one, asked), client(one, writes=False) as asking, pytest.raises(WriteForbiddenError):
        asking.post(PATH, BODY, "an answer", TOKEN)
    assert asked == []


def test_nobody_is_there() -> None:
    """Without a token call nothing was sent, and nothing is lost."""
    one = Service(company_id="1", api_url="http://127.0.0.1:9", auth_url="http://127.0.0.1:9")
    credentials = Credentials(client_id="x", client_secret=Secret("y"))
    asking = ServiceClient(one, credentials, writes=True, sleep=lambda _seconds: None)
    with asking, pytest.raises(UnreachableError):
        asking.post(PATH, BODY, "an answer", TOKEN)


def test_clients_share_the_windows_of_their_account() -> None:
    """What one of them was told counts for the other."""
    windows = RateWindows()
    with service(429, 204) as (one, _), client(one, windows=windows) as first, client(one, windows=windows) as second:
        first.post(PATH, BODY, "an answer", TOKEN)
        assert first.windows is second.windows is windows
