"""Puts together what guards look at, from everything in scope; it judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.planning.guards.case import Case, judged_preset, role_names

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from reconciler.model.live import LiveState
    from reconciler.model.member import Member
    from reconciler.model.memory import Memory
    from reconciler.model.plan import PresetChange
    from reconciler.model.policy import Policy
    from reconciler.model.scope import ResolvedTarget

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
) -> Case:
    """Return the case of a plan: every preset in scope, changed or not."""
    names = {version.id: role_names(version) for version in state.versions}
    changed = {change.address: change for change in changes}
    presets = []
    for resolved in targets:
        target = resolved.target
        roles = names[target.preset.version_id or target.template.version_id or ""]
        change = changed.get(target.address)
        presets.append(judged_preset((target.address, target.title), target.preset, roles, change, target.place))
    return Case(
        changes=changes,
        presets=tuple(presets),
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
        role_names=frozenset(name for roles in names.values() for name in roles.values()),
    )
