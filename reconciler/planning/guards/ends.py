"""Last days that are coming: which of them will leave a group empty, or below its minimum."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.model.globs import fits
from reconciler.planning.guards.case import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Assignments, DesiredGroup, Documents
    from reconciler.model.member import Member
    from reconciler.model.policy import RoleRule

__all__ = ["DAYS_AHEAD", "judge_ends"]

DAYS_AHEAD = 14


def judge_ends(documents: Documents, today: datetime.date) -> list[Diagnostic]:
    """Warn of every group that a last day within 14 days (UTC) will empty, or take below its minimum.

    Each group is judged as it is written; teams count with their people. A group that may be empty is only held against
    minimums.
    """
    horizon = today + datetime.timedelta(days=DAYS_AHEAD)
    found: list[Diagnostic] = []
    for document in documents.assignments:
        for name, group in _ending(document):
            days = {one.until for one in group.members if one.until is not None and one.until <= horizon}
            for day in sorted(days):
                told = _told(name, group, day, documents.policy.roles)
                if told is not None:
                    found.append(told)
                    break
    return found


def _ending(document: Assignments) -> Iterator[tuple[str, DesiredGroup]]:
    """Yield the groups in which anybody has a last day; most have none."""
    for groups in (document.groups, *(entry.groups for entry in document.entries)):
        for name, group in groups.items():
            for member in group.members:
                if member.until is not None:
                    yield name, group
                    break


def _told(name: str, group: DesiredGroup, day: datetime.date, rules: tuple[RoleRule, ...]) -> Diagnostic | None:
    left = [one for one in group.members if one.until is None or one.until > day]
    who = _named([one for one in group.members if one.until == day])
    rule = next((one for one in rules if len(left) < (one.min_members or 0) and fits(one.role, name)), None)
    if not left and not group.allow_empty:
        message = f"'{name}' names nobody after {day}, the last day of {who}: name somebody else before that day"
    elif rule is not None:
        message = (
            f"'{name}' names {len(left):,} after {day}, the last day of {who}, and at least {rule.min_members:,} "
            f"must be in it ({rule.minimum_origin}): name somebody else before that day"
        )
    else:
        return None
    return finding("warning", "documents/ends-soon", message, origin=group.origin)


def _named(members: list[Member]) -> str:
    names = sorted({str(one) for one in members})
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more"
