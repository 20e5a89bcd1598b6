"""A forge on loopback, as far as its documented API is used here: what both kinds share."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.serving import answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Answer", "Asked", "ForgeStub", "serving"]


class Asked(NamedTuple):
    """One request, its path without the query."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    account: str | None


class Answer(NamedTuple):
    """One answer; bytes go out as they are, anything else as JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})


Route = tuple[str, re.Pattern[str], "Callable[..., Answer]"]
Planned = TypeVar("Planned")


class ForgeStub:
    """Answers by routes; remembers what was asked; ``faults`` holds statuses to answer next, by a part of the path.

    ``scripted`` holds whole answers in the same way, and ``late`` those that come instead once it was done.
    """

    token_header = "Authorization"
    token_prefix = ""
    public = "/public/"  # where nobody needs a token

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[Asked] = []
        self.accounts: dict[str, str] = {}
        self.faults: list[tuple[str, str, int]] = []
        self.scripted: list[tuple[str, str, Answer]] = []
        self.late: list[tuple[str, str, Answer]] = []
        self.instead: bytes | None = None
        self.routes: list[Route] = []
        self._lock = threading.Lock()

    def route(self, method: str, pattern: str, answer: Callable[..., Answer]) -> None:
        """Answer a method on paths like this."""
        self.routes.append((method, re.compile(pattern), answer))

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to one request."""
        with self._lock:
            self.asked.append(asked)
            fault = _taken(self.faults, asked)
            if fault is not None:
                return Answer(fault[2], {"message": "made to fail"})
            scripted = _taken(self.scripted, asked)
            if scripted is not None:
                return scripted[2]
            if asked.account is None and not asked.path.startswith(self.public):
                return Answer(401, {"message": "Bad credentials"})
            if self.instead is not None:
                return Answer(200, self.instead, {"Content-Type": "application/json"})
            done = self._done(asked)
            late = _taken(self.late, asked)
            return done if late is None else late[2]

    def _done(self, asked: Asked) -> Answer:
        for method, pattern, answer in self.routes:
            found = pattern.fullmatch(asked.path)
            if method == asked.method and found is not None:
                with suppress(KeyError):
                    return answer(asked, *found.groups())
                break
        return Answer(404, {"message": "Not Found"})

    def writes(self) -> list[str]:
        """Return everything that was asked and is no mere look, in order."""
        return [f"{one.method} {one.path}" for one in self.asked if one.method != "GET"]


def _taken(planned: list[tuple[str, str, Planned]], asked: Asked) -> tuple[str, str, Planned] | None:
    """Take what is planned for a request off the list, the first of it."""
    for one in planned:
        if one[0] == asked.method and one[1] in asked.path:
            planned.remove(one)
            return one
    return None


def _handler(stub: ForgeStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave at once: in two parts the second waits 40 ms for an acknowledgement

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(size)
            token = (self.headers.get(stub.token_header) or "").removeprefix(stub.token_prefix)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = json.loads(raw) if raw else None
            answer = stub.answer(Asked(self.command, unquote(parts.path), query, body, stub.accounts.get(token)))
            content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            kind = "application/octet-stream" if isinstance(answer.body, bytes) else "application/json"
            for name, value in {"Content-Type": kind, **answer.headers}.items():
                self.send_header(name, value)
            empty = answer.status == 204
            self.send_header("Content-Length", "0" if empty else str(len(content)))
            self.end_headers()
            if not empty:
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - as the base class calls them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
            """Report nothing."""

    return Handler


@contextmanager
def serving(stub: ForgeStub) -> Iterator[None]:
    """Serve a stub on a free port of this machine, and end it."""
    with answering(_handler(stub)) as stub.address:
        yield
