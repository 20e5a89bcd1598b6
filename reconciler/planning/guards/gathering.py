"""Puts together what guards look at: for a plan from everything in scope, for apply from what it will write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.planning.guards.case import Case, judged_preset, role_names

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    from reconciler.model.live import LiveState, PeopleList, Preset, Version
    from reconciler.model.member import Member
    from reconciler.model.plan import PresetChange
    from reconciler.model.policy import Policy
    from reconciler.model.scope import ResolvedTarget

__all__ = ["apply_case", "plan_case"]


def plan_case(  # noqa: PLR0913 - the parts of a case, each named
    changes: tuple[PresetChange, ...],
    targets: Iterable[ResolvedTarget],
    state: LiveState,
    policy: Policy,
    *,
    managed: int,
    today: datetime.date,
    own_account: Member | None,
    unknown: tuple[tuple[Member, str], ...],
) -> Case:
    """Give the case of a plan: every preset in scope, changed or not."""
    names = {version.id: role_names(version) for version in state.versions}
    changed = {change.address: change for change in changes}
    presets = []
    for resolved in targets:
        target = resolved.target
        roles = names[target.preset.version_id or target.template.version_id or ""]
        place = target.project.name if target.project else "company"
        change = changed.get(target.address)
        presets.append(judged_preset((target.address, place, target.template.name), target.preset, roles, change))
    return Case(
        changes=changes,
        presets=tuple(presets),
        managed=managed,
        policy=policy,
        today=today,
        assignees=state.assignees,
        managers=state.managers,
        inactive=state.inactive,
        own_account=own_account,
        unknown=unknown,
        role_names=frozenset(name for roles in names.values() for name in roles.values()),
    )


def apply_case(  # noqa: PLR0913 - the parts of a case, each named
    pending: Sequence[tuple[PresetChange, Preset]],
    versions: Iterable[Version],
    policy: Policy,
    *,
    managed: int,
    today: datetime.date,
    assignees: Sequence[PeopleList],
    managers: Sequence[PeopleList],
    inactive: frozenset[str] | None,
    own_account: Member | None,
) -> Case:
    """Give the case of what apply would still write: changes, each with its preset as it is now.

    ``managed`` is what the plan counted: counting it anew would mean reading everything in scope.
    """
    known = {version.id: role_names(version) for version in versions}
    judged = [
        judged_preset(
            (change.address, change.project.name if change.project else "company", change.template.name),
            preset,
            # a preset that names no version has at least the groups that the plan names
            known.get(preset.version_id or "") or {group.uuid: group.name for group in change.groups},
            change,
        )
        for change, preset in pending
    ]
    return Case(
        changes=tuple(_with_live_logins(change, preset) for change, preset in pending),
        presets=tuple(judged),
        managed=managed,
        policy=policy,
        today=today,
        assignees=tuple(assignees),
        managers=tuple(managers),
        inactive=inactive,
        own_account=own_account,
    )


def _with_live_logins(change: PresetChange, preset: Preset) -> PresetChange:
    """Give a change in which people bear the logins of now: whoever was renamed since the plan is still the same."""
    logins = {person.id: person.login for group in preset.groups for person in group.members}
    groups = tuple(
        msgspec.structs.replace(
            group,
            remove=tuple(msgspec.structs.replace(one, login=logins.get(one.id) or one.login) for one in group.remove),
        )
        for group in change.groups
    )
    return msgspec.structs.replace(change, groups=groups)
