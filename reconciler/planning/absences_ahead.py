"""Absences that begin or end soon, and people on leave of whom no absence speaks."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING

from reconciler.model.phrases import counted
from reconciler.model.spelling import login_key
from reconciler.planning.guards.case import finding
from reconciler.planning.guards.ends import DAYS_AHEAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.absences import Absence
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents
    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.scope import ResolvedTarget

__all__ = ["judge_absences", "judge_leave"]

_MOST_NAMED = 20


def judge_absences(documents: Documents, today: datetime.date) -> list[Diagnostic]:
    """Note every absence that begins or ends within 14 days (UTC), the nearest first; beyond 20 a number."""
    horizon = today + datetime.timedelta(days=DAYS_AHEAD)
    soon = []
    for one in documents.absences:
        if today < one.begins <= horizon:
            soon.append((one.begins, f"away from {one.begins} to {one.ends}", one))
        elif one.is_on(today) and one.ends <= horizon:
            soon.append((one.ends, f"away until {one.ends}", one))
    soon.sort(key=lambda each: (each[0], each[2].origin))
    found = [
        finding("note", "documents/absence-soon", f"{one.person} is {words}{_stand_in(one)}", origin=one.origin)
        for _, words, one in soon[:_MOST_NAMED]
    ]
    if len(soon) > _MOST_NAMED:
        more = counted(len(soon) - _MOST_NAMED, "more absence begins or ends", "more absences begin or end")
        found.append(finding("note", "documents/absence-soon", f"{more} within {DAYS_AHEAD} days"))
    return found


def _stand_in(one: Absence) -> str:
    if one.replacement is None:
        return " and keeps the roles"
    return f", {'with' if one.keeps else 'replaced by'} {one.replacement}"


def judge_leave(lock: PeopleLock, documents: Documents, targets: Iterable[ResolvedTarget]) -> Iterator[Diagnostic]:
    """Warn of everybody on leave who holds a role, unless an absence of today speaks of them."""
    others = lock.other_logins()
    absent = {login_key(one.login): one for one in lock.people if one.state == "absent"}
    absent |= {others[login]: one for login, one in absent.items() if login in others}
    absent = {login: one for login, one in absent.items() if ("login", login) not in documents.away.on}
    if not absent:
        return
    roles = Counter(
        login
        for resolved in targets
        for group in resolved.groups.values()
        for member in group.members.values()
        if (login := login_key(member.person.login)) in absent
    )
    for login, number in sorted(roles.items()):
        one = absent[login]
        name = f"{one.name} ({one.login})" if one.name else one.login
        message = (
            f"{name} is on leave ({one.id.partition(':')[0]}) and holds {counted(number, 'role')}: write an absence "
            "with a replacement, or with keep: true"
        )
        yield finding("warning", "people/absent", message)
