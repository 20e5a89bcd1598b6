"""Finds trouble ahead that is not a difference: invalid presets, people who left, roles that end, other groups."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.model.drift import NamedGroup, Notice, TemplateGroups
from reconciler.model.globs import fits
from reconciler.model.spelling import comparable, login_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.model.drift import DriftReport
    from reconciler.model.live import LiveState, Version
    from reconciler.model.policy import Policy
    from reconciler.model.scope import ResolvedTarget

__all__ = ["ENDS_SOON_DAYS", "find_notices", "template_groups"]

ENDS_SOON_DAYS = 14


def template_groups(targets: Iterable[ResolvedTarget], versions: Iterable[Version]) -> tuple[TemplateGroups, ...]:
    """Return the role groups of every template that is managed, by id."""
    known = {version.id: version for version in versions}
    templates = {one.target.template.id: one.target.template for one in targets}
    return tuple(
        TemplateGroups(
            id=one.id,
            name=one.name,
            version_id=one.version_id or "",
            groups={group.uuid: group.name for group in known[one.version_id or ""].groups if group.is_role},
        )
        for _, one in sorted(templates.items())
        if (one.version_id or "") in known
    )


def find_notices(
    targets: Sequence[ResolvedTarget],
    state: LiveState,
    policy: Policy,
    *,
    templates: Sequence[TemplateGroups],
    previous: DriftReport | None,
    today: datetime.date,
) -> tuple[Notice, ...]:
    """Return everything worth knowing of the presets that are managed, by address.

    It reports who may not be assigned any more where the list of possible assignees was read. That list is read for
    presets that are invalid (docs/service.md section 1).
    """
    names = {version.id: {one.uuid: one.name for one in version.groups if one.is_role} for version in state.versions}
    lists = {one.place: frozenset(each.id for each in one.people) for one in state.assignees}
    found: list[Notice] = []
    for resolved in targets:
        target = resolved.target
        roles = names.get(target.preset.version_id or target.template.version_id or "", {})
        possible = lists.get(target.place)
        found.extend(_of_preset(resolved, roles, state.inactive or frozenset(), possible))
        found.extend(_ending(resolved, roles, policy, today))
    if previous is not None:
        found.extend(_of_templates(previous.templates, templates))
    return tuple(sorted(found, key=lambda one: (one.address, one.kind, *one.key)))


def _of_preset(
    resolved: ResolvedTarget, roles: Mapping[str, str], inactive: frozenset[str], possible: frozenset[str] | None
) -> Iterator[Notice]:
    target = resolved.target
    address = target.address
    place = resolved.target.title
    if not target.preset.valid:
        message = f"{place} is invalid: no new workflow starts there until people who may no longer approve are removed"
        yield Notice(kind="invalid-preset", address=address, message=message)
    for membership in target.preset.groups:
        if membership.uuid not in roles:
            continue
        group = NamedGroup(membership.uuid, roles[membership.uuid])
        for person in {one.id: one for one in membership.members}.values():
            if login_key(person.login) in inactive:
                message = f"{place} · {group.name}: {person.with_login} is inactive in the directory"
                yield Notice(kind="inactive", address=address, group=group, person=person, message=message)
            elif not target.preset.valid and possible is not None and person.id not in possible:
                message = f"{place} · {group.name}: {person.with_login} may not be assigned any more"
                yield Notice(kind="not-possible", address=address, group=group, person=person, message=message)


def _ending(
    resolved: ResolvedTarget, roles: Mapping[str, str], policy: Policy, today: datetime.date
) -> Iterator[Notice]:
    soon = today + datetime.timedelta(days=ENDS_SOON_DAYS)
    for uuid, desired in resolved.groups.items():
        group = NamedGroup(uuid, roles[uuid])
        ending = [one for one in desired.members.values() if one.until is not None and one.until <= soon]
        left = len(desired.members) - len(ending)
        minimum = max((one.min_members or 0 for one in policy.roles if fits(one.role, group.name)), default=0)
        for one in ending:
            message = f"{resolved.target.title} · {group.name}: {one.person.with_login} is there until {one.until}"
            if left < minimum:
                message += f"; then {left} would be left, and at least {minimum} must"
            yield Notice(
                kind="ends-soon",
                address=resolved.target.address,
                group=group,
                person=one.person,
                message=message,
                origin=one.origin,
            )


def _of_templates(before: Iterable[TemplateGroups], after: Iterable[TemplateGroups]) -> Iterator[Notice]:
    now = {one.id: one for one in after}
    for then in before:
        current = now.get(then.id)
        if current is None or current.version_id == then.version_id:
            continue
        address = f"templates/{then.id}"
        for uuid, name in current.groups.items():
            group = NamedGroup(uuid, name)
            if uuid not in then.groups:
                message = f"{current.name} has a new role, {name}; nobody manages it, and it starts empty"
                yield Notice(kind="group-appeared", address=address, group=group, message=message)
            elif comparable(then.groups[uuid]) != name:
                message = f"{current.name}: the role {then.groups[uuid]} is called {name} now"
                yield Notice(kind="group-renamed", address=address, group=group, message=message)
        for uuid, name in then.groups.items():
            if uuid not in current.groups:
                message = f"{current.name} has no role {name} any more"
                yield Notice(kind="group-vanished", address=address, group=NamedGroup(uuid, name), message=message)
