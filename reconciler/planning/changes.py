"""Compares resolved targets with live presets and puts the plan together; it refuses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.diff import difference
from reconciler.model.base import BaseTarget
from reconciler.model.because import Because
from reconciler.model.diagnostics import Diagnostic, count_held, has_errors
from reconciler.model.plan import (
    PLAN_FORMAT,
    AddedPerson,
    AlreadySo,
    Counts,
    GroupChange,
    ManagerChange,
    PersonChange,
    Plan,
    PresetChange,
    RemovedPerson,
    Summary,
    UsedOverride,
    WithheldChange,
)
from reconciler.planning.causes import cause_of_addition, cause_of_removal
from reconciler.planning.digests import plan_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.model.base import BaseGroup, BaseMember
    from reconciler.model.live import Person, Version
    from reconciler.model.plan import Cause
    from reconciler.model.provenance import Provenance
    from reconciler.model.scope import ResolvedGroup, ResolvedTarget
    from reconciler.model.selection import Selection

_NOTHING = BaseTarget({})  # a preset that the base did not manage

__all__ = ["build_plan", "compare", "count_managed", "summarize"]


def compare(
    targets: Iterable[ResolvedTarget],
    versions: Iterable[Version],
    base: Mapping[str, BaseTarget] | None = None,
) -> tuple[PresetChange, ...]:
    """Return the presets that differ from what is desired, by address.

    Only managed role groups and managed workflow managers count; sets are compared, never order. Unmanaged and dynamic
    groups are the same in ``before`` and ``after``. ``base`` is what the base revision asks for, by address; null where
    no base is known.
    """
    known = {version.id: version for version in versions}
    changes = [change for target in targets if (change := _change(target, known, base)) is not None]
    changes.sort(key=lambda change: change.address)
    return tuple(changes)


def count_managed(targets: Iterable[ResolvedTarget]) -> int:
    """Count the roles that live has in the groups that are managed."""
    return sum(
        # readers hand out one object a person
        len(set(map(id, membership.members)))
        for resolved in targets
        for membership in resolved.target.preset.groups
        if membership.uuid in resolved.groups
    )


def _change(
    resolved: ResolvedTarget, versions: dict[str, Version], base: Mapping[str, BaseTarget] | None
) -> PresetChange | None:
    target = resolved.target
    then = None if base is None else base.get(target.address, _NOTHING)
    preset = target.preset
    live = {membership.uuid: membership.members for membership in preset.groups}
    differing = {}
    for uuid, desired in resolved.groups.items():
        before = {person.id for person in live.get(uuid, ())}
        if before != desired.members.keys():
            differing[uuid] = (before, desired)
    manager = _manager_change(resolved, then)
    if not differing and manager is None:
        return None
    version = versions[preset.version_id or target.template.version_id or ""]
    names = {group.uuid: group.name for group in version.groups}
    before_ids = {uuid: tuple(person.id for person in members) for uuid, members in live.items()}
    after_ids = dict(before_ids)
    groups = []
    for uuid, (before, desired) in differing.items():
        group = _group_change((uuid, names[uuid]), live.get(uuid, ()), before, desired, then)
        groups.append(group)
        after_ids[uuid] = (*(one.id for one in group.keep), *(one.id for one in group.add))
    groups.sort(key=lambda group: (group.name, group.uuid))
    roles = {group.uuid for group in version.groups if group.is_role}
    return PresetChange(
        address=target.address,
        preset_id=preset.id,
        project=target.project,
        template=target.template_name,
        tool_type=target.template.tool_type,
        tool_subtype=target.template.tool_subtype,
        workflow_manager=manager,
        groups=tuple(groups),
        before=before_ids,
        after=after_ids,
        unmanaged=len((roles & live.keys()) - resolved.groups.keys()),
        dynamic=len(live.keys() - roles),
    )


def _group_change(
    named: tuple[str, str],
    live: Sequence[Person],
    before: set[str],
    desired: ResolvedGroup,
    then: BaseTarget | None,
) -> GroupChange:
    added, removed = difference(before, desired.members.keys())
    base = None if then is None else then.groups.get(named[0])
    add = []
    for login_id in added:
        member = desired.members[login_id]
        person = member.person
        cause = cause_of_addition(login_id, base)
        add.append(AddedPerson(person.id, person.login, person.name, cause, member.origin, member.via, member.because))
    remove = [_removed(person, desired, base) for person in _once(live) if person.id in removed]
    keep = tuple(person for person in _once(live) if person.id not in removed)
    return GroupChange(
        uuid=named[0],
        name=named[1],
        add=tuple(sorted(add, key=_by_login)),
        remove=tuple(sorted(remove, key=_by_login)),
        keep=keep,
        origin=desired.origin,
        allow_empty=desired.allow_empty,
        adopted=None if then is None else base is None,
    )


def _removed(person: Person, desired: ResolvedGroup, base: BaseGroup | None) -> RemovedPerson:
    cause = cause_of_removal(person.id, base)
    named = None if base is None else base.members.get(person.id)
    return RemovedPerson(
        person.id,
        person.login,
        person.name,
        cause,
        origin=desired.origin if cause == "requested" else None,
        base_origin=named.origin if named else None,
        base_via=named.via if named else None,
        because=_because(person, desired, named),
    )


def _because(person: Person, desired: ResolvedGroup, named: BaseMember | None) -> Because | None:
    for one in desired.without:
        if one.member.names(person.id, person.login):
            return one.because
    if named is None or named.until is None:
        return None if named is None or named.because is None or named.because.kind == "absence" else named.because
    return Because(kind="due", until=named.until)


def _once(people: Iterable[Person]) -> Iterable[Person]:
    return {person.id: person for person in people}.values()


def _by_login(person: AddedPerson | RemovedPerson) -> tuple[str, str]:
    return ((person.login or "").casefold(), person.id)


def _manager_change(resolved: ResolvedTarget, then: BaseTarget | None) -> ManagerChange | None:
    wanted = resolved.manager
    before = resolved.target.preset.workflow_manager
    if wanted is None or (before is not None and before.id == wanted.person.id):
        return None
    cause: Cause = "drift" if then is not None and then.manager == wanted.person.id else "requested"
    return ManagerChange(before=before, after=wanted.person, origin=wanted.origin, cause=cause, because=wanted.because)


def build_plan(  # noqa: PLR0913 - the plan's own parts, each named
    changes: tuple[PresetChange, ...],
    provenance: Provenance,
    *,
    presets: int,
    managed: int,
    diagnostics: Sequence[Diagnostic],
    adds_only: bool = False,
    only: Cause | None = None,
    selection: Selection | None = None,
    withheld: tuple[WithheldChange, ...] = (),
    already: tuple[AlreadySo, ...] | None = None,
    people: tuple[PersonChange, ...] = (),
    overrides: tuple[UsedOverride, ...] = (),
    complete: bool,
) -> Plan:
    """Put the plan together; ``presets`` and ``managed`` (roles) count all in scope."""
    plan = Plan(
        format=PLAN_FORMAT,
        digest="",
        created_at=provenance.created_at,
        company_id=provenance.company_id,
        company_name=provenance.company_name,
        service=provenance.service,
        source=provenance.source,
        live=provenance.live,
        complete=complete,
        applicable=complete and not has_errors(diagnostics),
        adds_only=adds_only,
        only=only,
        selection=selection,
        summary=summarize(changes, withheld, already, presets=presets, managed=managed, held=count_held(diagnostics)),
        changes=changes,
        withheld=withheld,
        already=already or (),
        people=people,
        overrides=overrides,
        diagnostics=tuple(diagnostics),
    )
    return msgspec.structs.replace(plan, digest=plan_digest(plan))


def summarize(
    changes: Sequence[PresetChange],
    withheld: Sequence[WithheldChange] = (),
    already: Sequence[AlreadySo] | None = None,
    *,
    presets: int,
    managed: int,
    held: int = 0,
) -> Summary:
    """Count roles (one person in one group), managers, and distinct people."""
    people: set[str] = set()
    additions = removals = managers = 0
    for change in changes:
        for group in change.groups:
            additions += len(group.add)
            removals += len(group.remove)
            people.update(person.id for person in group.add)
            people.update(person.id for person in group.remove)
        manager = change.workflow_manager
        if manager is not None:
            managers += 1
            people.update(person.id for person in (manager.before, manager.after) if person is not None)
    return Summary(
        presets=presets,
        changed=len(changes),
        additions=additions,
        removals=removals,
        managers=managers,
        people=len(people),
        managed=managed,
        withheld=sum(len(group.remove) for change in withheld for group in change.groups),
        drift=None if already is None else _drift(changes),
        already=None if already is None else sum(len(one.add) + len(one.remove) for one in already),
        held=held,
    )


def _drift(changes: Iterable[PresetChange]) -> Counts:
    additions = removals = managers = 0
    for change in changes:
        additions += sum(person.cause == "drift" for group in change.groups for person in group.add)
        removals += sum(person.cause == "drift" for group in change.groups for person in group.remove)
        managers += change.workflow_manager is not None and change.workflow_manager.cause == "drift"
    return Counts(additions=additions, removals=removals, managers=managers)
