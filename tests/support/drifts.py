"""Differences and reports made of numbers: person 7 is p7@acme.test with login id 7."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from reconciler.drift import acknowledge, build_report, compare_with, find_absent, find_drifts, release
from reconciler.model.acknowledgement import Acknowledgement, Release
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Source
from reconciler.model.plan import LiveSource
from tests.support.cases import member

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.drift import Sight
    from reconciler.model.drift import Drift, DriftReport, Notice, TemplateGroups, UnseenReason
    from reconciler.model.plan import PresetChange

__all__ = ["Hidden", "ending", "entry", "report"]


def entry(
    number: int, until: str = "2026-12-31", address: str = "projects/*", group: str | None = None
) -> Acknowledgement:
    """Return an acknowledgement of a person."""
    return Acknowledgement(
        address=address,
        group=group,
        person=member(number),
        owner="kim@acme.test",
        reason="a trial",
        until=datetime.date.fromisoformat(until),
        origin=Origin("known.yaml", 3 + number, 5),
    )


def ending(address: str = "projects/*", until: str = "2026-12-31") -> Release:
    """Return a line that ends what is unseen at an address."""
    return Release(
        address=address,
        owner="kim@acme.test",
        reason="closed out",
        until=datetime.date.fromisoformat(until),
        origin=Origin("known.yaml", 20, 5),
    )


class Hidden:
    """The sight of a run that looked at everything but these addresses."""

    def __init__(self, *addresses: str, reason: UnseenReason = "project-gone", observed_at: str = "") -> None:
        self.addresses = addresses
        self.reason = reason
        self.observed_at = observed_at

    def missing(self, drift: Drift) -> UnseenReason | None:
        """Return the reason for a hidden address."""
        return self.reason if drift.address in self.addresses else None

    def missing_notice(self, notice: Notice) -> UnseenReason | None:
        """Return the reason for a hidden address."""
        return self.reason if notice.address in self.addresses else None


def report(
    changes: Iterable[PresetChange],
    previous: DriftReport | None = None,
    day: datetime.date = datetime.date(2026, 11, 23),
    acknowledged: Sequence[Acknowledgement] = (),
    **more: Any,
) -> DriftReport:
    """Return the report of a day; ``drifts`` in place of changes are differences found already."""
    now = f"{day.isoformat()}T08:00:00Z"
    notices: Sequence[Notice] = more.pop("notices", ())
    templates: Sequence[TemplateGroups] = more.pop("templates", ())
    released: Sequence[Release] = more.pop("released", ())
    sight: Sight = more.pop("sight", Hidden())
    found: Sequence[Drift] = more.pop("drifts", None) or find_drifts(changes)
    drifts, seen = compare_with(previous, found, notices, now)
    absent, unused = release(find_absent(previous, drifts, seen, sight, now), released, day)
    marked = acknowledge(drifts, acknowledged, day, absent.unseen)
    return build_report(
        drifts=marked.drifts,
        notices=seen,
        absence=absent._replace(unseen=marked.unseen),
        previous=previous,
        templates=templates,
        diagnostics=(*marked.diagnostics, *unused),
        presets=120,
        company_id="4211",
        company_name="Acme",
        source=Source(revision="a" * 40),
        live=LiveSource(observed_at=now, source="api", requests=9, lower_bound=9, seconds=1.5),
        created_at=now,
    )
