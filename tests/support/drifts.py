"""Differences and reports made of numbers: person 7 is p7@acme.test with login id 7."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from reconciler.drift import acknowledge, build_report, compare_with, find_drifts
from reconciler.model.acknowledgement import Acknowledgement
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Source
from reconciler.model.plan import LiveSource
from tests.support.cases import member

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.drift import DriftReport, Notice, TemplateGroups
    from reconciler.model.plan import PresetChange

__all__ = ["entry", "report"]


def entry(
    number: int, until: str = "2026-12-31", address: str = "projects/*", group: str | None = None
) -> Acknowledgement:
    """Give an acknowledgement of a person."""
    return Acknowledgement(
        address=address,
        group=group,
        person=member(number),
        owner="kim@acme.test",
        reason="a trial",
        until=datetime.date.fromisoformat(until),
        origin=Origin("known.yaml", 3 + number, 5),
    )


def report(
    changes: Iterable[PresetChange],
    previous: DriftReport | None = None,
    day: datetime.date = datetime.date(2026, 11, 23),
    acknowledged: Sequence[Acknowledgement] = (),
    **more: Any,
) -> DriftReport:
    """Give the report of a day."""
    now = f"{day.isoformat()}T08:00:00Z"
    notices: Sequence[Notice] = more.pop("notices", ())
    templates: Sequence[TemplateGroups] = more.pop("templates", ())
    drifts, seen = compare_with(previous, find_drifts(changes), notices, now)
    marked = acknowledge(drifts, acknowledged, day)
    return build_report(
        drifts=marked.drifts,
        notices=seen,
        previous=previous,
        templates=templates,
        diagnostics=marked.diagnostics,
        presets=120,
        company_id="4211",
        company_name="Acme",
        source=Source(revision="a" * 40),
        live=LiveSource(observed_at=now, source="api", requests=9, lower_bound=9, seconds=1.5),
        created_at=now,
    )
