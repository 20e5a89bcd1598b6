"""Holds what would be done now against what was approved; it decides nothing but whether that is more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import NamedPreset, Person, PresetKey
from reconciler.planning.guards.case import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.model.diagnostics import Origin
    from reconciler.model.live import Preset
    from reconciler.model.plan import AddedPerson, GroupChange, ManagerChange, Plan, PresetChange, RemovedPerson

__all__ = ["approved_presets", "beyond", "holds", "left_over", "newest_last", "with_adoptions"]


class _Step(NamedTuple):
    """The smallest part of a change: one person in one group, or one workflow manager."""

    address: str
    preset_id: str
    what: str
    group: str
    before: str
    after: str


def newest_last(plans: Iterable[Plan]) -> list[Plan]:
    """Give plans in the order in which they were made: files are named, and named to apply, in any order."""
    return sorted(plans, key=lambda plan: plan.created_at)


def approved_presets(plans: Iterable[Plan]) -> dict[PresetKey, NamedPreset]:
    """Give the presets that plans are about, as the newest of them (the last) found them."""
    found = {}
    for plan in plans:
        for change in plan.changes:
            key = PresetKey(change.template.id, change.project.id if change.project else None)
            found[key] = NamedPreset(id=change.preset_id, key=key, tool_type=change.tool_type)
    return found


def with_adoptions(changes: Sequence[PresetChange], plans: Sequence[Plan]) -> tuple[PresetChange, ...]:
    """Give the changes with what the approved plans knew of groups that no base managed.

    A group that one of them adopts counts as adopted: it loses nobody without an override.
    """
    known: dict[tuple[str, str], bool | None] = {}
    for plan in plans:
        for change in plan.changes:
            for group in change.groups:
                place = (change.address, group.uuid)
                known[place] = group.adopted or known.get(place, group.adopted)
    return tuple(
        msgspec.structs.replace(
            change,
            groups=tuple(
                msgspec.structs.replace(group, adopted=known.get((change.address, group.uuid)))
                for group in change.groups
            ),
        )
        for change in changes
    )


def beyond(changes: Iterable[PresetChange], plans: Iterable[Plan]) -> list[Diagnostic]:
    """Give every person whom the changes would move and no approved plan does; none where all is approved.

    It does not matter which of several plans says so, nor where live stood when it was made.
    """
    approved = _all_steps(plans)
    return [
        Diagnostic(
            severity="error",
            code="policy/not-approved",
            message=f"{place_of(change)}: {describe()}, and no approved plan says so",
            address=change.address,
            origin=origin,
        )
        for change in changes
        for step, describe, origin in _steps(change)
        if step not in approved
    ]


def left_over(changes: Iterable[PresetChange], plans: Iterable[Plan]) -> int:
    """Count what plans approved and the changes no longer hold: people who come or go, and workflow managers."""
    return len(_all_steps(plans) - {step for change in changes for step, _, _ in _steps(change)})


def holds(preset: Preset, address: str, plans: Iterable[Plan]) -> bool:
    """Tell whether live is as the plans together would have made this preset."""
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
    return {step for plan in plans for change in plan.changes for step, _, _ in _steps(change)}


_Described = tuple[_Step, "Callable[[], str]", "Origin | None"]  # words are put together only where they are shown


def _steps(change: PresetChange) -> Iterator[_Described]:
    for group in change.groups:
        yield from _group_steps(change, group)
    manager = change.workflow_manager
    if manager is not None:
        before = manager.before.id if manager.before else ""
        step = _Step(change.address, change.preset_id, "manager", "", before, manager.after.id)
        yield step, partial(_of_manager, manager), manager.origin


def _group_steps(change: PresetChange, group: GroupChange) -> Iterator[_Described]:
    for one in group.remove:
        step = _Step(change.address, change.preset_id, "group", group.uuid, one.id, "")
        yield step, partial(_of_person, one, "lose", group.name), one.origin or group.origin
    for coming in group.add:
        step = _Step(change.address, change.preset_id, "group", group.uuid, "", coming.id)
        yield step, partial(_of_person, coming, "gain", group.name), coming.origin


def _of_manager(manager: ManagerChange) -> str:
    return f"{manager.after} would become workflow manager in place of {manager.before or 'nobody'}"


def _of_person(one: AddedPerson | RemovedPerson, verb: str, role: str) -> str:
    person = Person(one.id, one.login, one.name)
    return f"{person} ({one.login or f'login id {one.id}'}) would {verb} {role}"
