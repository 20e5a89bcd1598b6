"""Pacing by two windows of which an answer shows only one."""

from __future__ import annotations

import pytest

from reconciler.live.rate_windows import RateWindows, read_rate
from reconciler.live.service_clock import ServiceClock


def spend(windows: RateWindows, requests: int, now: float) -> None:
    """Reserve and finish so many requests."""
    for _ in range(requests):
        assert windows.reserve(now) == 0
        windows.finished()


def test_nothing_is_known_before_the_first_answer() -> None:
    """The first requests go at once."""
    windows = RateWindows()
    assert (windows.reserve(0.0), windows.left(), windows.seconds_for(100, 0.0)) == (0, None, 0)


def test_a_window_that_is_used_up_is_waited_out() -> None:
    """The wait ends a little after the reset, and the window starts anew."""
    windows = RateWindows()
    windows.observe(limit=25, remaining=2, reset_in=8.0, now=0.0)
    spend(windows, 2, 1.0)
    assert windows.left() == 0
    assert 7.0 < windows.reserve(1.0) < 7.2
    assert windows.reserve(8.1) == 0
    assert windows.left() == 24


def test_the_window_not_shown_is_remembered_and_counted_on() -> None:
    """The hourly window was shown once; spike answers follow, and it still runs out."""
    windows = RateWindows()
    windows.observe(limit=600, remaining=5, reset_in=1800.0, now=0.0)
    windows.observe(limit=25, remaining=20, reset_in=9.0, now=0.0)
    spend(windows, 5, 1.0)
    assert 1790 < windows.reserve(1.0) < 1800


def test_requests_under_way_are_not_spent_twice() -> None:
    """An answer may not count yet what is still under way."""
    windows = RateWindows()
    windows.observe(limit=25, remaining=10, reset_in=9.0, now=0.0)
    for _ in range(3):
        windows.reserve(0.0)
    windows.finished()
    windows.observe(limit=25, remaining=9, reset_in=9.0, now=0.5)
    assert windows.left() == 7


def test_a_late_answer_does_not_give_requests_back() -> None:
    """Answers may overtake each other; the lower figure of one window counts."""
    windows = RateWindows()
    windows.observe(limit=25, remaining=3, reset_in=9.0, now=0.0)
    windows.observe(limit=25, remaining=8, reset_in=9.0, now=0.1)
    assert windows.left() == 3
    windows.observe(limit=25, remaining=24, reset_in=10.0, now=9.5)
    assert windows.left() == 24


def test_an_hourly_window_near_its_end_is_told_by_its_limit() -> None:
    """Ten seconds before its end it looks like a spike window, but rolls over for an hour."""
    windows = RateWindows()
    windows.observe(limit=600, remaining=0, reset_in=6.0, now=0.0)
    windows.observe(limit=600, remaining=600, reset_in=3600.0, now=7.0)
    windows.observe(limit=600, remaining=1, reset_in=5.0, now=3602.0)
    spend(windows, 1, 3603.0)
    assert windows.seconds_for(601, 3603.0) > 3600


def test_a_429_blocks_everybody() -> None:
    """Whatever the windows say."""
    windows = RateWindows()
    windows.block(5.0, 10.0)
    windows.block(2.0, 10.0)
    assert windows.reserve(10.0) == 5.0
    assert windows.reserve(15.0) == 0


def test_absurd_headers_do_not_wait_for_ever() -> None:
    """A reset in the far future, or long ago, is bounded."""
    windows = RateWindows()
    windows.observe(limit=10, remaining=0, reset_in=1e9, now=0.0)
    assert windows.reserve(0.0) <= 3660
    windows = RateWindows()
    windows.observe(limit=10, remaining=0, reset_in=-50.0, now=0.0)
    assert windows.reserve(0.1) == 0


def test_an_estimate_of_the_time_many_requests_take() -> None:
    """The windows alone decide it."""
    windows = RateWindows()
    windows.observe(limit=25, remaining=25, reset_in=10.0, now=0.0)
    assert windows.seconds_for(25, 0.0) == 0
    assert windows.seconds_for(26, 0.0) == 10
    assert windows.seconds_for(76, 0.0) == 30


@pytest.mark.parametrize("reset", ["9" * 17, "999999999999"])
def test_a_window_ends_within_the_longest_wait(reset: str) -> None:
    """An end in the far future is taken for the longest window there is, so that no date overflows."""
    headers = {"X-Rate-Limit-Limit": "3600", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": reset}
    rate = read_rate(headers, ServiceClock(lambda _ahead: None))
    assert rate is not None
    assert rate.reset_in == 3660
