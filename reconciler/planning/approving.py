"""Holds what would be done now against what was approved; it decides nothing but whether that is more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import NamedPreset, Person, PresetKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.diagnostics import Origin
    from reconciler.model.plan import GroupChange, Plan, PresetChange

__all__ = ["approved_presets", "beyond", "count_steps", "with_adoptions"]


class _Step(NamedTuple):
    """The smallest part of a change: one person in one group, or one workflow manager."""

    address: str
    preset_id: str
    what: str
    group: str
    before: str
    after: str


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
    approved = {step for plan in plans for change in plan.changes for step, _, _ in _steps(change)}
    return [
        Diagnostic(
            severity="error",
            code="policy/not-approved",
            message=f"{_place(change)}: {words}, and no approved plan says so",
            address=change.address,
            origin=origin,
        )
        for change in changes
        for step, words, origin in _steps(change)
        if step not in approved
    ]


def count_steps(changes: Iterable[PresetChange]) -> int:
    """Count people who come, people who go, and workflow managers who change."""
    return sum(1 for change in changes for _ in _steps(change))


def _steps(change: PresetChange) -> Iterator[tuple[_Step, str, Origin | None]]:
    for group in change.groups:
        yield from _group_steps(change, group)
    manager = change.workflow_manager
    if manager is not None:
        before = manager.before.id if manager.before else ""
        words = f"{manager.after} would become workflow manager in place of {manager.before or 'nobody'}"
        yield _Step(change.address, change.preset_id, "manager", "", before, manager.after.id), words, manager.origin


def _group_steps(change: PresetChange, group: GroupChange) -> Iterator[tuple[_Step, str, Origin | None]]:
    for one in group.remove:
        step = _Step(change.address, change.preset_id, "group", group.uuid, one.id, "")
        yield step, f"{_person(one.id, one.login, one.name)} would lose {group.name}", one.origin or group.origin
    for coming in group.add:
        step = _Step(change.address, change.preset_id, "group", group.uuid, "", coming.id)
        yield step, f"{_person(coming.id, coming.login, coming.name)} would gain {group.name}", coming.origin


def _place(change: PresetChange) -> str:
    return f"{change.template.name} · {change.project.name if change.project else 'company'}"


def _person(login_id: str, login: str | None, name: str | None) -> str:
    return f"{Person(login_id, login, name)} ({login or f'login id {login_id}'})"
