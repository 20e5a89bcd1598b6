"""The sandbox's two rate windows (hourly and spike); it counts requests and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["RateLimit", "parse_rate_limit"]

HOUR_SECONDS = 3600
SPIKE_SECONDS = 10


@dataclass
class _Window:
    limit: int
    period: int
    used: int = 0
    ends_at: float = 0.0

    def roll(self, now: float) -> None:
        if now >= self.ends_at:
            self.used = 0
            self.ends_at = now + self.period

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)


class RateLimit:
    """Counts requests in both windows; without limits nothing is counted and no header is sent."""

    def __init__(self, hourly: int | None, spike: int | None) -> None:
        self._hourly, self._spike = hourly, spike
        given = ((hourly, HOUR_SECONDS), (spike, SPIKE_SECONDS))
        self._windows = [_Window(limit, period) for limit, period in given if limit is not None]

    def anew(self) -> RateLimit:
        """Return the same limits with nothing counted."""
        return RateLimit(self._hourly, self._spike)

    def take(self, now: float) -> tuple[bool, dict[str, str]]:
        """Count one request; gives whether it may pass, and the headers of its answer.

        The headers show whichever window has fewer requests left. A refused request counts in both, as every one does.
        """
        if not self._windows:
            return True, {}
        for window in self._windows:
            window.roll(now)
        passes = all(window.remaining for window in self._windows)
        for window in self._windows:
            window.used += 1
        shown = min(self._windows, key=lambda window: window.remaining)
        headers = {
            "X-Rate-Limit-Limit": str(shown.limit),
            "X-Rate-Limit-Remaining": str(shown.remaining),
            "X-Rate-Limit-Reset": str(math.ceil(shown.ends_at)),
        }
        if not passes:
            headers["Retry-After"] = str(max(math.ceil(shown.ends_at - now), 1))
        return passes, headers


def parse_rate_limit(text: str) -> RateLimit:
    """Read ``off``, or ``HOURLY,SPIKE`` as in ``3600,25``; raises ValueError for anything else."""
    if text == "off":
        return RateLimit(None, None)
    hourly, _, spike = text.partition(",")
    limits = int(hourly), int(spike)
    if min(limits) < 1:
        raise ValueError(text)
    return RateLimit(*limits)
