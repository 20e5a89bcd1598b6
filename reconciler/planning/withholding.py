"""Takes out of changes whatever would remove anybody, for plans that only add; nothing is dropped unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.live import Person
from reconciler.model.plan import GroupChange, PresetChange, WithheldChange, WithheldGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["withhold"]


def withhold(changes: Iterable[PresetChange]) -> tuple[tuple[PresetChange, ...], tuple[WithheldChange, ...]]:
    """Give the changes without removals, and what is withheld of them.

    A workflow manager is withheld as well where somebody would cease to be one. A change of which nothing is
    left is no change.
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
    groups = tuple(_only_adding(change, group) for group in change.groups if group.add)
    manager = None if replaced is not None else manager
    if not groups and manager is None:
        return None, taken
    after = dict(change.before)
    for group in groups:
        after[group.uuid] = (*(one.id for one in group.keep), *(one.id for one in group.add))
    return msgspec.structs.replace(change, groups=groups, workflow_manager=manager, after=after), taken


def _only_adding(change: PresetChange, group: GroupChange) -> GroupChange:
    """Give the group with everybody it has in live order, and nobody leaving."""
    there = {one.id: one for one in group.keep}
    there.update({one.id: Person(one.id, one.login, one.name) for one in group.remove})
    keep = tuple(there[one] for one in dict.fromkeys(change.before.get(group.uuid, ())))
    return msgspec.structs.replace(group, keep=keep, remove=())
