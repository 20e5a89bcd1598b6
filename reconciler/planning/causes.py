"""Tells who moved, the documents or live: a comparison of three, base, documents here and live; it judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.base import BaseGroup, BaseMember, BaseTarget
from reconciler.model.live import Person, preset_address
from reconciler.model.plan import AlreadySo, Named
from reconciler.planning.selecting import select
from reconciler.planning.targeting import find_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.model.documents import Documents
    from reconciler.model.live import LiveState, Version
    from reconciler.model.member import Member
    from reconciler.model.plan import Cause
    from reconciler.model.scope import ResolvedTarget

__all__ = ["already_so", "base_targets", "cause_of_addition", "cause_of_removal"]


def base_targets(
    base: Documents | None, state: LiveState, find: Callable[[Member], Person | None]
) -> dict[str, BaseTarget]:
    """Give what the base asks for, by address; nothing where it had no documents.

    People are looked up among those already seen. Of a preset that nobody looked for, because it is no longer in scope,
    the address stands there without groups. What cannot be found any more was managed by nobody: that makes guards
    stricter, never laxer.
    """
    if base is None:
        return {}

    scope, _ = select(base, state.catalogue)
    targets, _ = find_targets(scope, state.catalogue, state.presets, state.versions)
    looked_for = {(one.project_id, template_id) for one in state.listed for template_id in one.template_ids}
    found = {
        preset_address(key): BaseTarget({})
        for key in scope.claims
        if (key.project_id, key.template_id) not in looked_for
    }
    for target in targets:
        groups = {
            uuid: BaseGroup(dict(_named(member, find) for member in desired.members))
            for uuid, desired in target.groups.items()
        }
        found[target.address] = BaseTarget(groups, None if target.manager is None else _named(target.manager, find)[0])
    return found


def cause_of_addition(login_id: str, base: BaseGroup | None) -> Cause:
    """Give drift for somebody whom the base wanted there already, and who is not."""
    return "drift" if base is not None and login_id in base.members else "requested"


def cause_of_removal(login_id: str, base: BaseGroup | None) -> Cause:
    """Give drift for somebody whom the base did not want there either, and who is."""
    return "drift" if base is not None and login_id not in base.members else "requested"


def _named(member: Member, find: Callable[[Member], Person | None]) -> tuple[str, BaseMember]:
    person = find(member)
    if person is None:
        return f"unseen {member}".lower(), BaseMember(Person("", member.login), member.origin, member.via)
    return person.id, BaseMember(person, member.origin, member.via)


def already_so(
    targets: Iterable[ResolvedTarget], base: Mapping[str, BaseTarget], versions: Iterable[Version]
) -> tuple[AlreadySo, ...]:
    """Give what these documents ask for, the base did not, and live has: a change of documents with nothing to do."""
    names = {version.id: {group.uuid: group.name for group in version.groups} for version in versions}
    found = []
    for resolved in targets:
        target = resolved.target
        before = base.get(target.address)
        if before is None:
            continue
        for uuid, desired in resolved.groups.items():
            then = before.groups.get(uuid)
            if then is None or then.members.keys() == desired.members.keys():
                continue
            live = next((group.members for group in target.preset.groups if group.uuid == uuid), ())
            there = {person.id: person for person in live}
            added = (desired.members.keys() - then.members.keys()) & there.keys()
            gone = then.members.keys() - desired.members.keys() - there.keys()
            if added or gone:
                version = names[target.preset.version_id or target.template.version_id or ""]
                found.append(
                    AlreadySo(
                        address=target.address,
                        project=None if target.project is None else Named(target.project.id, target.project.name),
                        template=Named(target.template.id, target.template.name),
                        group=version[uuid],
                        add=_sorted(there[one] for one in added),
                        remove=_sorted(then.members[one].person for one in gone),
                    )
                )
    return tuple(sorted(found, key=lambda one: (one.address, one.group)))


def _sorted(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda one: ((one.login or "").casefold(), one.id)))
