"""A source of people over a real socket: credentials, tokens that expire, answers that help nobody, and waits."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

import pytest

from reconciler.errors import CredentialsError, UnreachableError
from reconciler.live.source_client import ATTEMPTS, SourceClient
from reconciler.model.service import Secret
from reconciler.model.source_access import SourceAccess
from tests.support.serving import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET, TOKEN = "MARK-SECRET-1", "MARK-TOKEN-1"


class Answer(NamedTuple):
    """What the server answers: JSON, unless the kind says something else."""

    status: int
    body: str
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


class Server:
    """Answers what is planned, in order; the last goes on. ``asked`` are method, path, header and form of requests."""

    def __init__(self, *planned: Answer, tokens: tuple[str, ...] = ()) -> None:
        self.planned = list(planned)
        self.tokens = list(tokens)
        self.asked: list[tuple[str, str, str, dict[str, list[str]]]] = []
        self.address = ""

    def answer(self, path: str) -> Answer:
        """Return the next answer."""
        if path == "/token":
            return Answer(200, f'{{"access_token": "{self.tokens.pop(0)}"}}') if self.tokens else Answer(400, "{}")
        return self.planned.pop(0) if self.planned[1:] else self.planned[0]

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on a free port."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize = -1

            def _serve(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
                server.asked.append((self.command, self.path, self.headers.get("Authorization") or "", form))
                answer = server.answer(self.path)
                self.send_response(answer.status)
                for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body.encode())

            do_GET = do_POST = _serve  # noqa: N815 - as the base class calls them

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
                """Report nothing."""

        with answering(Handler) as self.address:
            yield self.address


def client_of(address: str, waits: list[float] | None = None, **access: object) -> SourceClient:
    """Return a client that waits nowhere."""
    way = SourceAccess(url=address, variables="RECONCILER_SOURCE_IDP_", **access)  # type: ignore[arg-type]
    return SourceClient("idp", way, pause=(lambda _: None) if waits is None else waits.append, seconds=5)


def by_client(address: str) -> SourceClient:
    """Return one with client credentials."""
    return client_of(
        address, token_url=f"{address}/token", client_id="us", client_secret=Secret(SECRET), scope="people"
    )


def test_client_credentials() -> None:
    """One token serves many requests; one that expired is replaced once, and the request sent again."""
    server = Server(Answer(200, "{}"), Answer(401, "{}"), Answer(200, '{"a": 1}'), tokens=("one", "two"))
    with server.serving() as address, by_client(address) as client:
        assert client.get("/Users") == {}
        assert client.get("/Users?x=1") == {"a": 1}
    tokens = [form for method, _, _, form in server.asked if method == "POST"]
    assert tokens == 2 * [
        {"grant_type": ["client_credentials"], "client_id": ["us"], "client_secret": [SECRET], "scope": ["people"]}
    ]
    assert [header for method, _, header, _ in server.asked if method == "GET"] == [
        "Bearer one", "Bearer one", "Bearer two"
    ]  # fmt: skip


@pytest.mark.parametrize("tokens", [(), ("",), ("a\\nb",), ("ü",)])
def test_no_token(tokens: tuple[str, ...]) -> None:
    """An answer without a token that a header can hold names the variables, and not the secret."""
    server = Server(Answer(200, "{}"), tokens=tokens)
    with server.serving() as address, by_client(address) as client, pytest.raises(CredentialsError) as raised:
        client.get("/Users")
    assert "got no token" in raised.value.message
    assert "RECONCILER_SOURCE_IDP_" in raised.value.message
    assert SECRET not in raised.value.message


def test_a_user_with_a_password() -> None:
    """They go as a header of Basic authentication."""
    server = Server(Answer(200, "{}"))
    with server.serving() as address, client_of(address, user="us", password=Secret("pw")) as client:
        client.get("/Users")
    assert server.asked[0][2] == "Basic dXM6cHc="


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(401, "{}"), CredentialsError, "refuses the credentials (401): check the variables"),
        (Answer(403, "{}"), CredentialsError, "refuses the credentials (403)"),
        (Answer(302, "", {"Location": "http://127.0.0.1:9/"}), UnreachableError, "it answers 302"),
        (Answer(200, "<html>", {"Content-Type": "text/html"}), UnreachableError, "is it a sign-in page?"),
        (Answer(200, "[]"), UnreachableError, "in place of JSON"),
        (Answer(200, "x", {"Content-Encoding": "gzip"}), UnreachableError, "cannot be read"),
        (Answer(200, "<", {"Content-Type": TOKEN}), UnreachableError, "in place of JSON"),
        (Answer(503, "{}"), UnreachableError, f"503 in {ATTEMPTS} attempts"),
    ],
)
def test_answers_that_help_nobody(answer: Answer, error: type[Exception], words: str) -> None:
    """Each is an error that says what to check; no redirect is followed, and no secret shown."""
    server = Server(answer)
    with server.serving() as address, client_of(address, token=Secret(TOKEN)) as client, pytest.raises(error) as raised:
        client.get("/Users")
    assert words in str(raised.value)
    assert TOKEN not in str(raised.value)
    assert len(server.asked) == (ATTEMPTS if answer.status == 503 else 1)


@pytest.mark.parametrize("status", [404, 410])
def test_nothing_there(status: int) -> None:
    """Somebody who is not there is nobody, and no error."""
    with Server(Answer(status, "{}")).serving() as address, client_of(address, token=Secret(TOKEN)) as client:
        assert client.get("/Users/1") is None


def test_waits() -> None:
    """A wait that the source names is kept to, but for one of more than about an hour; else it grows by itself."""
    busy = [Answer(429, "{}", {"Retry-After": text}) for text in ("7", "999999999", "soon")]
    waits: list[float] = []
    server = Server(*busy, Answer(200, "{}"))
    with server.serving() as address, client_of(address, waits, token=Secret(TOKEN)) as client:
        assert client.get("/Users") == {}
    assert waits[:2] == [7.0, 3660.0]
    assert 0 < waits[2] <= 20


def test_nobody_there() -> None:
    """A port where nobody listens is an error after all attempts, without a secret."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    waits: list[float] = []
    with (
        client_of(f"http://127.0.0.1:{port}", waits, token=Secret(TOKEN)) as client,
        pytest.raises(UnreachableError, match=f"no answer in {ATTEMPTS} attempts"),
    ):
        client.get("/Users")
    assert len(waits) == ATTEMPTS - 1
