"""Compares what would be done now with what was approved, and finds what goes beyond it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import NamedPreset, Person, PresetKey
from reconciler.model.spelling import login_key
from reconciler.planning.guards.case import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from reconciler.model.base import BaseTarget
    from reconciler.model.diagnostics import Origin
    from reconciler.model.live import Preset
    from reconciler.model.plan import AddedPerson, GroupChange, ManagerChange, Plan, PresetChange, RemovedPerson

__all__ = [
    "approved_presets",
    "beyond",
    "holds",
    "left_over",
    "logins_with_two_accounts",
    "newest_last",
    "other_logins",
    "with_adoptions",
]


class _Step(NamedTuple):
    """The smallest part of a change: one person in one group, or one workflow manager."""

    address: str
    preset_id: str
    what: str
    group: str
    before: str
    after: str


def newest_last(plans: Iterable[Plan]) -> list[Plan]:
    """Return plans in the order in which they were made; their files may be named in any order."""
    return sorted(plans, key=lambda plan: plan.created_at)


def approved_presets(plans: Iterable[Plan]) -> dict[PresetKey, NamedPreset]:
    """Return the presets that plans are about, as the newest of them (the last) found them."""
    found = {}
    for plan in plans:
        for change in plan.changes:
            key = PresetKey(change.template.id, change.project.id if change.project else None)
            found[key] = NamedPreset(id=change.preset_id, key=key, tool=change.place.tool)
    return found


def logins_with_two_accounts(plans: Iterable[Plan]) -> frozenset[str]:
    """Return the logins, in lower case, that a role gains with one account and loses with another.

    The preset that showed the account in use may not be read again, so a list has to show it.
    """
    return frozenset(
        login for plan in plans for change in plan.changes for came, went in _swaps(change) for login in came & went
    )


def _swaps(change: PresetChange) -> Iterator[tuple[set[str], set[str]]]:
    """Yield, role by role, the logins that come and those that go."""
    for group in change.groups:
        yield _logins(group.add), _logins(group.remove)
    manager = change.workflow_manager
    if manager is not None and manager.before is not None:
        yield _logins([manager.after]), _logins([manager.before])


def _logins(people: Iterable[AddedPerson | RemovedPerson | Person]) -> set[str]:
    return {login_key(one.login) for one in people if one.login}


def with_adoptions(
    changes: Sequence[PresetChange], bases: Sequence[Mapping[str, BaseTarget]], plans: Sequence[Plan] = ()
) -> tuple[PresetChange, ...]:
    """Return the changes with what bases and approved plans say of groups that nobody managed before.

    A group counts as adopted if any base did not manage it, or any plan calls it adopted. An adopted group loses nobody
    without an override. Without any base this is not known (null). The digest of a plan covers what it calls adopted,
    but not the name of its base.
    """
    told = {
        (change.address, group.uuid)
        for plan in plans
        for change in plan.changes
        for group in change.groups
        if group.adopted
    }
    return tuple(
        msgspec.structs.replace(
            change,
            groups=tuple(
                msgspec.structs.replace(
                    group,
                    adopted=(change.address, group.uuid) in told or _adopted(change.address, group.uuid, bases),
                )
                for group in change.groups
            ),
        )
        for change in changes
    )


def _adopted(address: str, uuid: str, bases: Sequence[Mapping[str, BaseTarget]]) -> bool | None:
    if not bases:
        return None
    return any(address not in base or uuid not in base[address].groups for base in bases)


def other_logins(plans: Iterable[Plan], find: Callable[[str], Person | None]) -> list[Diagnostic]:
    """Return an error for everybody whom a plan shows with another login than the service has for that login id.

    The digest covers ids, and reviewers read logins. ``find`` returns the person with a login id, null if nothing that
    was read shows one.
    """
    told: dict[tuple[str, str], Diagnostic] = {}
    for plan in plans:
        for change in plan.changes:
            for shown in _people(change):
                live = find(shown.id)
                if live is None or login_key(shown.login) == login_key(live.login):
                    continue
                message = (
                    f"{place_of(change)}: the plan shows login id {shown.id} as {shown.login or 'nobody'}, and the "
                    f"service has {live.login or 'no login'} for it"
                )
                told.setdefault(
                    (shown.id, shown.login or ""),
                    Diagnostic(severity="error", code="plan/other-login", message=message, address=change.address),
                )
    return list(told.values())


def _people(change: PresetChange) -> Iterator[Person]:
    for group in change.groups:
        for added in group.add:
            yield added.person
        for removed in group.remove:
            yield removed.person
        yield from group.keep
    manager = change.workflow_manager
    if manager is not None:
        yield from (one for one in (manager.before, manager.after) if one is not None)


def beyond(changes: Iterable[PresetChange], plans: Iterable[Plan]) -> dict[str, list[str]]:
    """Return, in words by address, who would gain or lose a role that no approved plan gives or takes.

    Any of several plans may say so, and live may have been another when it was made.
    """
    approved = _all_steps(plans)
    wider: dict[str, list[str]] = {}
    for change in changes:
        for step, describe in _steps(change):
            if step not in approved:
                wider.setdefault(change.address, []).append(describe())
    return wider


def left_over(changes: Iterable[PresetChange], plans: Iterable[Plan]) -> int:
    """Count what plans approved and the changes no longer hold: people who come or go, and workflow managers."""
    return len(_all_steps(plans) - {step for change in changes for step, _ in _steps(change)})


def holds(preset: Preset, address: str, plans: Iterable[Plan]) -> bool:
    """Return whether live is as the plans together would have made this preset."""
    members = {group.uuid: {person.id for person in group.members} for group in preset.groups}
    for step in _all_steps(plans):
        if step.address != address:
            continue
        if step.what == "manager":
            if preset.workflow_manager is None or preset.workflow_manager.id != step.after:
                return False
            continue
        there = members.get(step.group, set())
        if step.before in there or (step.after and step.after not in there):
            return False
    return True


def _all_steps(plans: Iterable[Plan]) -> set[_Step]:
    return {step for plan in plans for change in plan.changes for step, _ in _steps(change)}


_Described = tuple[_Step, "Callable[[], str]"]  # words are put together only where they are shown


def _steps(change: PresetChange) -> Iterator[_Described]:
    for group in change.groups:
        yield from _group_steps(change, group)
    manager = change.workflow_manager
    if manager is not None:
        before = manager.before.id if manager.before else ""
        step = _Step(change.address, change.preset_id, "manager", "", before, manager.after.id)
        yield step, partial(_of_manager, manager)


def _group_steps(change: PresetChange, group: GroupChange) -> Iterator[_Described]:
    for one in group.remove:
        step = _Step(change.address, change.preset_id, "group", group.uuid, one.id, "")
        yield step, partial(_of_person, one, "lose", group)
    for coming in group.add:
        step = _Step(change.address, change.preset_id, "group", group.uuid, "", coming.id)
        yield step, partial(_of_person, coming, "gain", group)


def _of_manager(manager: ManagerChange) -> str:
    words = f"{manager.after} would become workflow manager in place of {manager.before or 'nobody'}"
    return f"{words}{_at(manager.origin)}"


def _of_person(one: AddedPerson | RemovedPerson, verb: str, group: GroupChange) -> str:
    return f"{one.person.with_login} would {verb} {group.name}{_at(one.origin or group.origin)}"


def _at(origin: Origin | None) -> str:
    return f" ({origin})" if origin else ""
