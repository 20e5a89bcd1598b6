"""Durations as documents write them."""

from __future__ import annotations

import pytest

from reconciler.model.quantities import duration_words, read_duration


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
