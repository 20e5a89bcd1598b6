"""Turns changes into rows by template and preset, dangerous ones first, alike ones together; it contains no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.plan import GroupChange, PresetChange
from reconciler.model.titles import place_title
from reconciler.render.views.reasons import reason_added, reason_manager, reason_removed
from reconciler.render.views.rows import PresetView, RowView, SectionView, Sign

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.drift import Drift
    from reconciler.model.live import Person
    from reconciler.model.plan import Cause, ManagerChange, Plan, WithheldChange
    from reconciler.render.views.rows import Half

__all__ = ["place_name", "plan_sections", "shown_login", "shown_name", "to_show"]


def plan_sections(plan: Plan, halves: Iterable[Half]) -> tuple[SectionView, ...]:
    """Return these halves in this order, each by template."""
    alone = plan.only is not None
    return tuple(one for half in halves for one in _sections(half, _changes(plan, half), alone=alone))


def _changes(plan: Plan, half: Half) -> list[PresetChange]:
    if half == "requested" or half == "drift":  # noqa: PLR1714 - so that the type is known to be a cause
        return _half(plan.changes, half)
    return [_as_change(one) for one in plan.withheld]


def _half(changes: Iterable[PresetChange], cause: Cause) -> list[PresetChange]:
    """Return the part of the changes that has this cause, without changes that have none of it."""
    half = []
    for change in changes:
        groups = [
            msgspec.structs.replace(
                group,
                add=tuple(one for one in group.add if one.cause == cause),
                remove=tuple(one for one in group.remove if one.cause == cause),
            )
            for group in change.groups
        ]
        manager = change.workflow_manager
        if manager is not None and manager.cause != cause:
            manager = None
        groups = [group for group in groups if group.add or group.remove]
        if groups or manager is not None:
            half.append(msgspec.structs.replace(change, groups=tuple(groups), workflow_manager=manager))
    return half


def _as_change(one: WithheldChange) -> PresetChange:
    """Return what is withheld in the shape of a change, so that it is shown like one."""
    groups = tuple(
        GroupChange(uuid=group.uuid, name=group.name, add=(), remove=group.remove, keep=()) for group in one.groups
    )
    return to_show(one, groups, workflow_manager=one.workflow_manager)


def to_show(
    one: WithheldChange | Drift, groups: tuple[GroupChange, ...], *, workflow_manager: ManagerChange | None = None
) -> PresetChange:
    """Return a change that is shown and never written: what it is of, and whom it moves."""
    return PresetChange(
        address=one.address,
        preset_id="",
        project=one.project,
        template=one.template,
        tool_type="",
        workflow_manager=workflow_manager,
        groups=groups,
        before={},
        after={},
    )


def _sections(half: Half, changes: Iterable[PresetChange], *, alone: bool) -> tuple[SectionView, ...]:
    templates: dict[tuple[str, str], dict[object, list[PresetChange]]] = {}
    for change in changes:
        alike = templates.setdefault((change.template.title, change.template.id), {})
        alike.setdefault(_signature(change), []).append(change)
    sections = []
    for (name, _), alike in sorted(templates.items(), key=lambda item: item[0]):
        groups = sorted(alike.values(), key=lambda changes: (not _removes(changes[0]), _first_place(changes)))
        presets = tuple(_preset(changes) for changes in groups)
        sections.append(SectionView(name=name, half=half, alone=alone, presets=presets))
    return tuple(sections)


def _signature(change: PresetChange) -> object:
    """Return what makes two changes read the same, in any preset."""
    manager = change.workflow_manager
    return (
        tuple(
            (group.name, tuple(one.id for one in group.remove), tuple(one.id for one in group.add))
            for group in change.groups
        ),
        (manager.before.id if manager.before else None, manager.after.id) if manager else None,
    )


def _removes(change: PresetChange) -> bool:
    return any(group.remove for group in change.groups)


def _first_place(changes: Iterable[PresetChange]) -> str:
    return min(place_name(change) for change in changes)


def place_name(change: PresetChange) -> str:
    """Return people's word for where a preset is: its project, or the company."""
    return place_title(change.project)


def _preset(changes: list[PresetChange]) -> PresetView:
    first, *others = sorted(changes, key=place_name)
    groups = sorted(first.groups, key=lambda group: not group.remove)
    rows = [row for group in groups for row in _group_rows(group)]
    manager = first.workflow_manager
    if manager is not None:
        before = str(manager.before) if manager.before else "nobody"
        rows.append(
            RowView(
                label="workflow manager",
                sign="→",
                name=f"{before} → {manager.after}",
                login=manager.after.login or "",
                reason=reason_manager(manager),
            )
        )
    return PresetView(
        name=place_name(first),
        addresses=tuple(one.address for one in (first, *others)),
        rows=tuple(rows),
        same=tuple(place_name(change) for change in others),
    )


def _group_rows(group: GroupChange) -> list[RowView]:
    moves: list[tuple[Sign, Person, str]] = [
        *(("−", one.person, reason_removed(one)) for one in group.remove),
        *(("+", one.person, reason_added(one)) for one in group.add),
    ]
    return [
        RowView(label=group.name, sign=sign, name=shown_name(person), login=shown_login(person), reason=reason)
        for sign, person, reason in moves
    ]


def shown_name(person: Person) -> str:
    """Return a name, or say that there is none."""
    return person.name or "(no name)"


def shown_login(person: Person) -> str:
    """Return a login, or the login id where there is none."""
    return person.login or f"login id {person.id}"
