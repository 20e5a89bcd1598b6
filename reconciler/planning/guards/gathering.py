"""Puts together what guards look at, from everything in scope; it judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.planning.guards.case import Case, judged_preset, role_names
from reconciler.planning.guards.routed_steps import judged_steps, routes

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterable

    from reconciler.model.diagnostics import Origin
    from reconciler.model.live import LiveState
    from reconciler.model.member import Member
    from reconciler.model.memory import Memory
    from reconciler.model.plan import PresetChange
    from reconciler.model.policy import Policy
    from reconciler.model.routing import Routing
    from reconciler.model.scope import ResolvedTarget, Target
    from reconciler.planning.guards.case import JudgedPreset, JudgedStep

__all__ = ["plan_case"]


def plan_case(  # noqa: PLR0913 - the parts of a case, each named
    changes: tuple[PresetChange, ...],
    targets: Iterable[ResolvedTarget],
    state: LiveState,
    policy: Policy,
    *,
    managed: int,
    today: datetime.date,
    own_accounts: tuple[Member, ...],
    unknown: tuple[tuple[Member, str], ...],
    memory: Memory | None = None,
    doubtful_base: str | None = None,
    routings: tuple[Routing, ...] = (),
    routed_before: frozenset[bytes] | None = None,
) -> Case:
    """Return the case of a plan: every preset in scope, changed or not.

    ``routed_before`` are the routings of the base as ``routing_key`` has them, null without a base.
    """
    names = {version.id: role_names(version) for version in state.versions}
    changed = {change.address: change for change in changes}
    presets: list[tuple[Target, str, JudgedPreset]] = []
    for resolved in targets:
        target = resolved.target
        version_id = target.preset.version_id or target.template.version_id or ""
        change = changed.get(target.address)
        judged = judged_preset((target.address, target.title), target.preset, names[version_id], change, target.place)
        presets.append((target, version_id, judged))
    steps, unread = _routed(presets, state, routings, routed_before) if routings else ((), ())
    return Case(
        changes=changes,
        presets=tuple(judged for _, _, judged in presets),
        managed=managed,
        policy=policy,
        today=today,
        assignees=state.assignees,
        managers=state.managers,
        inactive=state.inactive,
        own_accounts=own_accounts,
        unknown=unknown,
        memory=memory,
        doubtful_base=doubtful_base,
        steps=steps,
        routings=routings,
        unknown_steps=unread,
        role_names=frozenset(name for roles in names.values() for name in roles.values()),
    )


def _routed(
    presets: Iterable[tuple[Target, str, JudgedPreset]],
    state: LiveState,
    routings: Iterable[Routing],
    routed_before: Collection[bytes] | None,
) -> tuple[tuple[JudgedStep, ...], tuple[Routing, ...]]:
    """Return the routed steps of presets (each with the id of its version), and routings whose steps were not read."""
    versions = {version.id: version for version in state.versions}
    people = {one.id: one for one in state.everybody()}
    steps: list[JudgedStep] = []
    unread: dict[Origin, Routing] = {}
    for target, version_id, judged in presets:
        version = versions[version_id]
        for routing in routings:
            if routes(routing, target):
                steps.extend(judged_steps(routing, target, version, judged, people, routed_before))
                if not version.steps:
                    unread[routing.origin] = routing
    return tuple(steps), tuple(unread.values())
