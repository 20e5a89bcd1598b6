"""Numbers, days, moments and durations as documents and items write them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from reconciler.model.quantities import duration_words, read_duration, read_moment, read_quantity

DAY = datetime.date(2026, 12, 1)
DIGITS = "1" * 30


@pytest.mark.parametrize(
    ("value", "quantity"),
    [
        (7, Decimal(7)),
        (-7, Decimal(-7)),
        (Decimal("7.50"), Decimal("7.5")),
        ("7.50", Decimal("7.5")),
        ("-0.1", Decimal("-0.1")),
        (0, Decimal(0)),
        (Decimal("0E-40"), Decimal(0)),
        (DIGITS, Decimal(DIGITS)),
        (f"0.{DIGITS}", Decimal(f"0.{DIGITS}")),
        (Decimal("1E30"), Decimal("1E30")),
        (Decimal("1E-30"), Decimal("1E-30")),
        ("2026-12-01", DAY),
        ("2026-12-01T08:00", DAY),
        ("2026-12-01T08:00:30", DAY),
        ("2026-12-01T23:59:59.123456Z", DAY),
        ("2026-12-01T23:59:59-11:30", DAY),
        ("2026-12-01T23:59:59+0200", DAY),
    ],
)
def test_numbers_and_days(value: object, quantity: object) -> None:
    """A moment counts as its day as it is written, and a number to its last digit."""
    assert read_quantity(value) == quantity


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 1.5, [], {}, b"1", "", "x", "1.", ".5", "+1", "--1", "1e3", "1,000", "1_000", " 1", "1\n",
        "\u0661", "1.5.5", f"{DIGITS}1", f"0.{DIGITS}1", Decimal("1E31"), Decimal("1E-31"), Decimal("NaN"),
        Decimal("-Infinity"), "NaN", "2026-12-32", "2026-13-01", "2026-12-1", "2026-W49-2", "2026-12-01 08:00",
        "2026-12-01T08", "2026-12-01T0800", "2026-12-01T08:00 ", "2026-12-01T08:00:00.1234567", "2026-12-01T25:00",
        "2026-12-01T08:00z", "2026-12-01T08:00+02", "2026-12-01\n", "12026-12-01", "2026-12-0\u0661",
    ],
)  # fmt: skip
def test_what_is_neither_a_number_nor_a_day(value: object) -> None:
    """It has no order: a rule that asks for one is undecided."""
    assert read_quantity(value) is None


def test_moments() -> None:
    """A moment without a zone is in UTC, and one with a zone keeps it; anything else is none."""
    noon = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)
    assert read_moment("2026-12-01T12:00:00Z") == noon
    assert read_moment("2026-12-01T12:00:00") == noon
    zoned = read_moment("2026-12-01T12:00:00+02:00")
    assert zoned == noon - datetime.timedelta(hours=2)
    assert [read_moment(one) for one in (None, "", "noon")] == [None, None, None]


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("4h", 14_400), ("2d", 172_800)])
def test_durations(text: str, seconds: int) -> None:
    """There and back."""
    assert read_duration(text) == seconds
    assert duration_words(seconds) == text


@pytest.mark.parametrize("text", ["", "4", "h", "0h", "4 h", "1.5h", "-1h", "4H", "4h\n", "٤h", "9999999s"])
def test_what_is_no_duration(text: str) -> None:
    """Everything else."""
    assert read_duration(text) is None


def test_durations_in_words() -> None:
    """In the largest unit that is whole."""
    assert [duration_words(one) for one in (0, 59.7, 3600, 3601)] == ["0s", "1m", "1h", "3601s"]
