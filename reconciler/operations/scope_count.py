"""Counts the managed roles in Procore, as far as the limit of a run depends on the number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.planning.changes import count_managed
from reconciler.planning.guards.additions import count_additions
from reconciler.planning.guards.judgement import removals_left
from reconciler.planning.scope.claims import narrowed, select
from reconciler.planning.scope.targets import find_targets

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.documents import Documents
    from reconciler.model.policy import Limit
    from reconciler.operations.observation import Observation
    from reconciler.operations.readers import LiveReader
    from reconciler.planning.guards.case import Case

__all__ = ["count_enough"]

_PLACES_AT_A_TIME = 50
_MANY = 10**9


def count_enough(
    reader: LiveReader, documents: Documents, observation: Observation, case: Callable[[int], Case]
) -> int:
    """Return how many roles Procore has in managed groups: all, or as many as the limit of a run needs.

    A larger count only permits more, so what was read for other reasons is counted first. Further presets are
    read, two requests each, only while more moves than that count allows. Presets that cannot be read count
    for nothing.
    """
    counted = count_managed(observation.resolved)
    judged = case(counted)
    limits = _undecided(judged, counted)
    if not limits:
        return counted
    catalogue = observation.state.catalogue
    scope, _ = select(documents, catalogue)
    seen = {(one.project_id, one.template_id) for one in observation.state.presets}
    rest = narrowed(scope, {key for key in scope.claims if (key.project_id, key.template_id) not in seen})
    versions = {one.id: one for one in observation.state.versions}
    for start in range(0, len(rest.wanted), _PLACES_AT_A_TIME):
        presets, _ = reader.presets(rest.wanted[start : start + _PLACES_AT_A_TIME])
        followed = {one.version_id for one in presets} | {one.version_id for one in rest.templates}
        missing = sorted(one for one in followed if one is not None and one not in versions)
        versions.update((one.id, one) for one in reader.versions_by_id(missing))
        targets, _ = find_targets(rest, catalogue, presets, versions.values())
        counted += sum(
            len(one.members) for target in targets for one in target.preset.groups if one.uuid in target.groups
        )
        if all(limit.allows(moved, counted) for limit, moved in limits):
            break
    return counted


def _undecided(judged: Case, counted: int) -> list[tuple[Limit, int]]:
    """Return the limits that stop a run by this count but not by a larger one, with the roles moved."""
    policy = judged.policy
    limits = [(policy.run_removals, removals_left(judged))]
    if policy.run_additions.origin is not None:  # else it only warns, and the plan already said so
        limits.append((policy.run_additions, count_additions(judged)))
    return [
        (limit, moved) for limit, moved in limits if not limit.allows(moved, counted) and limit.allows(moved, _MANY)
    ]
