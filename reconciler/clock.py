"""The clock of a run: this machine's, corrected by the service's clock where the two differ."""

from __future__ import annotations

import datetime
from typing import Final

__all__ = ["LARGEST_DIFFERENCE_SECONDS", "OtherDayError", "correct", "corrected", "moment", "now", "reset"]

LARGEST_DIFFERENCE_SECONDS: Final = 60
_NONE: Final = datetime.timedelta()


class OtherDayError(Exception):
    """Raise it where the service has another day: the run starts again, so that no run sees two days."""


class _Clock:
    """What is known of the service's clock."""

    difference = _NONE


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
    """Believe this machine's clock again."""
    _CLOCK.difference = _NONE


def correct(seconds: float) -> bool | None:
    """Count by a clock that is so many seconds ahead of this machine's (below zero: behind).

    Return whether that makes it another day, null where so much was known already.
    """
    difference = datetime.timedelta(seconds=round(seconds))
    if abs(difference - _CLOCK.difference).total_seconds() <= LARGEST_DIFFERENCE_SECONDS:
        return None
    before = now().date()
    _CLOCK.difference = difference
    return now().date() != before
