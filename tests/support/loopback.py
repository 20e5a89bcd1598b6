"""Something on loopback that takes whatever is posted, and remembers it."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NamedTuple

from tests.support.serving import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Receiver", "Taken", "receiving"]


class Taken(NamedTuple):
    """One request."""

    method: str
    path: str
    body: bytes


class Receiver:
    """Answers everything with ``status``, or what ``statuses`` says for a part of a path."""

    def __init__(self) -> None:
        self.address = ""
        self.taken: list[Taken] = []
        self.status = 200
        self.statuses: dict[str, int] = {}


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            receiver.taken.append(Taken(self.command, self.path, body))
            found = [status for part, status in receiver.statuses.items() if part in self.path]
            self.send_response(found[0] if found else receiver.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_POST = do_PUT = _serve  # noqa: N815 - as the base class calls them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
            """Report nothing."""

    return Handler


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve on a free port of this machine, and end it."""
    receiver = Receiver()
    with answering(_handler(receiver)) as receiver.address:
        yield receiver
