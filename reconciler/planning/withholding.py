"""Takes every removal out of changes, for plans that only add; everything that it drops is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.plan import AddedPerson, ManagerChange, PresetChange, WithheldChange, WithheldGroup
from reconciler.planning.restricting import part_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.plan import GroupChange
    from reconciler.planning.restricting import Part

__all__ = ["withhold"]


def withhold(changes: Iterable[PresetChange]) -> tuple[tuple[PresetChange, ...], tuple[WithheldChange, ...]]:
    """Return the changes without removals, and what is withheld of them.

    A workflow manager is withheld too where somebody would cease to be one. A change with nothing left is dropped.
    """
    left, withheld = [], []
    for change in changes:
        kept, taken = _split(change)
        if kept is not None:
            left.append(kept)
        if taken is not None:
            withheld.append(taken)
    return tuple(left), tuple(withheld)


def _split(change: PresetChange) -> tuple[PresetChange | None, WithheldChange | None]:
    losing = [group for group in change.groups if group.remove]
    manager = change.workflow_manager
    replaced = manager if manager is not None and manager.before is not None else None
    if not losing and replaced is None:
        return change, None
    taken = WithheldChange(
        address=change.address,
        project=change.project,
        template=change.template,
        groups=tuple(WithheldGroup(uuid=one.uuid, name=one.name, remove=one.remove) for one in losing),
        workflow_manager=replaced,
    )
    return part_of(change, _only_adds), taken


def _only_adds(_change: PresetChange, _group: GroupChange | None, part: Part) -> bool:
    """Return whether nobody loses a role by this."""
    return isinstance(part, AddedPerson) or (isinstance(part, ManagerChange) and part.before is None)
