"""Says of each role that loses somebody who left who is still in it, and who may follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.phrases import counted
from reconciler.model.spelling import login_key
from reconciler.planning.guards.case import few, finding, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.plan import GroupChange, PresetChange, RemovedPerson

__all__ = ["judge_leavers"]

_MOST_ROLES = 50


def judge_leavers(changes: Iterable[PresetChange], lock: PeopleLock) -> list[Diagnostic]:
    """Return a note for each of the first 50 roles that people who left lose."""
    roles = [(change, group) for change in changes for group in change.groups if group.remove]
    managers = {login: one.manager for login, one in lock.left().items()}
    notes = [
        finding("note", "people/leaver", "; ".join(_parts(change, group, managers)), address=change.address)
        for change, group in roles[:_MOST_ROLES]
    ]
    if len(roles) > _MOST_ROLES:
        more = counted(len(roles) - _MOST_ROLES, "more role loses", "more roles lose")
        notes.append(finding("note", "people/leaver", f"{more} people who left"))
    return notes


def _parts(change: PresetChange, group: GroupChange, managers: dict[str, str | None]) -> Iterator[str]:
    gone = few(_name(one) for one in group.remove)
    yield f"{place_of(change, group)} loses {gone}"
    stay = [one.name or one.login or f"login id {one.id}" for one in group.keep]
    stay += [one.name or one.login or f"login id {one.id}" for one in group.add]
    yield f"then it has {few(stay)}" if stay else "then nobody is in it"
    proposed = {managers.get(login_key(one.login)) for one in group.remove} - {None}
    if proposed:
        yield f"their manager is {few(sorted(map(str, proposed)))}"


def _name(one: RemovedPerson) -> str:
    return one.name or one.login or f"login id {one.id}"
