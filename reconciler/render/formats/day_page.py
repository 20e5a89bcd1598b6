"""Shows days of routing on a terminal or in a pipe: one day whole, or the figures of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Column, Table
from rich.text import Text

from reconciler.model.phrases import counted, within
from reconciler.render.formats.terminal_page import TerminalPage
from reconciler.render.text.visible import printable, shortened
from reconciler.render.views.day_view import day_view, other_figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.routed_day import ListedDay, RoutedDay
    from reconciler.render.views.day_view import DayView, EventView, StepView

__all__ = ["render_day", "render_days"]

_LONGEST = 200
_SHOW = "reconciler show .reconciler/journal/route/DAY.jsonl"
_TITLES = ("day", "answered", "observed", "left to people", "half within", "95% within", "")


def render_day(day: RoutedDay, *, color: bool) -> str:
    """Return a day: words, steps left to people, rules, then each decision with the values it saw."""
    view = day_view(day)
    page = TerminalPage(color=color)
    page.add(Text(printable(view.title), style="bold"), Text(view.headline))
    if view.counts:
        page.add(Text(view.counts))
    _add_steps(page, "left to people", view.left, "bold yellow")
    _add_steps(page, "without an outcome", view.open, "bold yellow")
    _add_events(page, "escalations", view.escalations)
    _add_events(page, "outcomes of an earlier file", view.unmatched)
    _add_rules(page, view)
    _add_steps(page, "decisions", view.decisions, "bold")
    return page.text()


def _add_steps(page: TerminalPage, title: str, steps: Sequence[StepView], style: str) -> None:
    if not steps:
        return
    page.add("", Text(f"{title} ({len(steps):,})", style=style))
    for one in steps:
        place = " · ".join(part for part in (one.what, one.address) if part)
        parts = (one.at, one.status, one.option, one.why, place)
        page.add(Text(f"  {' · '.join(shortened(part, _LONGEST) for part in parts if part)}"))
        lines = (f"comment: {one.comment}" if one.comment else "", " · ".join(one.details))
        for line in (*(f"{field}: {value}" for field, value in one.seen), *filter(None, lines)):
            page.add(Text(f"      {shortened(line, _LONGEST)}", style="dim"))


def _add_events(page: TerminalPage, title: str, events: Sequence[EventView]) -> None:
    if not events:
        return
    page.add("", Text(f"{title} ({len(events):,})", style="bold"))
    for one in events:
        page.add(Text(f"  {' · '.join(shortened(part, _LONGEST) for part in (one.at, one.what, one.words))}"))


def _add_rules(page: TerminalPage, view: DayView) -> None:
    if not view.rules:
        return
    page.add("", Text(f"by rule ({len(view.rules):,})", style="bold"))
    for one in view.rules:
        page.add(Text(f"  {shortened(one.rule, _LONGEST)} · {shortened(one.step, _LONGEST)}"))
        for name, answered, observed in one.options:
            figures = (f"{answered} answered" if answered else "", f"{observed} observed" if observed else "")
            page.add(Text(f"      {shortened(name, _LONGEST)}: {', '.join(filter(None, figures))}"))
        if one.latency:
            page.add(Text(f"      {one.latency}", style="dim"))


def render_days(days: Sequence[ListedDay], *, color: bool) -> str:
    """Return the figures of days, in the order given."""
    page = TerminalPage(color=color)
    if not days:
        page.add(Text("no days in the journal of routes: 'reconciler route' keeps it"))
        return page.text()
    table = Table.grid(*(Column(no_wrap=True) for _ in _TITLES), padding=(0, 3, 0, 0))
    table.add_row(*(Text(title, style="bold") for title in _TITLES))
    for one in days:
        latency = one.latency
        table.add_row(
            Text(shortened(one.day)),
            Text(f"{one.summary.answered:,}"),
            Text(f"{one.summary.observed:,}"),
            Text(f"{one.summary.left:,}", style="yellow" if one.summary.left else ""),
            Text("-" if latency is None else within(latency.median_seconds)),
            Text("-" if latency is None else within(latency.p95_seconds)),
            Text(other_figures(one.summary), style="dim"),
        )
    page.add(table, Text(f"{counted(len(days), 'day')}; one of them: {_SHOW}", style="dim"))
    return page.text()
