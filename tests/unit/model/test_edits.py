"""Edits between two texts, counted up to a few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.edits import edits_between

short = st.text("abc", max_size=5)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("ann.lee", "ann.lee", 0),
        ("an.lee", "ann.lee", 1),
        ("ann.lea", "ann.lee", 1),
        ("anm.lea", "ann.lee", 2),
        ("nan.lee", "ann.lee", 2),
        ("", "ab", 2),
        ("pat.white", "tom.white", None),
        ("ann", "ann.lee", None),
    ],
)
def test_edits(one: str, other: str, edits: int | None) -> None:
    """Up to two are counted, and beyond that there is no answer."""
    assert edits_between(one, other, 2) == edits


def plainly(one: str, other: str) -> int:
    """Count edits by the definition."""
    if not one or not other:
        return len(one) + len(other)
    return min(
        plainly(one[1:], other) + 1,
        plainly(one, other[1:]) + 1,
        plainly(one[1:], other[1:]) + (one[0] != other[0]),
    )


@given(short, short, st.integers(0, 3))
def test_counting_is_that_of_the_definition(one: str, other: str, most: int) -> None:
    """The shortcuts never change the count."""
    edits = plainly(one, other)
    assert edits_between(one, other, most) == (edits if edits <= most else None)
