"""The clock of a run: this machine's, corrected by the service's clock where the two differ."""

from __future__ import annotations

import datetime
import threading
from typing import Final

__all__ = ["LARGEST_DIFFERENCE_SECONDS", "OtherDayError", "correct", "corrected", "moment", "now", "reset"]

LARGEST_DIFFERENCE_SECONDS: Final = 60
MOST_DAYS: Final = 40_000  # more is no clock
_NONE: Final = datetime.timedelta()


class OtherDayError(Exception):
    """Raised where the service has another day: the run starts again, so that no run sees two days."""


class _Clock:
    """What is known of the service's clock: a difference in use, and one that a single answer told."""

    def __init__(self) -> None:
        self.difference = _NONE
        self.told: datetime.timedelta | None = None
        self.lock = threading.Lock()


_CLOCK = _Clock()


def now() -> datetime.datetime:
    """Return the moment, UTC, by the service's clock where that is known to differ."""
    return corrected(datetime.datetime.now(datetime.UTC))


def corrected(moment_here: datetime.datetime) -> datetime.datetime:
    """Return a moment of this machine's clock by the service's clock."""
    return moment_here + _CLOCK.difference


def moment() -> str:
    """Return the moment, UTC, as files hold it."""
    return now().isoformat(timespec="seconds").replace("+00:00", "Z")


def reset() -> None:
    """Set the clock back to this machine's."""
    _CLOCK.difference, _CLOCK.told = _NONE, None


def correct(seconds: float) -> bool | None:
    """Compare the clock with what an answer tells.

    The service's clock is ``seconds`` ahead of this machine's, or behind below zero. One answer may be a proxy's, so a
    difference counts once two answers in a row agree on it. Return whether that makes it another day, null where
    nothing changes.
    """
    difference = datetime.timedelta(seconds=round(seconds)) if abs(seconds) > LARGEST_DIFFERENCE_SECONDS else _NONE
    with _CLOCK.lock:
        if _is_near(difference, _CLOCK.difference):
            _CLOCK.told = None
            return None
        if _CLOCK.told is None or not _is_near(difference, _CLOCK.told):
            _CLOCK.told = difference
            return None
        before = now().date()
        if abs(difference.days) > MOST_DAYS:
            return None
        _CLOCK.difference, _CLOCK.told = difference, None
        return now().date() != before


def _is_near(one: datetime.timedelta, other: datetime.timedelta) -> bool:
    return abs(one - other).total_seconds() <= LARGEST_DIFFERENCE_SECONDS
