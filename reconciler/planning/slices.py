"""Takes the chosen part of a plan that was judged as a whole; a note counts the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import count_held, has_errors
from reconciler.model.plan import ManagerChange
from reconciler.planning.changes import summarize
from reconciler.planning.digests import plan_digest
from reconciler.planning.per_person import changes_per_person
from reconciler.planning.restricting import left_alone_note, part_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.live import Person
    from reconciler.model.plan import (
        AlreadySo,
        GroupChange,
        PersonChange,
        Plan,
        PresetChange,
        WithheldChange,
        WithheldGroup,
    )
    from reconciler.model.selection import Selection, Slice
    from reconciler.planning.restricting import Part

__all__ = ["slice_changes", "slice_plan"]


def slice_changes(changes: Iterable[PresetChange], chosen: Slice) -> tuple[PresetChange, ...]:
    """Return the chosen part of changes; a person who is not chosen keeps their place in Procore."""
    parts = (part_of(change, lambda *part: _is_chosen(chosen, *part)) for change in changes)
    return tuple(one for one in parts if one is not None)


def slice_plan(plan: Plan, chosen: Slice, selection: Selection) -> Plan:
    """Return the chosen part of a plan, as a plan of its own.

    Every error of the whole plan stays: a limit in percent of a slice would be a loophole.
    """
    changes = slice_changes(plan.changes, chosen)
    withheld = tuple(_withheld(plan.withheld, chosen))
    already = tuple(_already(plan.already, chosen))
    rest = [part_of(change, lambda *part: not _is_chosen(chosen, *part)) for change in plan.changes]
    diagnostics = (
        *_about(plan.diagnostics, changes),
        *_note([one for one in rest if one is not None], selection),
    )
    summary = summarize(
        changes,
        withheld,
        None if plan.summary.already is None else already,
        presets=plan.summary.presets,
        managed=plan.summary.managed,
        held=count_held(diagnostics),
    )
    part = msgspec.structs.replace(
        plan,
        applicable=plan.complete and not has_errors(diagnostics),
        selection=selection,
        summary=summary,
        changes=changes,
        withheld=withheld,
        already=already,
        people=tuple(_people(changes, plan.people)),
        diagnostics=diagnostics,
    )
    return msgspec.structs.replace(part, digest=plan_digest(part))


def _is_chosen(chosen: Slice, change: PresetChange, group: GroupChange | None, part: Part) -> bool:
    uuid = None if group is None else group.uuid
    in_place = chosen.has_place(change.address, uuid) and chosen.has_person(_ids(part))
    return in_place and chosen.has_reason(part.because)


def _ids(part: Part) -> tuple[str, ...]:
    if isinstance(part, ManagerChange):
        return (part.after.id,) if part.before is None else (part.before.id, part.after.id)
    return (part.id,)


def _withheld(withheld: Iterable[WithheldChange], chosen: Slice) -> Iterator[WithheldChange]:
    for one in withheld:
        groups = tuple(part for group in one.groups if (part := _withheld_group(one, group, chosen)) is not None)
        manager = one.workflow_manager
        if manager is not None and not _is_manager_chosen(one, manager, chosen):
            manager = None
        if groups or manager is not None:
            yield msgspec.structs.replace(one, groups=groups, workflow_manager=manager)


def _is_manager_chosen(change: WithheldChange, manager: ManagerChange, chosen: Slice) -> bool:
    in_place = chosen.has_place(change.address) and chosen.has_person(_ids(manager))
    return in_place and chosen.has_reason(manager.because)


def _withheld_group(change: WithheldChange, group: WithheldGroup, chosen: Slice) -> WithheldGroup | None:
    if not chosen.has_place(change.address, group.uuid):
        return None
    remove = tuple(one for one in group.remove if chosen.has_person((one.id,)) and chosen.has_reason(one.because))
    return msgspec.structs.replace(group, remove=remove) if remove else None


def _already(already: Iterable[AlreadySo], chosen: Slice) -> Iterator[AlreadySo]:
    """Yield the chosen part of what live has already; its groups are known by name alone."""

    def people(everybody: Sequence[Person]) -> tuple[Person, ...]:
        return tuple(one for one in everybody if chosen.has_person((one.id,)))

    for one in already:
        if chosen.leavers:
            continue  # the reasons of what is there already are not known
        part = msgspec.structs.replace(one, add=people(one.add), remove=people(one.remove))
        if chosen.has_place(one.address) and (part.add or part.remove):
            yield part


def _people(changes: Sequence[PresetChange], whole: Iterable[PersonChange]) -> Iterator[PersonChange]:
    """Yield the changes by person; who loses less than in the whole plan keeps that much more."""
    known = {one.id: one for one in whole}
    for one in changes_per_person(changes, ()) if known else ():
        before = known[one.id]
        kept = before.keeps + sum(before.loses.values()) - sum(one.loses.values())
        yield msgspec.structs.replace(one, keeps=kept)


def _about(diagnostics: Iterable[Diagnostic], changes: Iterable[PresetChange]) -> Iterator[Diagnostic]:
    """Yield every error, and what else is said of the chosen presets, or of none."""
    addresses = {one.address for one in changes}
    for one in diagnostics:
        if one.severity == "error" or one.address is None or one.address in addresses:
            yield one


def _note(rest: Sequence[PresetChange], selection: Selection) -> Iterator[Diagnostic]:
    if rest:
        yield left_alone_note(f"what {selection} does not choose", rest)
