"""Puts a difference into one line, the dangerous half first, for texts that show few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.drift import SIDES, unseen_words
from reconciler.model.titles import place_title
from reconciler.render.text.visible import shortened
from reconciler.render.views.sections import shown_login, shown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.drift import Drift, DriftReport, Unseen

__all__ = ["alarming", "company_words", "in_a_line", "nothing_left", "sides", "unseen_by_key"]


def alarming(report: DriftReport) -> list[Drift]:
    """Return the differences that are not acknowledged: new before known, then seen first, additions first."""
    unseen = unseen_by_key(report)
    found = [one for one in (*report.drifts, *(one.drift for one in report.unseen)) if one.state != "acknowledged"]
    return sorted(
        found, key=lambda one: (one.state != "new", one.key in unseen, one.direction != "live-only", *one.key)
    )


def unseen_by_key(report: DriftReport) -> dict[tuple[str, ...], Unseen]:
    """Return the unseen differences by key."""
    return {one.drift.key: one for one in report.unseen}


def nothing_left(report: DriftReport) -> str:
    """Return what to say where nothing is left that is not acknowledged."""
    summary = report.summary
    acknowledged = summary.acknowledged + summary.unseen_acknowledged
    unseen = f", {summary.unseen_acknowledged:,} of them unseen" if summary.unseen_acknowledged else ""
    released = f"{summary.released:,} released unseen" if summary.released else ""
    if acknowledged:
        also = f", and {released}" if released else ""
        return f"nothing is left but what is acknowledged ({acknowledged:,}{unseen}){also}"
    return f"nothing is left: {released}" if released else "nothing is left: live is what git says"


def company_words(report: DriftReport) -> str:
    """Return people's name for the company, with its id."""
    name = shortened(report.company_name or "")
    return f"{name} ({report.company_id})" if name else f"company {report.company_id}"


def in_a_line(one: Drift, unseen: Mapping[tuple[str, ...], Unseen]) -> str:
    """Return a line with side, person, role and place, and the reason if the difference is unseen."""
    role = one.group.name if one.group else "workflow manager"
    where = (one.template.title, place_title(one.project))
    person = f"{shortened(shown_name(one.person))} ({shortened(shown_login(one.person))})"
    absent = unseen.get(one.key)
    why = f" (unseen: {unseen_words(absent.reason)})" if absent else ""
    return f"{one.side}: {person}, {shortened(role)}, {' · '.join(map(shortened, where))}{why}"


def sides(drifts: Iterable[Drift]) -> str:
    """Count the two directions."""
    directions = [one.direction for one in drifts]
    counts = ((directions.count(direction), words) for direction, words in SIDES.items())
    return ", ".join(f"{number:,} {words}" for number, words in counts if number)
