"""Limits the time of a whole request: connection, request, headers and body together.

A time-out alone limits one wait. An answer that arrives byte by byte passes each of them and never ends.
"""

from __future__ import annotations

import math
import socket
import threading
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

__all__ = ["Deadline", "DeadlineBackend"]

_WRITTEN_AT_ONCE_BYTES = 65536


class Deadline:
    """The moment by which the request of one thread must be complete; another thread may end it before."""

    __slots__ = ("_at", "_ends_at", "_lock", "_streams", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = 0.0
        self._ends_at = math.inf
        self._lock = threading.Lock()
        self._streams: weakref.WeakSet[httpcore.NetworkStream] = weakref.WeakSet()

    def start(self) -> None:
        """Begin a request."""
        self._at = time.monotonic() + self.seconds

    def passed(self) -> bool:
        """Return whether the time of the request is over."""
        return time.monotonic() >= self._at

    def limit(self, timeout: float | None) -> float:
        """Return the seconds that one wait may take; raise a time-out when none are left."""
        left = min(self._at, self._ends_at) - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)

    def watch(self, stream: httpcore.NetworkStream) -> None:
        """Take up a connection that ``end`` ends."""
        with self._lock:
            self._streams.add(stream)

    def end(self, at: float) -> None:
        """Let no request take longer than until a moment of the monotonic clock, from any thread.

        If it has come, end the request under way, and each one after it: nobody waits for an answer any more.
        """
        self._ends_at = min(self._ends_at, at)
        if at > time.monotonic():
            return
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            one = stream.get_extra_info("socket")
            with suppress(OSError):  # not of TLS: its own method changes what the other thread reads with
                socket.socket.shutdown(one, socket.SHUT_RDWR)


class DeadlineBackend(httpcore.NetworkBackend):
    """Connections whose every wait ends with the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection."""
        limit = self._deadline.limit(timeout)
        return _Stream(self._inner.connect_tcp(host, port, limit, local_address, socket_options), self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        deadline.watch(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.limit(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITTEN_AT_ONCE_BYTES):
            part = buffer[start : start + _WRITTEN_AT_ONCE_BYTES]
            self._inner.write(part, self._deadline.limit(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit = self._deadline.limit(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, limit), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
