"""Reports who moved, the documents or live: a comparison of three, base, documents here and live; it judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.base import BaseGroup, BaseMember, BaseTarget
from reconciler.model.live import Person, preset_address
from reconciler.model.plan import AlreadySo, Named
from reconciler.planning.changed_names import WrittenBefore, newer_than
from reconciler.planning.selecting import select
from reconciler.planning.targeting import find_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import DesiredGroup, Documents
    from reconciler.model.live import LiveState, Version
    from reconciler.model.member import Member
    from reconciler.model.plan import Cause
    from reconciler.model.scope import ResolvedTarget

__all__ = ["already_so", "base_targets", "cause_of_addition", "cause_of_removal"]


def base_targets(
    base: Documents | None,
    state: LiveState,
    find: Callable[[Member], Person | None],
    written_before: WrittenBefore | None = None,
) -> tuple[dict[str, BaseTarget], list[Diagnostic]]:
    """Return what the base asks for, by address, and what of it is unknown now; nothing where it had no documents.

    People are looked up among those already seen; ``find`` gives nobody where a line may mean more than one. Of a
    preset that nobody looked for, because it is no longer in scope, the address stands there without groups. So does
    one to which only a name of the base leads now, because it was made after the file that names it was written, as
    ``written_before`` tells.

    A group that cannot be found any more was managed by nobody: that makes guards stricter, never laxer. It is not so
    for causes, where less at the base may mean more drift. Hence people who cannot be found stay in their group as
    unseen, and a template or project that cannot, or a preset of which two lines now speak, is told as an error: an
    entry that went may have been narrower than the one that is left.
    """
    if base is None:
        return {}, []

    scope, lost = select(base, state.catalogue)
    targets, found = find_targets(scope, state.catalogue, state.presets, state.versions)
    looked_for = {(one.project_id, template_id) for one in state.listed for template_id in one.template_ids}
    by_address = {
        preset_address(key): BaseTarget({})
        for key in scope.claims
        if (key.project_id, key.template_id) not in looked_for
    }
    claims = {preset_address(key): found for key, found in scope.claims.items()}
    for target in targets:
        newer = newer_than(target, claims[target.address], written_before)
        if newer is not None:
            by_address[target.address] = BaseTarget({}, newer=newer)
            continue
        groups = {
            uuid: _group(desired, find, uncertain=uuid in target.uncertain) for uuid, desired in target.groups.items()
        }
        by_address[target.address] = BaseTarget(groups, _manager(target.manager, find))
    untold = [one for one in lost if one.severity == "error"]
    untold.extend(one for one in found if one.code == "documents/conflict")
    return by_address, untold


def cause_of_addition(login_id: str, base: BaseGroup | None) -> Cause:
    """Return drift for somebody whom the base wanted there already, and who is not.

    Whoever a line without a person there meant, it makes nobody drift: an addition is requested where that is in doubt.
    """
    if base is None or base.uncertain:
        return "requested"
    return "drift" if login_id in base.members else "requested"


def cause_of_removal(login_id: str, base: BaseGroup | None) -> Cause:
    """Return drift for somebody whom the base did not want there either, and who is.

    Where it names anybody who cannot be found, such as by an old login, it may have meant just this person: requested.
    """
    if base is None or base.unseen or base.uncertain:
        return "requested"
    return "requested" if login_id in base.members else "drift"


def _group(desired: DesiredGroup, find: Callable[[Member], Person | None], *, uncertain: bool) -> BaseGroup:
    members, unseen = {}, []
    for member in desired.members:
        person = find(member)
        if person is None:
            unseen.append(BaseMember(Person(member.login_id or "", member.login), member.origin, member.via))
        else:
            members[person.id] = BaseMember(person, member.origin, member.via)
    return BaseGroup(members, tuple(unseen), uncertain=uncertain)


def _manager(manager: Member | None, find: Callable[[Member], Person | None]) -> str | None:
    """Return a login id, or for a person who is not found a word that nobody has: null is a manager of no document."""
    if manager is None:
        return None
    person = find(manager)
    return f"unseen {manager}".lower() if person is None else person.id


def already_so(
    targets: Iterable[ResolvedTarget], base: Mapping[str, BaseTarget], versions: Iterable[Version]
) -> tuple[AlreadySo, ...]:
    """Return what these documents ask for, the base did not, and live has: a change of documents with nothing to do.

    Whoever cannot be found is said to be gone only where other lines of the base name everybody in live: else live may
    have them by another login.
    """
    names = {version.id: {group.uuid: group.name for group in version.groups} for version in versions}
    found = []
    for resolved in targets:
        target = resolved.target
        before = base.get(target.address)
        if before is None:
            continue
        for uuid, desired in resolved.groups.items():
            then = before.groups.get(uuid)
            if then is None or then.uncertain or (not then.unseen and then.members.keys() == desired.members.keys()):
                continue
            live = next((group.members for group in target.preset.groups if group.uuid == uuid), ())
            there = {person.id: person for person in live}
            lost = then.unseen if there.keys() <= then.members.keys() else ()
            added = (desired.members.keys() - then.members.keys()) & there.keys()
            gone = then.members.keys() - desired.members.keys() - there.keys()
            if added or gone or lost:
                version = names[target.preset.version_id or target.template.version_id or ""]
                found.append(
                    AlreadySo(
                        address=target.address,
                        project=None if target.project is None else Named(target.project.id, target.project.name),
                        template=Named(target.template.id, target.template.name),
                        group=version[uuid],
                        add=_sorted(there[one] for one in added),
                        remove=_sorted(one.person for one in (*(then.members[each] for each in gone), *lost)),
                    )
                )
    return tuple(sorted(found, key=lambda one: (one.address, one.group)))


def _sorted(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda one: ((one.login or "").casefold(), one.id)))
