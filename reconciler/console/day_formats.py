"""Returns days of routing in the format asked for, and the exit code; it prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.console.format_names import DAY_FORMATS
from reconciler.errors import UsageError
from reconciler.render import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.console.plan_formats import Showing
    from reconciler.model.routed_day import ListedDay, RoutedDay

__all__ = ["day_exit_code", "day_text", "days_text"]


def day_text(day: RoutedDay, showing: Showing, *, color: bool) -> str:
    """Return a day as text; raises UsageError for a format that holds problems alone, or by person."""
    if showing.by != "preset":
        raise UsageError(f"a day of routing is shown step by step, not by {showing.by}: leave --by out")
    if showing.shown_as not in DAY_FORMATS:
        raise UsageError(f"a day of routing is shown as {', '.join(DAY_FORMATS)}, not as {showing.shown_as}")
    if showing.shown_as == "json":
        return msgspec.json.format(msgspec.json.encode(day), indent=2).decode() + "\n"
    if showing.shown_as == "terminal":
        return formats.day_page.render_day(day, color=color)
    if showing.shown_as == "html":
        return formats.day_markup.render_day_html(day)
    return formats.day_markup.render_day_markdown(day, budget=showing.budget, link=showing.link)


def days_text(days: Sequence[ListedDay], shown_as: str, *, color: bool) -> str:
    """Return the figures of several days, as text or JSON."""
    if shown_as == "json":
        answer = {"format": "reconciler/history/1", "runs": [], "days": days}
        return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n"
    return formats.day_page.render_days(days, color=color)


def day_exit_code(day: RoutedDay) -> int:
    """Return 2 where people must look: at steps left to them, or at responses without an outcome; else 0."""
    summary = day.summary
    return 2 if summary.left or summary.open or summary.carried else 0
