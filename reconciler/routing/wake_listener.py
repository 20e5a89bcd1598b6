"""Listens on this machine for requests to look at one queue now; it believes nothing else of what they say."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

import msgspec

from reconciler.errors import UsageError
from reconciler.model.live import Place, Tool

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["WakeListener"]

LARGEST_REQUEST: Final = 4096
REQUEST_SECONDS: Final = 5.0
MOST_ASKED: Final = 10_000
MOST_CONNECTIONS: Final = 32


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request; the project is null for a tool of the company."""

    tool_type: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    project_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | int | None = None
    tool_subtype: int | None = None

    def place(self) -> Place:
        """Return the queue."""
        project_id = None if self.project_id is None else str(self.project_id)
        return Place(project_id, Tool(self.tool_type, self.tool_subtype))


class WakeListener:
    """Takes ``POST /look`` with ``{"project_id": "1042", "tool_type": "…"}`` until the block ends.

    Raises UsageError if the port is taken. An answer only says that the request was heard.
    """

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._asked: dict[Place, None] = {}
        self._lock = threading.Lock()
        self._heard = threading.Event()

    def __enter__(self) -> Self:
        class Listening(_Listening):
            take = staticmethod(self._take)

        try:
            self._server = (_ServerOfSix if ":" in self._address[0] else _Server)(self._address, Listening)
        except OSError as error:
            host, port = self._address
            raise UsageError(f"nobody can listen on {host}:{port}: {error.strerror}; another port: --wake") from None
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def _take(self, place: Place) -> None:
        with self._lock:
            if len(self._asked) < MOST_ASKED:
                self._asked[place] = None
        self._heard.set()

    def asked(self) -> list[Place]:
        """Return the queues that were asked for since the last call, each once."""
        with self._lock:
            found, self._asked = list(self._asked), {}
            self._heard.clear()
        return found

    def wait(self, seconds: float) -> bool:
        """Wait until somebody asks, at most so many seconds; return whether somebody did."""
        return self._heard.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 16

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection into a thread of its own, or end it where there are too many."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one connection, within a time for all of it."""
        ends = threading.Timer(REQUEST_SECONDS, _shut, (request,))
        ends.daemon = True
        try:
            ends.start()
            super().process_request_thread(request, client_address)
        finally:
            ends.cancel()
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Show nothing: a request that breaks off is nobody's business."""


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _ServerOfSix(_Server):
    address_family = socket.AF_INET6


class _Listening(BaseHTTPRequestHandler):
    """Answers one request, and shows nothing of it."""

    timeout = REQUEST_SECONDS

    take: staticmethod[[Place], None]

    def do_POST(self) -> None:
        """Take ``POST /look``."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/look":
            self._answer(404, "POST /look")
        elif self.headers.get_content_type() != "application/json":
            self._answer(415, "send application/json")
        elif not (length.isascii() and length.isdecimal()) or int(length) > LARGEST_REQUEST:
            self._answer(413, f"at most {LARGEST_REQUEST} bytes, with their number")
        else:
            try:
                asked = msgspec.json.decode(self.rfile.read(int(length)), type=_Asked)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                self._answer(400, 'send {"project_id": "1042", "tool_type": "subcontractor_invoice"}')
                return
            self.take(asked.place())
            self._answer(202, "")

    def version_string(self) -> str:
        """Return the product without versions."""
        return "reconciler"

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Log nothing: what a request says may be anything."""
