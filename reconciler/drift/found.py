"""Turns what a plan would change into differences, one person at a time; it knows no earlier report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.drift import Drift, NamedGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.diagnostics import Origin
    from reconciler.model.drift import Direction
    from reconciler.model.live import Person
    from reconciler.model.plan import PresetChange

__all__ = ["find_drifts"]


def find_drifts(changes: Iterable[PresetChange]) -> tuple[Drift, ...]:
    """Return the differences behind changes, by address, group and person.

    A person whom a plan would remove was added in Procore. A person whom it would add was removed there. A change of
    workflow manager is both.
    """
    found = [drift for change in changes for drift in _drifts(change)]
    return tuple(sorted(found, key=lambda one: (one.address, one.group.name if one.group else "", *one.key)))


def _drifts(change: PresetChange) -> Iterator[Drift]:
    def drift(person: Person, direction: Direction, group: NamedGroup | None, origin: Origin | None) -> Drift:
        return Drift(
            address=change.address,
            project=change.project,
            template=change.template,
            group=group,
            person=person,
            direction=direction,
            origin=origin,
        )

    for group in change.groups:
        named = NamedGroup(group.uuid, group.name)
        for leaving in group.remove:
            person = leaving.person
            yield drift(person, "live-only", named, leaving.origin or group.origin)
        for coming in group.add:
            yield drift(coming.person, "git-only", named, coming.origin)
    manager = change.workflow_manager
    if manager is not None:
        if manager.before is not None:
            yield drift(manager.before, "live-only", None, manager.origin)
        yield drift(manager.after, "git-only", None, manager.origin)
