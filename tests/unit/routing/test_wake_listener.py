"""Requests to look at a queue now: what is taken, and what is not."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import UsageError
from reconciler.model.live import Place, Tool
from reconciler.routing import wake_listener
from reconciler.routing.wake_listener import LARGEST_REQUEST, WakeListener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JSON = {"Content-Type": "application/json"}


@contextmanager
def listening() -> Iterator[WakeListener]:
    """Yield a listener on a port of its own."""
    with WakeListener(("127.0.0.1", 0)) as one:
        yield one


def ask(one: WakeListener, body: object, path: str = "/look", headers: dict[str, str] = JSON) -> int:
    """Send a request; return its status."""
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=10)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", path, content, headers)
    answer = connection.getresponse()
    assert answer.getheader("Server") == "reconciler"
    answer.read()
    connection.close()
    return answer.status


def test_a_queue_is_asked_for() -> None:
    """A number is an id as well as its text; the same queue is one, and each is returned once."""
    with listening() as one:
        assert one.wait(0.01) is False
        assert ask(one, {"project_id": "1042", "tool_type": "invoice"}) == 202
        assert ask(one, {"project_id": 1042, "tool_type": "invoice"}) == 202
        assert ask(one, {"tool_type": "correspondence", "tool_subtype": 7}) == 202
        assert one.wait(5)
        assert one.asked() == [Place("1042", Tool("invoice", None)), Place(None, Tool("correspondence", 7))]
        assert one.asked() == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", {}, {"tool_type": ""}, {"tool_type": "x", "project_id": "9" * 65},
             {"tool_type": "x", "more": 1}, b"[" * 4000]
)  # fmt: skip
def test_what_cannot_be_understood(body: object) -> None:
    """It says what to send, and nothing is looked at."""
    with listening() as one:
        assert ask(one, body) == 400
        assert one.asked() == []


def test_what_is_refused() -> None:
    """Another path, a form of a web page, a body that is too large, another method."""
    body = {"tool_type": "invoice"}
    with listening() as one:
        assert ask(one, body, path="/") == 404
        assert ask(one, body, headers={"Content-Type": "text/plain"}) == 415
        assert ask(one, b" " * (LARGEST_REQUEST + 1)) == 413
        assert ask(one, body, headers={**JSON, "Content-Length": "-1"}) == 413
        connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=10)
        connection.request("GET", "/look")
        assert connection.getresponse().status == 501
        connection.close()
        assert one.asked() == []


def test_who_sends_nothing_holds_nothing_up(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A connection without a request ends by itself; others are heard meanwhile, and nothing is shown."""
    monkeypatch.setattr(wake_listener._Listening, "timeout", 0.2)
    with listening() as one, socket.create_connection(("127.0.0.1", one.port), timeout=10) as silent:
        silent.sendall(b"POST /look HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        assert ask(one, {"tool_type": "invoice"}) == 202
        assert silent.recv(1) == b""
    assert capfd.readouterr() == ("", "")


def test_many_who_send_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of connections the next one ends at once; it is taken again once others are done."""
    monkeypatch.setattr(wake_listener, "MOST_CONNECTIONS", 3)
    with listening() as one:
        held = [socket.create_connection(("127.0.0.1", one.port), 10) for _ in range(3)]
        wait_until(lambda: one._server._free._value == 0)
        with socket.create_connection(("127.0.0.1", one.port), 10) as refused:
            assert refused.recv(1) == b""
        for each in held:
            each.close()
        wait_until(lambda: one._server._free._value == 3)
        assert ask(one, {"project_id": "1042", "tool_type": "invoice"}) == 202


def test_one_who_sends_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a request has to come in time, not only each byte."""
    monkeypatch.setattr(wake_listener, "REQUEST_SECONDS", 0.5)
    with listening() as one, socket.create_connection(("127.0.0.1", one.port), 10) as slow:
        began = time.monotonic()
        with pytest.raises(OSError, match=r".*"):  # noqa: PT012 - how long it goes on
            while time.monotonic() - began < 8:
                slow.sendall(b"P")
                time.sleep(0.1)
        assert time.monotonic() - began < 4
        wait_until(lambda: one._server._free._value == wake_listener.MOST_CONNECTIONS)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait some seconds for a condition."""
    ends_at = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.01)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the rest is forgotten: the schedule looks there anyway."""
    monkeypatch.setattr(wake_listener, "MOST_ASKED", 1)
    with listening() as one:
        for tool in ("a", "b"):
            assert ask(one, {"tool_type": tool}) == 202
        assert one.asked() == [Place(None, Tool("a", None))]


def test_a_port_that_is_taken() -> None:
    """It says which, and what to do; the thread of the first one ends with its block."""
    with listening() as one:
        with pytest.raises(UsageError, match=f"nobody can listen on 127.0.0.1:{one.port}: .*; another port: --wake"):
            WakeListener(("127.0.0.1", one.port)).__enter__()
        thread = one._thread
    thread.join(5)
    assert thread not in threading.enumerate()
