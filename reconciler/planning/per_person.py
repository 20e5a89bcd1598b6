"""Counts what changes mean for each person, over every preset that is managed; it decides nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconciler.model.plan import PersonChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.live import Person
    from reconciler.model.plan import PresetChange
    from reconciler.planning.guards.case import JudgedPreset

__all__ = ["changes_per_person"]


class _Counted:
    """Counts of what one person loses, gains, becomes and ceases to be."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.loses: Counter[str] = Counter()
        self.gains: Counter[str] = Counter()
        self.becomes = self.ceases = 0


def changes_per_person(changes: Sequence[PresetChange], presets: Iterable[JudgedPreset]) -> tuple[PersonChange, ...]:
    """Return everybody whom the changes concern, by login; ``presets`` are those in scope as they will be."""
    counted: dict[str, _Counted] = {}

    def of(one: Person) -> _Counted:
        return counted.setdefault(one.id, _Counted(one))

    for change in changes:
        for group in change.groups:
            for leaving in group.remove:
                of(leaving.person).loses[group.name] += 1
            for coming in group.add:
                of(coming.person).gains[group.name] += 1
        manager = change.workflow_manager
        if manager is not None:
            of(manager.after).becomes += 1
            if manager.before is not None:
                of(manager.before).ceases += 1
    if not counted:
        return ()
    held = {
        (member.id, preset.address, role.uuid)
        for preset in presets
        for role in preset.roles
        for member in role.members
        if member.id in counted
    }
    holding = Counter(login_id for login_id, _, _ in held)
    people = [_person_change(one, holding[login_id]) for login_id, one in counted.items()]
    return tuple(sorted(people, key=lambda one: ((one.login or "").casefold(), one.id)))


def _person_change(one: _Counted, holding: int) -> PersonChange:
    return PersonChange(
        id=one.person.id,
        login=one.person.login,
        name=one.person.name,
        loses=dict(sorted(one.loses.items())),
        gains=dict(sorted(one.gains.items())),
        keeps=holding - one.gains.total(),
        becomes_manager=one.becomes,
        ceases_manager=one.ceases,
    )
