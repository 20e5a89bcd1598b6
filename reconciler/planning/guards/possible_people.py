"""Guards over single people: whom the service does not allow, who is inactive, whom nobody has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.globs import fits
from reconciler.model.spelling import login_key
from reconciler.model.suggestions import did_you_mean
from reconciler.model.titles import place_phrase
from reconciler.planning.guards.case import few, finding, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic, Origin, Severity
    from reconciler.model.live import PeopleList, Place
    from reconciler.model.plan import PresetChange
    from reconciler.model.policy import Policy
    from reconciler.planning.guards.case import Case

__all__ = ["inactive_person", "not_possible", "roles_named", "unknown_in_policy"]

HINTS_GIVEN = 20  # each looks at every name
_Eligible = dict["Place", frozenset[str]]


def not_possible(case: Case) -> Iterator[Diagnostic]:
    """Stop additions where the service says that they may not be assigned (docs/service.md section 6)."""
    may_be_assigned = _by_place(case.assignees)
    may_manage = _by_place(case.managers)
    for change in case.changes:
        yield from _additions(change, may_be_assigned)
        yield from _manager(change, may_manage)


def _by_place(lists: Sequence[PeopleList]) -> _Eligible:
    return {one.place: frozenset(person.id for person in one.people) for one in lists}


def _additions(change: PresetChange, may: _Eligible) -> Iterator[Diagnostic]:
    tool, place = change.place.tool, place_phrase(change.project)
    eligible = may.get(change.place)
    for group in change.groups:
        for person in group.add:
            who = person.name or person.login or f"login id {person.id}"
            address, origin = change.address, person.origin
            if eligible is None:
                message = (
                    f"whether {who} may be assigned on {tool} in {place} is not in the snapshot; "
                    "the service may refuse this write"
                )
                yield finding(
                    "warning", "live/unchecked-assignee", message, address=address, origin=origin, subject=who
                )
            elif person.id not in eligible:
                message = f"{who} cannot be added to {group.name}: not a possible assignee of {tool} in {place}"
                yield finding(
                    "error",
                    "policy/not-possible-assignee",
                    message,
                    remedy=_access(eligible, place),
                    address=address,
                    origin=origin,
                    subject=who,
                )


def _access(eligible: frozenset[str], place: str) -> str:
    if not eligible:
        return (
            f"an answer with people in it (nobody at all may be assigned in {place}, says the service: plan again, or "
            "look at what the service account may see)"
        )
    return "access to the tool there for them; else take them out of this line"


def _manager(change: PresetChange, may: _Eligible) -> Iterator[Diagnostic]:
    manager = change.workflow_manager
    if manager is None:
        return
    tool, place = change.place.tool, place_phrase(change.project)
    eligible = may.get(change.place)
    address, origin = change.address, manager.origin
    if eligible is None:
        message = (
            f"whether {manager.after} may be workflow manager of {tool} in {place} is not in the "
            "snapshot; the service may refuse this write"
        )
        yield finding("warning", "live/unchecked-manager", message, address=address, origin=origin)
    elif manager.after.id not in eligible:
        message = f"{manager.after} cannot be workflow manager of {tool} in {place}"
        remedy = "the permission in the service; else name somebody whom the service allows"
        yield finding("error", "policy/not-possible-manager", message, remedy=remedy, address=address, origin=origin)


def inactive_person(case: Case) -> Iterator[Diagnostic]:
    """Stop when somebody whom the directory has as inactive is added; warn once of each who only stays."""
    inactive = case.inactive
    if inactive is None:
        message = (
            "who is inactive is not known: the directory could not be read, or the snapshot does not hold it; let the "
            "service account read the company's directory"
        )
        yield finding("warning", "live/unchecked-inactive", message)
        return
    if not inactive:
        return
    for change in case.changes:
        for group in change.groups:
            for person in group.add:
                if login_key(person.login) in inactive:
                    yield finding(
                        "error",
                        "policy/inactive-person",
                        f"{place_of(change, group)}: {person.name or person.login} is inactive in the directory and "
                        "cannot be added",
                        address=change.address,
                        origin=person.origin,
                        subject=person.name or person.login,
                        remedy="an active user for them in the directory; else take them out of this line",
                    )
    yield from _staying(case, inactive)


def _staying(case: Case, inactive: frozenset[str]) -> Iterator[Diagnostic]:
    added = {
        (change.address, group.uuid, person.id)
        for change in case.changes
        for group in change.groups
        for person in group.add
    }
    places: dict[str, dict[str, None]] = {}  # live may have somebody twice in a group
    names: dict[str, str] = {}
    for preset in case.presets:
        for role in preset.roles:
            for person in role.members:
                login = login_key(person.login)
                if login in inactive and (preset.address, role.uuid, person.id) not in added:
                    places.setdefault(login, {})[f"{preset.title} · {role.name}"] = None
                    names[login] = f"{person.name or person.login} ({person.login})"
    for login, found in places.items():
        message = f"{names[login]} is inactive in the directory and stays in {len(found):,}: {few(found)}"
        yield finding("warning", "policy/inactive-person", message)


def roles_named(policy: Policy) -> Iterator[tuple[str, Origin]]:
    """Yield every role, or glob of roles, that a policy names, with its place."""
    for rule in policy.roles:
        yield rule.role, rule.origin
    for separation in policy.separate:
        for role in separation.roles:
            yield role, separation.origin
    for override in policy.overrides:
        if override.role is not None:
            yield override.role, override.origin


def unknown_in_policy(case: Case) -> Iterator[Diagnostic]:
    """Warn of people and roles that a policy names and nothing read has shown: such a line guards nothing."""
    known = case.role_names
    missing = [(role, origin) for role, origin in roles_named(case.policy) if not any(fits(role, one) for one in known)]
    for number, (role, origin) in enumerate(missing):
        if known:
            hint = did_you_mean(role, known, "Procore") if number < HINTS_GIVEN else ""
            message = f"no template that was read has a role '{role}', so this line guards nothing{hint}"
            yield finding("warning", "policy/unknown-role", message, origin=origin)
    for person, alike in case.unknown:
        severity: Severity = "warning" if alike else "note"
        message = f"{person} holds no role that was read, so this line protects nobody{alike}"
        yield finding(severity, "policy/unknown-person", message, origin=person.origin)
