"""Puts a difference into one line, the dangerous half first, for whatever tells of few; it contains no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.escaping import shortened
from reconciler.render.sections import shown_login, shown_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.drift import Drift, DriftReport

__all__ = ["alarming", "company_words", "in_a_line", "sides"]


def alarming(report: DriftReport) -> list[Drift]:
    """Give what nobody answers for: new before known, live only before git only."""
    found = [one for one in report.drifts if one.state != "acknowledged"]
    return sorted(found, key=lambda one: (one.state != "new", one.direction != "live-only", *one.key))


def company_words(report: DriftReport) -> str:
    """Give people's name for the company, with its id."""
    name = shortened(report.company_name or "")
    return f"{name} ({report.company_id})" if name else f"company {report.company_id}"


def in_a_line(one: Drift) -> str:
    """Say on which side who is in what role where."""
    side = "live only" if one.direction == "live-only" else "git only"
    role = one.group.name if one.group else "workflow manager"
    where = (one.template.name, one.project.name if one.project else "company")
    person = f"{shortened(shown_name(one.person))} ({shortened(shown_login(one.person))})"
    return f"{side}: {person}, {shortened(role)}, {' · '.join(map(shortened, where))}"


def sides(drifts: Iterable[Drift]) -> str:
    """Count the two directions."""
    directions = [one.direction for one in drifts]
    counts = ((directions.count("live-only"), "live only"), (directions.count("git-only"), "git only"))
    return ", ".join(f"{number:,} {words}" for number, words in counts if number)
