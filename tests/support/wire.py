"""A server on loopback that answers with the very bytes a test asks for, also where they are no HTTP."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Wire", "answer", "serving"]


class Wire:
    """What was asked so far, as ``METHOD target``, and where."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[str] = []

    @property
    def targets(self) -> list[str]:
        """The targets of the GET requests so far."""
        return [one.removeprefix("GET ") for one in self.asked if one.startswith("GET ")]


def answer(body: bytes | str = b"", status: int | str = 200, **headers: str) -> bytes:
    """Return a whole answer; ``_`` in names of headers is ``-``, and a length of our own is added."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}{'' if isinstance(status, str) else ' Told'}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


@contextmanager
def serving(script: Callable[[str], Iterable[bytes] | bytes], context: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """Serve on a free port: ``script`` gets ``METHOD target`` and returns the bytes of the answer, or their parts.

    With a ``context`` the server speaks TLS.
    """
    wire = Wire()
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    wire.address = f"http{'s' if context else ''}://127.0.0.1:{listener.getsockname()[1]}"
    threads: list[threading.Thread] = []

    def accept() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
                if context is not None:
                    connection.settimeout(5)
                    connection = context.wrap_socket(connection, server_side=True)
            except OSError:
                continue
            thread = threading.Thread(target=_speak, args=(connection, script, wire, ended))
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield wire
    finally:
        ended.set()
        accepting.join(10)
        for thread in threads:
            thread.join(10)
        listener.close()


def _speak(
    connection: socket.socket, script: Callable[[str], Iterable[bytes] | bytes], wire: Wire, ended: threading.Event
) -> None:
    connection.settimeout(0.1)
    with connection:
        waiting = b""
        while not ended.is_set():
            try:
                received = connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not received:
                return
            waiting += received
            while (request := _request(waiting)) is not None:
                asked, waiting = request
                wire.asked.append(asked)
                if not _send(connection, script(asked), ended):
                    return


def _request(waiting: bytes) -> tuple[str, bytes] | None:
    """Return the first whole request and what follows it, null while it is not whole."""
    head, found, rest = waiting.partition(b"\r\n\r\n")
    if not found:
        return None
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    length = int(headers.get("content-length", "0"))
    if len(rest) < length:
        return None
    return " ".join(lines[0].split(" ")[:2]), rest[length:]


def _send(connection: socket.socket, parts: Iterable[bytes] | bytes, ended: threading.Event) -> bool:
    """Send an answer; return false once the other side is gone or the test is over."""
    try:
        for part in [parts] if isinstance(parts, bytes) else parts:
            view = memoryview(part)
            while view:
                if ended.is_set():
                    return False
                try:
                    view = view[connection.send(view) :]
                except TimeoutError:
                    continue
    except OSError:
        return False
    return True
