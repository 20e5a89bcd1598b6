"""The service's clock as its answers show it, compared with this machine's."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from reconciler.clock import LARGEST_DIFFERENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ServiceClock"]


class ServiceClock:
    """Reads the ``Date`` of answers; ``differs`` receives the difference between the two clocks."""

    def __init__(self, differs: Callable[[float], object]) -> None:
        self._differs = differs
        self._dates: tuple[str, float] = ("", 0.0)
        self._agreed = ""

    @staticmethod
    def here() -> float:
        """Return the moment by this machine's clock, in seconds since 1970."""
        return time.time()  # noqa: TID251 - this machine's clock is what is compared

    def compare(self, headers: Mapping[str, str], sent_at: float) -> None:
        """Compare the clocks by an answer's Date, from any moment between the request and its answer."""
        date = headers.get("Date")
        if date is None or date == self._agreed or "Age" in headers:
            return  # nothing new, or the date of a copy that some proxy kept
        try:
            service_time = self.read(date)
        except (ValueError, OverflowError):
            return
        ahead, behind = service_time - self.here(), service_time - sent_at
        is_off = ahead > LARGEST_DIFFERENCE_SECONDS or behind < -LARGEST_DIFFERENCE_SECONDS
        if not is_off:
            self._agreed = date
        self._differs(ahead if is_off else 0.0)

    def read(self, date: str | None) -> float:
        """Return the moment of a Date, in seconds since 1970; without one this machine's. Raises ValueError."""
        if date is None:
            return self.here()
        known, seconds = self._dates
        if known != date:
            seconds = parsedate_to_datetime(date).timestamp()
            self._dates = (date, seconds)
        return seconds
