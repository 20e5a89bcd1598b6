"""Restricts changes to one cause, and perhaps to some addresses; a note counts the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.globs import fits
from reconciler.model.phrases import counted, moved_roles
from reconciler.model.plan import AddedPerson, Cause, GroupChange, ManagerChange, PresetChange, RemovedPerson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.scope import ResolvedTarget

__all__ = ["WHOLE", "Chosen", "Part", "Restriction", "left_alone_note", "part_of", "restrict", "unused_globs"]

Part = AddedPerson | RemovedPerson | ManagerChange  # the smallest part of a change
Chosen = Callable[[PresetChange, GroupChange | None, Part], bool]  # no group: it is the workflow manager


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a plan to apply: one cause, at addresses that fit a glob; null leaves nothing out.

    A glob names a preset with all its groups and its workflow manager, or groups alone.
    """

    only: Cause | None = None
    addresses: tuple[str, ...] | None = None


WHOLE = Restriction()


def restrict(
    changes: Iterable[PresetChange], restriction: Restriction
) -> tuple[tuple[PresetChange, ...], tuple[Diagnostic, ...]]:
    """Return the part of the changes that is to be done, and notes that count what is skipped.

    A change with nothing left is dropped. People who are skipped do not move: they keep the position that they have in
    live.
    """
    left = tuple(changes)
    notes: list[Diagnostic] = []
    only, addresses = restriction.only, restriction.addresses
    if only is not None:
        words = "what the documents newly ask for" if only == "drift" else "what drifted"
        left = _split(left, lambda _change, _group, part: part.cause == only, words, notes)
    if addresses is not None:
        words = "what drifted where no glob of self_heal fits"
        left = _split(left, lambda change, group, _part: _named(addresses, change, group), words, notes)
    return left, tuple(notes)


def unused_globs(restriction: Restriction, targets: Iterable[ResolvedTarget]) -> tuple[Diagnostic, ...]:
    """Warn of globs that fit nothing managed: such a slip would look just like nothing to heal."""
    globs = set(restriction.addresses or ())
    for resolved in targets:
        address = resolved.target.address
        managed = (address, *(f"{address}/groups/{uuid}" for uuid in resolved.target.groups))
        globs = {glob for glob in globs if not any(fits(glob, one) for one in managed)}
        if not globs:
            break
    return tuple(
        Diagnostic(
            severity="warning",
            code="plan/heals-nothing",
            message=f"self_heal: '{glob}' fits nothing that is managed; write projects/<id>/templates/<id>, or a glob",
        )
        for glob in sorted(globs)
    )


def _split(
    changes: tuple[PresetChange, ...], chosen: Chosen, left_alone: str, notes: list[Diagnostic]
) -> tuple[PresetChange, ...]:
    """Return the chosen part of the changes, and add a note that counts the others."""
    rest = [one for change in changes if (one := part_of(change, _opposite(chosen))) is not None]
    if rest:
        notes.append(left_alone_note(left_alone, rest))
    return tuple(one for change in changes if (one := part_of(change, chosen)) is not None)


def _opposite(chosen: Chosen) -> Chosen:
    return lambda change, group, part: not chosen(change, group, part)


def part_of(change: PresetChange, chosen: Chosen) -> PresetChange | None:
    """Return the change with only those who are chosen, or null where nobody is.

    A person who is not chosen and would have gone stays in their place in live. A person who is not chosen and would
    have come does not come.
    """
    groups = tuple(part for group in change.groups if (part := _part_of_group(change, group, chosen)) is not None)
    manager = change.workflow_manager
    if manager is not None and not chosen(change, None, manager):
        manager = None
    if not groups and manager is None:
        return None
    after = dict(change.before)
    for group in groups:
        after[group.uuid] = (*(one.id for one in group.keep), *(one.id for one in group.add))
    return msgspec.structs.replace(change, groups=groups, workflow_manager=manager, after=after)


def _part_of_group(change: PresetChange, group: GroupChange, chosen: Chosen) -> GroupChange | None:
    add = tuple(one for one in group.add if chosen(change, group, one))
    remove = tuple(one for one in group.remove if chosen(change, group, one))
    if not add and not remove:
        return None
    going = {one.id for one in remove}
    there = {one.id: one for one in group.keep}
    there.update({one.id: one.person for one in group.remove})
    keep = tuple(there[one] for one in dict.fromkeys(change.before.get(group.uuid, ())) if one not in going)
    return msgspec.structs.replace(group, add=add, remove=remove, keep=keep)


def _named(globs: Iterable[str], change: PresetChange, group: GroupChange | None) -> bool:
    """Return whether a glob names the preset, or the group in it."""
    address = change.address
    return any(
        fits(glob, address) or (group is not None and fits(glob, f"{address}/groups/{group.uuid}")) for glob in globs
    )


def left_alone_note(left_alone: str, rest: Sequence[PresetChange]) -> Diagnostic:
    """Return a note that counts changes which are not made."""
    additions = sum(len(group.add) for change in rest for group in change.groups)
    removals = sum(len(group.remove) for change in rest for group in change.groups)
    managers = sum(change.workflow_manager is not None for change in rest)
    counts = moved_roles(additions, removals, managers)
    message = f"left alone: {left_alone} ({counts} in {counted(len(rest), 'preset')})"
    return Diagnostic(severity="note", code="plan/left-alone", message=message)
