"""Works out who lost which role in the days before a plan, from revisions and journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.base import BaseTarget
from reconciler.model.live import Person
from reconciler.model.memory import ManagedAgain, PastRemoval, member_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from reconciler.model.base import BaseGroup
    from reconciler.model.live import Version
    from reconciler.model.memory import GroupKey
    from reconciler.model.plan import PresetChange
    from reconciler.model.policy import Override
    from reconciler.model.scope import ResolvedGroup, ResolvedTarget

__all__ = [
    "managed_again",
    "managed_groups",
    "members_of",
    "needs_memory",
    "past_removals",
    "with_groups",
    "with_overrides",
]


def needs_memory(
    changes: Iterable[PresetChange], targets: Iterable[ResolvedTarget], base: Mapping[str, BaseTarget] | None
) -> bool:
    """Return whether guards ask for the days before: somebody loses a role, or a role is managed that was not."""
    if any(group.remove for change in changes for group in change.groups):
        return True
    return base is not None and next(_newly_managed(targets, base), None) is not None


def _newly_managed(
    targets: Iterable[ResolvedTarget], base: Mapping[str, BaseTarget]
) -> Iterator[tuple[ResolvedTarget, str, ResolvedGroup]]:
    for one in targets:
        before = base.get(one.target.address)
        if before is None or not one.groups.keys() <= before.groups.keys():
            for uuid, group in one.groups.items():
                if before is None or uuid not in before.groups:
                    yield one, uuid, group


def managed_groups(then: Mapping[str, BaseTarget]) -> frozenset[GroupKey]:
    """Return the groups that a revision managed."""
    return frozenset((address, uuid) for address, target in then.items() for uuid in target.groups)


def with_groups(asked: Mapping[str, BaseTarget], groups: Mapping[GroupKey, BaseGroup]) -> dict[str, BaseTarget]:
    """Return what a revision asks for, with more groups."""
    found = dict(asked)
    for (address, uuid), group in groups.items():
        target = found.get(address, BaseTarget({}))
        found[address] = msgspec.structs.replace(target, groups={**target.groups, uuid: group})
    return found


def managed_again(
    managed: Collection[GroupKey],
    base: Mapping[str, BaseTarget],
    targets: Iterable[ResolvedTarget],
    versions: Iterable[Version],
) -> tuple[ManagedAgain, ...]:
    """Return the groups that were ``managed`` at an earlier revision, are not at the base, and are again."""
    names = _names(versions)
    found = []
    for resolved, uuid, group in _newly_managed(targets, base):
        target = resolved.target
        if (target.address, uuid) in managed:
            role = names[target.preset.version_id or target.template.version_id or ""][uuid]
            found.append(ManagedAgain(title=f"{target.title} · {role}", origin=group.origin))
    return tuple(found)


def past_removals(
    earlier: Mapping[str, BaseTarget],
    base: Mapping[str, BaseTarget],
    journalled: Mapping[GroupKey, Collection[str]],
    targets: Iterable[ResolvedTarget],
    versions: Iterable[Version],
    find: Callable[[str], Person | None],
) -> dict[GroupKey, tuple[PastRemoval, ...]]:
    """Return whom each managed group lost between an earlier revision and the base, and by the runs of a journal.

    People whom the documents name now are left out. People who are not seen any more count by their login, because
    nobody sees a person who lost their only role.
    """
    found: dict[GroupKey, tuple[PastRemoval, ...]] = {}
    if not earlier and not journalled:
        return found
    names = _names(versions)
    for resolved in targets:
        target = resolved.target
        address = target.address
        roles = names[target.preset.version_id or target.template.version_id or ""]
        for uuid, desired in resolved.groups.items():
            then, before = _group(earlier, address, uuid), _group(base, address, uuid)
            lost = {} if then is None or before is None else dict(_left(then, before))
            people = [lost[key] for key in sorted(lost) if key not in desired.members]
            by_runs = sorted({*journalled.get((address, uuid), ())} - lost.keys() - desired.members.keys())
            people.extend(_not_among(people, by_runs, find))
            # an absence swaps people, and takes nobody's place for good
            swapped = [one.member for one in desired.without]
            people = [one for one in people if not any(each.names(one.id, one.login) for each in swapped)]
            if people:
                found[address, uuid] = tuple(
                    PastRemoval(address=address, uuid=uuid, role=roles[uuid], person=one) for one in people
                )
    return found


def _names(versions: Iterable[Version]) -> dict[str, dict[str, str]]:
    return {version.id: {group.uuid: group.name for group in version.groups} for version in versions}


def _group(asked: Mapping[str, BaseTarget], address: str, uuid: str) -> BaseGroup | None:
    target = asked.get(address)
    return None if target is None else target.groups.get(uuid)


def _left(then: BaseGroup, before: BaseGroup) -> Iterator[tuple[str, Person]]:
    """Yield the people who left a group between two revisions, by login id or else by login."""
    for login_id, member in then.members.items():
        if login_id not in before.members:
            yield login_id, member.person
    unseen = {member_key(one.person) for one in before.unseen}
    for member in then.unseen:
        if member_key(member.person) not in unseen:
            yield member_key(member.person), member.person


def _not_among(people: list[Person], login_ids: list[str], find: Callable[[str], Person | None]) -> Iterator[Person]:
    """Yield the people of a journal who are not among ``people`` yet.

    An id that nobody was seen with may belong to one of the people without an id. It is skipped once for each of these.
    """
    left = sum(not one.id for one in people)
    for login_id in login_ids:
        person = find(login_id)
        if person is None and left:
            left -= 1
        else:
            yield person or Person(login_id)


def members_of(asked: Mapping[str, BaseTarget]) -> dict[GroupKey, frozenset[str]]:
    """Return the people whom a revision asks for in each group, by ``member_key``."""
    return {
        (address, uuid): frozenset({*group.members, *(member_key(one.person) for one in group.unseen)})
        for address, target in asked.items()
        for uuid, group in target.groups.items()
    }


def with_overrides(
    removals: Mapping[GroupKey, Sequence[PastRemoval]],
    revisions: Iterable[tuple[Mapping[GroupKey, frozenset[str]], tuple[Override, ...]]],
    later: tuple[Override, ...],
) -> dict[GroupKey, tuple[PastRemoval, ...]]:
    """Return removals with the overrides that were in force at the revision that made them.

    ``revisions`` are those since, the oldest first. Each has the people whom it asks for, and its overrides that were
    not expired. A removal that no revision made, such as one by a run that reverted drift, gets ``later``.
    """
    made_under: dict[tuple[GroupKey, str], tuple[Override, ...]] = {}
    before: Mapping[GroupKey, frozenset[str]] = {}
    for members, overrides in revisions:
        for key in removals.keys() & members.keys():  # a group that is not managed for a while loses nobody by that
            gone = before.get(key, frozenset()) - members[key]
            made_under.update({(key, one): overrides for one in gone})
        before = {**before, **members}
    return {
        key: tuple(msgspec.structs.replace(one, overrides=made_under.get((key, one.key), later)) for one in several)
        for key, several in removals.items()
    }
