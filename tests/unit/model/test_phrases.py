"""Numbers and times in words."""

from __future__ import annotations

import pytest

from reconciler.model.phrases import within


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (0.4, "1 second"),
        (90, "90 seconds"),
        (90.1, "2 minutes"),
        (5400, "90 minutes"),
        (5401, "1 h 31 min"),
        (7201, "2 h 1 min"),
        (172_800, "48 h 0 min"),
        (172_801, "2 d 1 h"),
        (90_000_000, "1,041 d 16 h"),
    ],
)
def test_a_time_that_is_not_exceeded(seconds: float, words: str) -> None:
    """It is rounded up, so that 'within' it stays true."""
    assert within(seconds) == words
