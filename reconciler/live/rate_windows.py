"""Keeps requests below both rate windows of the service (docs/service.md section 5); it sends nothing.

Times are seconds of any steady clock; the caller passes them in.
"""

from __future__ import annotations

import re
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.live.service_clock import ServiceClock

__all__ = ["SPIKE_SECONDS", "Rate", "RateWindows", "read_rate", "wait_asked_for"]

HOUR_SECONDS = 3600.0
SPIKE_SECONDS = 10.0
_SAME_RESET_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = HOUR_SECONDS + 60.0
_MARGIN_SECONDS = 0.05
_COUNT = re.compile(r"[0-9]{1,9}\Z")


class Rate(NamedTuple):
    """One window as an answer shows it: ``reset_in`` is in seconds."""

    limit: int
    remaining: int
    reset_in: float

    @property
    def is_spike(self) -> bool:
        """Whether it is the window of ten seconds."""
        return self.reset_in <= SPIKE_SECONDS + 1


def read_rate(headers: Mapping[str, str], clock: ServiceClock) -> Rate | None:
    """Return the window that an answer shows, by the service's own clock; null where it shows none.

    That is an answer of a proxy, or of a service without limits.
    """
    try:
        limit = int(headers["X-Rate-Limit-Limit"])
        remaining = int(headers["X-Rate-Limit-Remaining"])
        ends_in = int(headers["X-Rate-Limit-Reset"]) - clock.read(headers.get("Date"))
        # no window is longer than an hour
        return Rate(limit, remaining, min(ends_in, _LONGEST_WAIT_SECONDS))
    except (KeyError, ValueError, OverflowError):
        return None


def wait_asked_for(headers: Mapping[str, str], rate: Rate | None) -> float:
    """Return the seconds that a 429 asks to wait: as it says, else until its window ends, else one."""
    named = headers.get("Retry-After", "")
    wait = float(named) if _COUNT.match(named) else None if rate is None else rate.reset_in
    return 1.0 if wait is None else max(wait, 0.0)


class _Window:
    """One window: how many requests may still be sent before ``reset_at``."""

    __slots__ = ("limit", "period", "remaining", "reset_at")

    def __init__(self, limit: int, remaining: int, reset_at: float, period: float) -> None:
        self.limit = limit
        self.remaining = remaining
        self.reset_at = reset_at
        self.period = period

    def roll(self, now: float) -> None:
        """Start again once the reset is over; the next answer has the real end."""
        if now >= self.reset_at:
            self.remaining = self.limit
            self.reset_at = now + self.period


class RateWindows:
    """The hourly and the spike window, as the headers of the answers show them.

    An answer shows one window only, so the other is remembered and counted on. The limit identifies the window. Safe to
    use from several threads.
    """

    def __init__(self) -> None:
        self._windows: dict[int, _Window] = {}
        self._blocked_until = 0.0
        self._in_flight = 0
        self._lock = Lock()

    def reserve(self, now: float) -> float:
        """Take one request from every window and give 0, or take nothing and give the seconds to wait."""
        with self._lock:
            delay = self._blocked_until - now
            for window in self._windows.values():
                window.roll(now)
                if window.remaining <= 0:
                    delay = max(delay, window.reset_at - now + _MARGIN_SECONDS)
            if delay > 0:
                return min(delay, _LONGEST_WAIT_SECONDS)
            for window in self._windows.values():
                window.remaining -= 1
            self._in_flight += 1
            return 0.0

    def finished(self) -> None:
        """Report that a reserved request is over, with or without an answer."""
        with self._lock:
            self._in_flight -= 1

    def observe(self, *, limit: int, remaining: int, reset_in: float, now: float) -> None:
        """Take in what an answer shows; ``reset_in`` is seconds from ``now``."""
        reset_in = min(max(reset_in, 0.0), _LONGEST_WAIT_SECONDS)
        reset_at = now + reset_in
        with self._lock:
            # requests under way may not be in the figure yet: counting them twice is the safe mistake
            left = remaining - self._in_flight
            window = self._windows.get(limit)
            if window is None:
                period = HOUR_SECONDS if reset_in > SPIKE_SECONDS + 1 else SPIKE_SECONDS
                self._windows[limit] = _Window(limit, left, reset_at, period)
                return
            if reset_in > SPIKE_SECONDS + 1:
                window.period = HOUR_SECONDS
            if reset_at > window.reset_at + _SAME_RESET_SECONDS:
                window.remaining = left
            else:
                window.remaining = min(window.remaining, left)
            window.reset_at = reset_at

    def block(self, seconds: float, now: float) -> None:
        """Send nothing for a while: the service has said so with a 429."""
        with self._lock:
            until = now + min(seconds, _LONGEST_WAIT_SECONDS)
            self._blocked_until = max(self._blocked_until, until)

    def left(self) -> int | None:
        """Return how many requests may be sent before something resets; unknown before the first answer."""
        with self._lock:
            return min((max(window.remaining, 0) for window in self._windows.values()), default=None)

    def hourly_limit(self) -> int | None:
        """Return the limit of the hourly window; unknown before an answer shows it."""
        with self._lock:
            return max((one.limit for one in self._windows.values() if one.period == HOUR_SECONDS), default=None)

    def seconds_for(self, requests: int, now: float) -> float:
        """Estimate how long so many requests must take because of the windows alone."""
        with self._lock:
            longest = 0.0
            for window in self._windows.values():
                beyond = requests - max(window.remaining, 0)
                if beyond > 0 and window.limit > 0:
                    turns = (beyond - 1) // window.limit
                    longest = max(longest, max(window.reset_at - now, 0.0) + turns * window.period)
            return longest
