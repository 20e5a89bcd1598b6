"""Ends the requests of a routing process some seconds after somebody stopped it; it does nothing else of the stop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Stop", "StopWatcher"]

STOP_SECONDS: Final = 8.0
_POLL_SECONDS = 0.2


class Stop(Protocol):
    """The end of a loop: an event of threads, or one in simulated time."""

    def is_set(self) -> bool:
        """Return whether it came."""
        ...

    def wait(self, timeout: float, /) -> bool:
        """Wait for it so many seconds; return whether it came."""
        ...


class StopWatcher:
    """A thread that watches for a stop, and then ends the requests of the service in use.

    While a process still reads what it needs, nothing is answered, so its requests end at once. Later an answer under
    way has some seconds to be finished and read back.
    """

    def __init__(self, stopped: Stop) -> None:
        self._stopped = stopped
        self._ended = threading.Event()
        self._stop: Callable[[float], None] = lambda _seconds: None
        self._answers = False
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def take_up(self, stop: Callable[[float], None]) -> None:
        """Take up a service that reads what routing needs; ``stop`` ends its requests in so many seconds."""
        self._stop, self._answers = stop, False

    def let_finish(self) -> None:
        """Let an answer of that service be finished from now on."""
        self._answers = True

    def _watch(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            if not self._stopped.is_set():
                continue
            if self._answers:
                self._stop(STOP_SECONDS)  # no request begins that takes longer
                self._ended.wait(STOP_SECONDS)
            self._stop(0.0)
