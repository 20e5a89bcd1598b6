"""Reads numbers, days and durations as documents and items write them; text that is none of them stays unread."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

__all__ = ["DURATION", "Quantity", "duration_words", "read_duration", "read_moment", "read_quantity"]

Quantity = Decimal | datetime.date
_DURATION = r"[1-9][0-9]{0,5}[smhd]"
DURATION = rf"^{_DURATION}$(?!\n)"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DECIMAL = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?\Z", re.ASCII)
_DAY = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}[0-9:.]{0,10}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?\Z", re.ASCII
)
_LARGEST_EXPONENT = 30


def read_quantity(value: object) -> Quantity | None:
    """Return the number or the day that a value is, or that its text says; null for everything else.

    A moment counts as its day, as written. Numbers with separators (``1,000.00``), beyond 30 digits, infinite ones and
    truth values are none.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return _usable(Decimal(value))
    return _read_text(value) if isinstance(value, str) else None


def _read_text(text: str) -> Quantity | None:
    if _DECIMAL.match(text):
        return Decimal(text)
    if not _DAY.match(text):
        return None
    moment = read_moment(text)
    return None if moment is None else datetime.date.fromisoformat(text[:10])


def read_moment(text: str | None) -> datetime.datetime | None:
    """Return the moment that a text is, in UTC if it names no zone; null for anything else."""
    try:
        moment = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)


def _usable(number: Decimal) -> Decimal | None:
    if not number.is_finite():
        return None
    return number if not number or abs(number.adjusted()) <= _LARGEST_EXPONENT else None


def read_duration(text: str) -> int | None:
    """Return the seconds of ``90s``, ``30m``, ``4h`` or ``2d``; null for everything else."""
    if not re.fullmatch(_DURATION, text, re.ASCII):
        return None
    return int(text[:-1]) * _UNITS[text[-1]]


def duration_words(seconds: float) -> str:
    """Return seconds as documents write them, in the largest unit that is whole: ``4h``, ``90s``."""
    whole = round(seconds)
    for unit, size in reversed(_UNITS.items()):
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"
