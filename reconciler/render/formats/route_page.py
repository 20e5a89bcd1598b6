"""Shows what routing did with the steps that wait, and why, on a terminal or in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Column, Table
from rich.text import Text

from reconciler.model.phrases import counted
from reconciler.model.routed import STATUSES, RouteEscalated, RouteIntended, RouteOutcome
from reconciler.render.formats.terminal_page import TerminalPage
from reconciler.render.text.visible import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.routed import JudgedCondition, JudgedRule, RoutedHistory, RoutedStep, RouteReport

__all__ = ["render_explanation", "render_history", "render_route", "render_step"]

_STYLES = {
    "answered": "green", "observed": "cyan", "already": "dim", "answered-otherwise": "yellow", "undecided": "yellow",
    "no-rule": "yellow", "left-alone": "yellow", "moved-on": "dim", "waiting": "dim", "failed": "bold red",
    "held": "bold yellow",
}  # fmt: skip
_LONGEST = 200
_MARKS = {True: ("✓", "green"), False: ("✗", "dim"), None: ("?", "yellow")}


def render_route(report: RouteReport, *, color: bool) -> str:
    """Return what became of each step, those that need a person first."""
    page = TerminalPage(color=color)
    table = Table.grid(*(Column(no_wrap=True) for _ in range(4)), padding=(0, 3, 0, 0))
    order = {status: number for number, status in enumerate(_FOR_PEOPLE)}
    for one in sorted(report.steps, key=lambda step: order.get(step.status, len(order))):
        table.add_row(
            Text(f"  {one.status}{' (overdue)' if one.overdue else ''}", style=_STYLES[one.status]),
            Text(shortened(_what(one), _LONGEST)),
            Text(shortened(one.option.name if one.option else "", _LONGEST)),
            Text(shortened(one.reason or (f"rule: {one.rule}" if one.rule else ""), _LONGEST), style="dim"),
        )
    if report.steps:
        page.add(table)
    else:
        page.add(Text("no step waits for this integration"))
    page.add(Text(_counts(report), style="dim"))
    return page.text()


def render_step(step: RoutedStep) -> str:
    """Return one step as a line, without colours."""
    why = step.reason or (f"rule: {step.rule}" if step.rule else "")
    overdue = " (overdue)" if step.overdue else ""
    parts = (f"{step.status}{overdue}", _what(step), step.option.name if step.option else "", why)
    return " · ".join(shortened(part, _LONGEST) for part in parts if part)


_FOR_PEOPLE = ("failed", "held", "undecided", "no-rule", "left-alone", "answered-otherwise", "observed", "answered")


def _what(step: RoutedStep) -> str:
    instance = f"instance {step.instance_id}" if step.instance_id else "queue"
    return " · ".join(part for part in (instance, step.step, step.address) if part)


def _counts(report: RouteReport) -> str:
    fields = {status: getattr(report.summary, status.replace("-", "_")) for status in STATUSES}
    counts = [f"{count:,} {status}" for status, count in fields.items() if count]
    if report.summary.overdue:
        counts.append(f"{report.summary.overdue:,} overdue")
    looks = counted(len(report.looks), "queue")
    requests = counted(report.summary.requests, "request")
    return f"{', '.join(counts) or 'nothing waits'} · {looks} looked at with {requests}"


def render_explanation(explained: Sequence[tuple[RoutedStep, Sequence[JudgedRule]]], *, color: bool) -> str:
    """Return each rule with the values it saw, step by step."""
    page = TerminalPage(color=color)
    for step, judged in explained:
        gives = step.option.name if step.option else step.reason or step.status
        page.add(Text(printable(_what(step)), style="bold"), Text(f"  gives: {printable(gives)}"))
        for rule in judged:
            mark, style = _MARKS[rule.holds]
            reason = f": {rule.reason}" if rule.reason and not rule.conditions else ""
            page.add(Text(f"  {mark} {printable(rule.rule)}{printable(reason)}", style=style))
            for condition in rule.conditions:
                page.add(_condition(condition))
        page.add()
    if not explained:
        page.add(Text("no step waits for this integration"))
    return page.text()


def _condition(condition: JudgedCondition) -> Text:
    mark, style = _MARKS[condition.holds]
    operands = ", ".join(str(one) for one in condition.operands)
    value = "not there" if condition.value is None else f"is {condition.value}"
    asked = f"{condition.operator.replace('_', ' ')} {operands}".strip()
    return Text(f"      {mark} {shortened(f'{condition.field} {value}; asked: {asked}', _LONGEST)}", style=style)


def render_history(steps: Sequence[RoutedHistory], *, color: bool) -> str:
    """Return what the journal has of a workflow: what was decided and why, what was sent, and what is stored."""
    page = TerminalPage(color=color)
    for step in steps:
        item = "" if step.item_id is None else f" · item {step.item_id}"
        page.add(Text(printable(f"instance {step.instance_id}{item} · {step.step} · {step.address}"), style="bold"))
        for line in step.lines:
            page.add(Text(f"  {printable(line.at)}  {shortened(_told(line), _LONGEST)}"))
            seen = line.seen if isinstance(line, RouteIntended) else {}
            for field, value in seen.items():
                page.add(Text(f"      {shortened(f'{field}: {value}', _LONGEST)}", style="dim"))
        page.add()
    return page.text()


def _told(line: object) -> str:
    if isinstance(line, RouteIntended):
        comment = "" if line.comment is None else f", comment: {line.comment}"
        return f"intended {line.option.name} by rule '{line.rule}' of {(line.revision or '-')[:12]}{comment}"
    if isinstance(line, RouteOutcome):
        return line.status if line.reason is None else f"{line.status}: {line.reason}"
    if isinstance(line, RouteEscalated):
        names = ", ".join(one.with_login for one in line.people)
        return f"escalation {line.status}: {names}"
    return render_step(line.step)  # type: ignore[attr-defined]
