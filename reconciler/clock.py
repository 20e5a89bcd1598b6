"""The clock of a run: a source of moments, corrected by the service's clock where the two differ."""

from __future__ import annotations

import datetime
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LARGEST_DIFFERENCE_SECONDS", "Clock", "OtherDayError", "in_files"]

LARGEST_DIFFERENCE_SECONDS: Final = 60
MOST_DAYS: Final = 40_000  # a larger number cannot come from a clock
_NONE: Final = datetime.timedelta()


class OtherDayError(Exception):
    """Raised where the service has another day: the run starts again, so that no run sees two days."""


class Clock:
    """Moments (UTC) of one source, such as this machine's clock, or a fixed time.

    The service's clock counts once it is known to differ. ``steady`` returns seconds that nobody corrects: the
    difference of two of them is how long something took.
    """

    def __init__(self, read: Callable[[], datetime.datetime], steady: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self.steady = steady
        self._difference = _NONE  # in use
        self._told: datetime.timedelta | None = None  # by a single answer
        self._lock = threading.Lock()

    def now(self) -> datetime.datetime:
        """Return the moment, UTC."""
        return self._read() + self._difference

    def moment(self) -> str:
        """Return the moment, UTC, as files hold it."""
        return in_files(self.now())

    def correct(self, seconds: float) -> bool | None:
        """Compare the clock with what an answer tells.

        The service's clock is ``seconds`` ahead of this machine's, or behind below zero. One answer may be a proxy's,
        so a difference counts once two answers in a row agree on it. Return whether that makes it another day, null
        where nothing changes.
        """
        difference = datetime.timedelta(seconds=round(seconds)) if abs(seconds) > LARGEST_DIFFERENCE_SECONDS else _NONE
        with self._lock:
            if _is_near(difference, self._difference):
                self._told = None
                return None
            if self._told is None or not _is_near(difference, self._told):
                self._told = difference
                return None
            before = self.now().date()
            if abs(difference.days) > MOST_DAYS:
                return None
            self._difference, self._told = difference, None
            return self.now().date() != before


def in_files(moment: datetime.datetime) -> str:
    """Return a moment (UTC) as files hold it: ``2026-01-31T12:00:00Z``."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _is_near(one: datetime.timedelta, other: datetime.timedelta) -> bool:
    return abs(one - other).total_seconds() <= LARGEST_DIFFERENCE_SECONDS
