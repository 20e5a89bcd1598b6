"""Turns a report of people into figures for a monitoring system, without a name or login."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, get_args

from reconciler.model.alerts import Figure, Metric

if TYPE_CHECKING:
    from reconciler.model.people_report import PeopleReport

__all__ = ["people_metrics"]

Kind = Literal["left", "moved", "joined", "renamed"]

_KINDS: tuple[Kind, ...] = get_args(Kind)


def people_metrics(report: PeopleReport, seconds: float, read_at: float) -> tuple[Metric, ...]:
    """Return the figures of a report, with the seconds it took and the moment (unix) of its readings."""
    kinds = Counter(one.kind for one in report.changes)
    people = tuple(Figure(float(one.people), (one.source,)) for one in report.sources)
    read = tuple(Figure(read_at, (one.source,)) for one in report.sources)
    return (
        Metric(
            name="reconciler_people", meaning="People who are there, by source.", labels=("source",), figures=people
        ),
        Metric(
            name="reconciler_people_changes",
            meaning="People who come to teams and rules, or go, by kind.",
            labels=("kind",),
            figures=tuple(Figure(float(kinds[kind]), (kind,)) for kind in _KINDS),
        ),
        Metric(
            name="reconciler_people_held",
            meaning="Teams and rules that keep their people.",
            figures=(Figure(float(len(report.held))),),
        ),
        Metric(name="reconciler_people_seconds", meaning="Seconds the run took.", figures=(Figure(round(seconds, 3)),)),
        Metric(
            name="reconciler_people_last_read_timestamp_seconds",
            meaning="When a source was read as a whole, by source.",
            labels=("source",),
            figures=read,
        ),
    )
