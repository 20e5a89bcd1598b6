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
        ("2026-11-23T07:00:00Z", "25 hours"),
        ("2026-11-21T08:00:00Z", "3 days"),
        ("2026-11-25T08:00:00Z", ""),
        ("some day", ""),
    ],
)
def test_the_age_of_a_snapshot(observed_at: str, age: str) -> None:
    """A day is young; what is no moment says nothing."""
    found = judge_age(observed_at, NOW)
    assert [one.message.split(" old (")[0] for one in found] == ([f"the snapshot is {age}"] if age else [])
