"""Waits of several threads: reported when they are long, and ended at once when the command ends."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Interrupted", "InterruptibleWaits"]

LONG_WAIT_SECONDS: Final = 10
TOLD_EVERY_SECONDS: Final = 60


class Interrupted(BaseException):
    """Ends a worker whose command was interrupted."""


class InterruptibleWaits:
    """Sleeps for the threads of one client.

    ``tell`` receives the seconds left of a long wait, when it begins and about every minute, from one thread.
    ``sleep`` and ``clock`` take and return seconds; without ``sleep``, waits end with ``stop``.
    """

    def __init__(
        self,
        tell: Callable[[float], object],
        sleep: Callable[[float], object] | None,
        clock: Callable[[], float],
    ) -> None:
        self._stopped = threading.Event()
        self._tell = tell
        self._sleep = sleep or self._stopped.wait
        self._clock = clock
        self._lock = threading.Lock()
        self._told_at: float | None = None
        self._ends: list[Callable[[float], object]] = []
        self._ends_at = math.inf
        # when the service last answered or a wait was last reported, by the monotonic clock
        self.heard_at = time.monotonic()

    def stop(self, seconds: float = 0.0) -> None:
        """End every wait, and call what is to end with them; ``seconds`` are left for requests under way."""
        if seconds <= 0:
            self._stopped.set()
        with self._lock:
            self._ends_at = min(self._ends_at, time.monotonic() + seconds)
            ends, ends_at = list(self._ends), self._ends_at
        for end in ends:
            end(ends_at)

    def when_stopped(self, end: Callable[[float], object]) -> None:
        """Take up a function that ``stop`` calls, from whichever thread, with a moment of the monotonic clock."""
        with self._lock:
            self._ends.append(end)
            ends_at = self._ends_at
        if ends_at < math.inf:
            end(ends_at)

    def require_going(self) -> None:
        """Raise Interrupted after ``stop``."""
        if self._stopped.is_set():
            raise Interrupted

    def pause(self, seconds: float) -> None:
        """Sleep; raise Interrupted when that was ended by ``stop``."""
        self.wait(seconds)
        self.require_going()

    def wait(self, seconds: float) -> None:
        """Sleep; report a long wait, so that nobody takes it for a run that hangs."""
        left = seconds
        while left > 0 and not self._stopped.is_set():
            if seconds >= LONG_WAIT_SECONDS:
                self._report(left)
            part = min(left, TOLD_EVERY_SECONDS)
            self._sleep(part)
            self.heard_at = time.monotonic()
            left -= part

    def _report(self, left: float) -> None:
        now = self._clock()
        with self._lock:
            due = self._told_at is None or now - self._told_at >= TOLD_EVERY_SECONDS / 2
            if due:
                self._told_at = now
        if due:
            self._tell(left)
