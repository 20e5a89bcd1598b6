"""How old a snapshot may be before it is said."""

from __future__ import annotations

import datetime

import pytest

from reconciler.planning.judging import judge_age

NOW = datetime.datetime(2026, 11, 24, 8, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("observed_at", "age"),
    [
        ("2026-11-24T08:00:00Z", ""),
        ("2026-11-23T08:00:00Z", ""),
        ("2026-11-23T07:00:00Z", "25 hours old"),
        ("2026-11-21T08:00:00Z", "3 days old"),
        ("2026-11-25T08:00:00Z", ""),
        ("some day", "of a day that cannot be told"),
        ("2026-11-24T08:00:00", "of a day that cannot be told"),
    ],
)
def test_the_age_of_a_snapshot(observed_at: str, age: str) -> None:
    """A day is young; what is no moment may be of any day."""
    found = judge_age(observed_at, NOW)
    assert [one.message.split(" (")[0] for one in found] == ([f"the snapshot is {age}"] if age else [])
