"""Shows a day of routing as one HTML page, or as Markdown within a budget; everything from outside is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup

from reconciler.model.phrases import counted
from reconciler.render.formats.page_parts import content_policy, page_environment, page_part
from reconciler.render.text.escapes import escape_address, escape_markdown
from reconciler.render.text.visible import shortened
from reconciler.render.views.day_view import day_view
from reconciler.render.views.fitted import largest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.routed_day import RoutedDay
    from reconciler.render.views.budget import Budget
    from reconciler.render.views.day_view import DayView, EventView, StepView

__all__ = ["render_day_html", "render_day_markdown"]

MOST_DECISIONS: Final = 5000  # of a page; steps for people are always there
_LONGEST = 200
_SHORTEST_ROW = 10  # characters; no row of any text is shorter
_STEP_HEAD = ("| At | Status | Option | Step | Why | Comment | Values | |", "|---|---|---|---|---|---|---|---|")
_RULE_HEAD = ("| Rule | Step | Option | Answered | Observed | Time to answer |", "|---|---|---|--:|--:|---|")


def render_day_html(day: RoutedDay) -> str:
    """Return a day as one HTML page: no network and no script; beyond some thousand decisions the rest is counted."""
    style = Markup(page_part("report.css") + page_part("route_day.css"))  # noqa: S704 - files of this package
    template = page_environment().get_template("route_day.html.j2")
    return template.render(view=day_view(day), style=style, content_policy=content_policy(style), most=MOST_DECISIONS)


class _Part(NamedTuple):
    """A part of the page: its title, the head of its table, its rows, and a noun for them."""

    title: str
    head: tuple[str, ...]
    rows: tuple[str, ...]
    noun: tuple[str, str]


def render_day_markdown(day: RoutedDay, *, budget: Budget | None = None, link: str | None = None) -> str:
    """Return a day as Markdown, steps for people first, within a budget.

    Decisions are the first to go, then rules. The text counts what it leaves out, and says where that is: at ``link``,
    or in the file of the day.
    """
    view = day_view(day)
    parts = tuple(_parts(view))
    every = sum(len(part.rows) for part in parts)
    text = _text(view, parts, every, link)
    if budget is None or budget.holds(text):
        return text
    most = min(every, budget.limit // _SHORTEST_ROW)
    return _text(view, parts, largest(most, lambda number: _text(view, parts, number, link), budget) or 0, link)


def _parts(view: DayView) -> Iterator[_Part]:
    """Yield the parts of a page, those that people must see first."""
    steps = ("step left to people", "steps left to people")
    yield _Part("Left to people", _STEP_HEAD, _step_rows(view.left), steps)
    without = ("response without an outcome", "responses without an outcome")
    yield _Part("Without an outcome", _STEP_HEAD, _step_rows(view.open), without)
    yield _Part("Escalations", (), _event_rows(view.escalations), ("escalation", "escalations"))
    yield _Part("Outcomes of an earlier file", (), _event_rows(view.unmatched), ("outcome", "outcomes"))
    yield _Part("By rule", _RULE_HEAD, tuple(_rule_rows(view)), ("line by rule", "lines by rule"))
    yield _Part("Decisions", _STEP_HEAD, _step_rows(view.decisions), ("decision", "decisions"))


def _text(view: DayView, parts: Iterable[_Part], rows: int, link: str | None) -> str:
    """Return the page with so many rows, the first ones."""
    lines = [f"### {_cell(view.title)}: {escape_markdown(view.headline)}"]
    if view.counts:
        lines += ["", f"**{escape_markdown(view.counts)}**"]
    left_out = []
    for part in parts:
        shown = part.rows[:rows]
        rows -= len(shown)
        if shown:
            lines += ["", f"#### {part.title}", "", *part.head, *shown]
        if len(shown) < len(part.rows):
            left_out.append(counted(len(part.rows) - len(shown), *part.noun))
    where = f" {escape_address(link)}" if link else ""
    if left_out:
        whole = "The whole of it:" if link else "The whole of it: reconciler show, with the file of the day."
        lines += ["", f"**Left out here: {', '.join(left_out)}. {whole}**{where}"]
    elif link:
        lines += ["", f"Report:{where}"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return escape_markdown(shortened(text, _LONGEST))


def _lines(parts: Iterable[str]) -> str:
    """Return several texts as lines of one cell."""
    return "<br>".join(_cell(part) for part in parts if part)


def _step_rows(steps: Sequence[StepView]) -> tuple[str, ...]:
    return tuple(
        f"| {_cell(one.at)} | {_cell(one.status)} | {_cell(one.option)} | {_lines((one.what, one.address))} "
        f"| {_cell(one.why)} | {_cell(one.comment)} | {_lines(f'{field}: {value}' for field, value in one.seen)} "
        f"| {_lines(one.details)} |"
        for one in steps
    )


def _event_rows(events: Sequence[EventView]) -> tuple[str, ...]:
    return tuple(f"- {_cell(one.at)} · {_cell(one.what)}: {_cell(one.words)}" for one in events)


def _rule_rows(view: DayView) -> Iterator[str]:
    for one in view.rules:
        for name, answered, observed in one.options:
            yield (
                f"| {_cell(one.rule)} | {_cell(one.step)} | {_cell(name)} | {answered} | {observed} "
                f"| {_cell(one.latency)} |"
            )
