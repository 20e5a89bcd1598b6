"""This machine's clock; everything below takes a clock as an argument."""

from __future__ import annotations

import datetime

from reconciler.clock import Clock

__all__ = ["wall_clock"]


def wall_clock() -> Clock:
    """Return a clock that goes by this machine's."""
    return Clock(lambda: datetime.datetime.now(datetime.UTC))
