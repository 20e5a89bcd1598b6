"""Says why approved presets are not written: beyond the approval, not resolved, or nothing left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.outcomes import Outcome
from reconciler.planning.approval import holds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from reconciler.model.outcomes import Status
    from reconciler.model.plan import Plan, PresetChange
    from reconciler.operations.observation import Observation

__all__ = ["held_presets", "settled_outcomes", "stale_outcomes"]

_PEOPLE_NAMED = 5


def held_presets(plans: Sequence[Plan], observation: Observation) -> dict[str, list[str]]:
    """Return the reasons, by address, for presets with an approved group that can no longer be resolved.

    A name that no group has may mean any approved group that the documents no longer name.
    """
    held = {one.target.address: one.held for one in observation.resolved}
    named = {one.target.address: one.named for one in observation.resolved if one.target.unresolved}
    told: dict[str, list[str]] = {}
    for plan in plans:
        for change in plan.changes:
            lost = held.get(change.address, frozenset())
            kept = named.get(change.address)
            names = [
                group.name
                for group in change.groups
                if group.uuid in lost or (kept is not None and group.uuid not in kept)
            ]
            if change.workflow_manager is not None and None in lost:
                names.append("the workflow manager")
            if names:
                told[change.address] = [f"a line for {name} can no longer be resolved" for name in names]
    return told


def stale_outcomes(
    plans: Sequence[Plan],
    observation: Observation,
    changes: Sequence[PresetChange],
    beyond: Mapping[str, Sequence[str]],
) -> Iterator[Outcome]:
    """Yield an outcome for every preset where more would be done than was approved, or a line cannot be resolved.

    ``changes`` are all differences between the documents and Procore now. ``beyond`` says by address what is not
    approved or not resolved.
    """
    held = held_presets(plans, observation)
    presets = {one.address: one.preset_id for plan in plans for one in plan.changes}
    presets.update((one.address, one.preset_id) for one in changes)
    for address, wider in sorted(beyond.items()):
        who = ", ".join(wider[:_PEOPLE_NAMED])
        more = f" ({len(wider) - _PEOPLE_NAMED:,} more)" if len(wider) > _PEOPLE_NAMED else ""
        why = "not written" if address in held else "not written, because no approved plan says so"
        error = f"{why}: {who}{more}"
        yield Outcome(address=address, preset_id=presets[address], status="stale", error=error)


def settled_outcomes(plans: Sequence[Plan], observation: Observation, changing: AbstractSet[str]) -> Iterator[Outcome]:
    """Yield the outcome of every preset that was approved and is not ``changing`` (addresses) now."""
    presets = {(one.project_id, one.template_id): one for one in observation.state.presets}
    reasons = {(one.project_id, one.template_id): one.reason for one in observation.state.unreadable}
    approved = {change.address: change for plan in plans for change in plan.changes}
    for address, change in sorted(approved.items()):
        if address in changing:
            continue
        place = (change.project.id if change.project else None, change.template.id)
        preset = presets.get(place)
        status: Status = "already"
        error = None
        if place in reasons:
            status, error = "failed", reasons[place]
        elif preset is None:
            status = "stale"
            error = "no document speaks for this preset any more, so it was not looked at; plan again"
        elif not holds(preset, address, plans):
            error = "the documents ask for something else by now, and Procore has it"
        yield Outcome(address=address, preset_id=change.preset_id, status=status, error=error)
