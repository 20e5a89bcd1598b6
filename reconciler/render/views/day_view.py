"""Makes one view of a day of routing for every format: words first, then rows; it escapes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.phrases import counted, within
from reconciler.model.routed_day import LEFT_STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.model.routed_day import DayEscalation, DayStep, DaySummary, Latency, RoutedDay, RuleCount

__all__ = ["DayView", "StepView", "day_view", "headline", "latency_words", "other_figures"]

_REVISION = 12  # letters of a revision that are shown


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step as text. ``what`` is its place, ``why`` its rule or reason, ``seen`` its fields with their values."""

    at: str
    status: str
    what: str
    option: str
    why: str
    comment: str
    seen: tuple[tuple[str, str], ...]
    details: tuple[str, ...]
    address: str = ""


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as text, with a line for each option: name, how often answered, how often observed."""

    rule: str
    step: str
    options: tuple[tuple[str, str, str], ...]
    latency: str


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a step, as text."""

    at: str
    what: str
    words: str


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """A day of routing as text, in the order in which people read it.

    ``left`` are steps for people, ``open`` responses without an outcome, ``decisions`` all other steps.
    """

    title: str
    headline: str
    counts: str
    figures: tuple[tuple[str, str], ...]
    left: tuple[StepView, ...]
    open: tuple[StepView, ...]
    escalations: tuple[EventView, ...]
    unmatched: tuple[EventView, ...]
    rules: tuple[RuleView, ...]
    decisions: tuple[StepView, ...]


def day_view(day: RoutedDay) -> DayView:
    """Return the view of a day."""
    company = "" if day.company_id is None else f" in company {day.company_id}"
    return DayView(
        title=f"Routing on {day.day}{company}",
        headline=headline(day.summary, day.latency, len([one for one in day.rules if one.answered])),
        counts=other_figures(day.summary),
        figures=tuple(_figures(day)),
        left=_steps(day, lambda one: one.status in LEFT_STATUSES),
        open=_steps(day, lambda one: one.status == "open"),
        escalations=tuple(map(_escalation, day.escalations)),
        unmatched=tuple(
            EventView(at=one.at, what=f"token {one.token}", words=": ".join(filter(None, (one.status, one.reason))))
            for one in day.unmatched
        ),
        rules=tuple(map(_rule, day.rules)),
        decisions=_steps(day, lambda one: one.status not in {*LEFT_STATUSES, "open"}),
    )


def headline(summary: DaySummary, latency: Latency | None, rules: int) -> str:
    """Return the day in words: ``41 steps answered by 3 rules, 2 left to people, half within 3 minutes``."""
    parts = []
    if summary.answered or not summary.observed:
        by_rules = f" by {counted(rules, 'rule')}" if summary.answered else ""
        parts.append(f"{counted(summary.answered, 'step')} answered{by_rules}")
    if summary.observed:
        parts.append(f"{counted(summary.observed, 'step')} only observed")
    parts.append(f"{summary.left:,} left to people" if summary.left else "none left to people")
    if latency is not None:
        parts.append(f"half within {within(latency.median_seconds)}")
    return ", ".join(parts)


def other_figures(summary: DaySummary) -> str:
    """Return what is rare in words; empty where there is none of it."""
    carried = counted(summary.carried, "response")
    figures = (
        (summary.answered_otherwise, f"{summary.answered_otherwise:,} answered by hand or in another way"),
        (summary.moved_on, f"{summary.moved_on:,} moved on before the answer"),
        (summary.open, f"{counted(summary.open, 'response')} without an outcome"),
        (summary.carried, f"{carried} of earlier days without an outcome"),
        (summary.unmatched, f"{counted(summary.unmatched, 'outcome')} of an earlier file"),
        (summary.escalated, f"{summary.escalated:,} escalated"),
    )
    return ", ".join(words for number, words in figures if number)


def latency_words(latency: Latency | None) -> str:
    """Return how long answers took; empty where none was measured."""
    if latency is None:
        return ""
    half, most, longest = (
        within(one) for one in (latency.median_seconds, latency.p95_seconds, latency.longest_seconds)
    )
    return f"half within {half}, 95% within {most}, longest {longest}"


def _figures(day: RoutedDay) -> Iterator[tuple[str, str]]:
    yield "answered", f"{day.summary.answered:,}"
    if day.summary.observed:
        yield "only observed", f"{day.summary.observed:,}"
    yield "left to people", f"{day.summary.left:,}"
    if day.summary.answered_otherwise:
        yield "answered by hand", f"{day.summary.answered_otherwise:,}"
    if day.latency is not None:
        yield "half within", within(day.latency.median_seconds)
        yield "95% within", within(day.latency.p95_seconds)
        yield "longest", within(day.latency.longest_seconds)


def _steps(day: RoutedDay, belongs: Callable[[DayStep], bool]) -> tuple[StepView, ...]:
    return tuple(_step(one) for one in day.steps if belongs(one))


def _place(instance_id: str, item_id: str | None, step: str | None) -> str:
    parts = (f"instance {instance_id}", f"item {item_id}" if item_id else "", step or "")
    return " · ".join(part for part in parts if part)


def _step(one: DayStep) -> StepView:
    rule = f"rule: {one.rule}" if one.rule else ""
    return StepView(
        at=one.at,
        status=f"{one.status}{' (overdue)' if one.overdue else ''}",
        what=_place(one.instance_id, one.item_id, one.step),
        address=one.address or "",
        option=_option(one),
        why="; ".join(part for part in (rule, one.reason or "") if part),
        comment=one.comment or "",
        seen=tuple((field, _value(value)) for field, value in one.seen.items()),
        details=tuple(_details(one)),
    )


def _option(one: DayStep) -> str:
    """Return the option of a step; one that is not known to be stored is marked as chosen."""
    if one.option is None:
        return ""
    before = {"answered": "", "observed": "would answer "}.get(one.status, "chose ")
    return f"{before}{one.option.name}"


def _value(value: str | bool) -> str:  # noqa: FBT001 - a value of an item
    return str(value).lower() if isinstance(value, bool) else value


def _details(one: DayStep) -> Iterator[str]:
    if one.seconds is not None:
        yield f"answered within {within(one.seconds)}"
    if one.carried:
        yield f"intended at {one.intended_at}"
    if one.revision is not None:
        yield f"revision {one.revision[:_REVISION]}"


def _rule(one: RuleCount) -> RuleView:
    return RuleView(
        rule=one.rule,
        step=f"{one.step} · template {one.template_id}",
        options=tuple(
            (option.option.name, _figure(option.answered), _figure(option.observed)) for option in one.options
        ),
        latency=latency_words(one.latency),
    )


def _figure(number: int) -> str:
    return f"{number:,}" if number else ""


def _escalation(one: DayEscalation) -> EventView:
    names = ", ".join(person.with_login for person in one.people)
    words = {
        "done": "added",
        "intended": "intended, without an outcome",
        "failed": "could not be added",
        "refused": "could not be added",
    }[one.status]
    return EventView(
        at=one.at,
        what=_place(one.instance_id, None, one.step),
        words=f"{names}: {words}{f' ({one.reason})' if one.reason else ''}",
    )
