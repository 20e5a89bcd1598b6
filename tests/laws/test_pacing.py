"""The law of pacing: a service that counts strictly never has to say 429."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from reconciler.live.rate_windows import RateWindows
from reconciler.sandbox.limits import RateLimit


@given(
    st.integers(3, 60),
    st.integers(3, 30),
    st.lists(st.floats(0.0, 4.0), min_size=20, max_size=120),
    st.floats(0.0, 0.99),
)
def test_no_request_is_refused(hourly: int, spike: int, pauses: list[float], fraction: float) -> None:
    """Whatever the limits, the pauses between requests, and where in a second the windows began."""
    service = RateLimit(hourly, spike)
    windows = RateWindows()
    now = 1_000_000.0 + fraction
    for pause in pauses:
        now += pause
        while (wait := windows.reserve(now)) > 0:
            now += wait
        passes, headers = service.take(now)
        assert passes
        windows.finished()
        # a Date header has whole seconds, so the client may take the reset for up to a second later
        reset_in = float(headers["X-Rate-Limit-Reset"]) - math.floor(now)
        windows.observe(
            limit=int(headers["X-Rate-Limit-Limit"]),
            remaining=int(headers["X-Rate-Limit-Remaining"]),
            reset_in=reset_in,
            now=now,
        )
