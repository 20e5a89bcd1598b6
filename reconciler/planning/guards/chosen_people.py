"""Guards single people who lose a role: protected people, the own account, and those left without any role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.spelling import login_key
from reconciler.planning.guards.case import few, finding, place_of, removals_of
from reconciler.planning.guards.overrides import way_through

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.model.diagnostics import Diagnostic, Origin
    from reconciler.model.live import Person
    from reconciler.model.member import Member
    from reconciler.model.plan import AddedPerson, PresetChange, RemovedPerson
    from reconciler.planning.guards.case import Case, Removal
    from reconciler.planning.guards.overrides import Lifting

__all__ = ["loses_everything", "own_account", "protected_person"]


def _chosen_people(
    case: Case, lifting: Lifting, code: str, what: str, chosen: Callable[[Person | RemovedPerson], Member | None]
) -> Iterator[Diagnostic]:
    """Stop the removal of chosen people; ``what`` says in words why they were chosen.

    It is a warning if an override lets them go, or if they only cease to be workflow manager.
    """
    families: dict[tuple[str, Origin | None], list[Removal]] = {}
    let_go: dict[str, list[Removal]] = {}
    for one in removals_of(case.changes):
        if chosen(one.person) is None or _succeeds_themselves(one):
            continue
        if one.key in lifting.removals:
            let_go.setdefault(one.person.id, []).append(one)
        else:
            families.setdefault((one.person.id, one.group.origin), []).append(one)
    for family in families.values():
        remedy = way_through(case, lifting, family, person=True)
        for one in family:
            yield finding(
                "error",
                code,
                f"{place_of(one.change, one.group)} would lose {_chosen(one.person, what, chosen)}",
                address=one.change.address,
                origin=one.group.origin,
                remedy=remedy,
                subject=_name(one.person),
            )
    for removals in let_go.values():
        places = few(place_of(one.change, one.group) for one in removals)
        person = removals[0].person
        words = f"an override lets {_chosen(person, what, chosen)} go from {places}"
        yield finding("warning", code, words, origin=removals[0].group.origin, subject=_name(person))
    yield from _managers(case, code, what, chosen)


def _succeeds_themselves(removal: Removal) -> bool:
    """Return whether the same login joins the group with another account, as after somebody is hired again."""
    return any(_same_login(removal.person, one) for one in removal.group.add)


def _same_login(one: Person | RemovedPerson, other: Person | AddedPerson) -> bool:
    return bool(one.login) and login_key(one.login) == login_key(other.login)


def _chosen(
    person: Person | RemovedPerson, what: str, chosen: Callable[[Person | RemovedPerson], Member | None]
) -> str:
    line = chosen(person)
    return f"{person.name or person.login or f'login id {person.id}'}, {what} ({line.origin if line else ''})"


def _name(person: Person | RemovedPerson) -> str:
    return f"{person.name or 'somebody'} ({person.login or f'login id {person.id}'})"


def _managers(
    case: Case, code: str, what: str, chosen: Callable[[Person | RemovedPerson], Member | None]
) -> Iterator[Diagnostic]:
    losing: dict[str, list[PresetChange]] = {}
    for change in case.changes:
        manager = change.workflow_manager
        if manager is None or manager.before is None or _same_login(manager.before, manager.after):
            continue
        if chosen(manager.before) is not None:
            losing.setdefault(manager.before.id, []).append(change)
    for changes in losing.values():
        manager = changes[0].workflow_manager
        if manager is not None and manager.before is not None:
            who = _chosen(manager.before, what, chosen)
            message = f"{who} would no longer be workflow manager of {few(place_of(one) for one in changes)}"
            yield finding("warning", code, message, origin=manager.origin, subject=_name(manager.before))


def protected_person(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop the removal of anybody whom the policy protects."""

    def chosen(person: Person | RemovedPerson) -> Member | None:
        return next((one for one in case.policy.protected if one.names(person.id, person.login)), None)

    return _chosen_people(case, lifting, "policy/protected-person", "who is protected", chosen)


def own_account(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Stop the removal of the account that this tool signs in with."""

    def chosen(person: Person | RemovedPerson) -> Member | None:
        return next((one for one in case.own_accounts if one.names(person.id, person.login)), None)

    return _chosen_people(case, lifting, "policy/own-account", "the account this tool signs in with", chosen)


def loses_everything(case: Case) -> Iterator[Diagnostic]:
    """Warn of everybody who would no longer have any role in anything that was read."""
    leaving = {one.person.id: one for one in removals_of(case.changes) if not one.is_swap}
    if not leaving:
        return
    holding = {person.id: person.login for preset in case.presets for role in preset.roles for person in role.members}
    logins = {login_key(login) for login in holding.values() if login}
    for login_id, one in leaving.items():
        # a person who was hired again may hold by another account what this one loses
        if login_id not in holding and login_key(one.person.login) not in logins:
            who = _name(one.person)
            yield finding(
                "warning",
                "policy/loses-everything",
                f"{who} would no longer have any role managed here",
                address=one.change.address,
                origin=one.group.origin,
                subject=who,
            )
