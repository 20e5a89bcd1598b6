"""Resolves targets to login ids round by round, asking for no more people lists than it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.scope import ResolvedGroup, ResolvedMember, ResolvedTarget
from reconciler.model.spelling import login_key
from reconciler.people.list_needs import PeopleLists
from reconciler.people.unresolved_lines import UnresolvedLines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from reconciler.model.documents import DesiredGroup, Member
    from reconciler.model.live import PeopleList, Person, Place, Preset
    from reconciler.model.problem import Problem
    from reconciler.model.scope import Target
    from reconciler.people.index import PeopleIndex
    from reconciler.people.list_needs import MemberKey

__all__ = ["Resolution"]


class _Round:
    """Questions that one look at a target left open.

    ``doubtful`` are logins with several accounts, if it is not known yet which one is in use. ``ambiguous`` are lines
    that name such a login where the people in the role do not decide it either. ``unclear`` counts lines of groups that
    lead to nobody, to several people, or to somebody a second time. ``incomplete`` are groups, by uuid, with such a
    line, or that a last day left empty.
    """

    __slots__ = ("adds", "ambiguous", "changes_manager", "doubtful", "doubtful_manager", "incomplete", "unclear",
                 "unknown", "unknown_manager")  # fmt: skip

    def __init__(self) -> None:
        # there is one for each preset, and most leave nothing open
        self.unknown: tuple[Member, ...] = ()
        self.unknown_manager: tuple[Member, ...] = ()
        self.doubtful: tuple[MemberKey, ...] = ()
        self.doubtful_manager: tuple[MemberKey, ...] = ()
        self.ambiguous: tuple[Member, ...] = ()
        self.unclear = 0
        self.incomplete: tuple[str, ...] = ()
        self.adds = False
        self.changes_manager = False

    @property
    def is_open(self) -> bool:
        """Whether anything is left open at all."""
        return bool(
            self.adds
            or self.changes_manager
            or self.unknown
            or self.unknown_manager
            or self.doubtful
            or self.doubtful_manager
        )


class Resolution:
    """Resolves every target; between rounds the caller reads the lists asked for.

    A list of possible assignees is requested only where somebody is added, or for a login not seen yet. A list of
    workflow managers is requested only where the manager changes or is unknown.

    A login with two accounts belongs to somebody who was hired again. One list shows which account is in use. That
    account replaces the other where a document names the login and it may be assigned. Otherwise the account that is
    there stays.
    """

    def __init__(self, targets: Sequence[Target], index: PeopleIndex, inactive: frozenset[str] | None = None) -> None:
        self.index = index
        self.resolved: list[ResolvedTarget] = []
        self._open = list(targets)
        self._assignees = PeopleLists()
        self._managers = PeopleLists()
        self._in_use: Mapping[str, Person | None] = {}
        self._settled_by: Mapping[str, Person | None] = {}
        self._given_up: set[MemberKey] = set()
        self._unresolved = UnresolvedLines(index, inactive or frozenset())

    @property
    def problems(self) -> list[Problem]:
        """Every person that could not be found, each line of a document once."""
        return self._unresolved.problems

    def read(self, assignees: Sequence[PeopleList], managers: Sequence[PeopleList]) -> None:
        """Take in lists that were asked for; one that could not be had stays out."""
        for one in (*assignees, *managers):
            self.index.add_list(one)
        self._assignees.keep(assignees)
        self._managers.keep(managers)

    def advance(self) -> tuple[list[Place], list[Place]]:
        """Resolve what can be; return the lists of assignees and of managers to read before going on.

        Nothing to read means that everything is resolved, or has its diagnostic.
        """
        while True:
            self._in_use = dict(self.index.accounts_in_use())
            self._look_at_open()
            # somebody unknown may well turn up in a list that is needed anyway, so those are read first
            also_unknown = not self._assignees.any_needed and not self._managers.any_needed
            asked = self._assignees.ask(also_unknown=also_unknown), self._managers.ask(also_unknown=also_unknown)
            if any(asked) or not self._reopen():
                return asked

    def _look_at_open(self) -> None:
        still_open = []
        for target in self._open:
            left = _Round()
            resolved = self._look_at(target, left)
            if self._must_wait(target, left):
                still_open.append(target)
            else:
                self._settle(target, resolved, left)
        self._open = still_open

    def _reopen(self) -> bool:
        """Look again at settled targets once it is known which account of a login they name is in use."""
        if self._in_use == self._settled_by:
            return False
        in_use = self._settled_by = self._in_use
        settled = []
        for one in self.resolved:
            if any(self._here(member) in in_use for member in _named(one)):
                self._open.append(one.target)
            else:
                settled.append(one)
        self.resolved = settled
        self._unresolved.drop_ambiguous()
        return bool(self._open)

    def _must_wait(self, target: Target, left: _Round) -> bool:
        if not left.is_open:
            return False
        unknown = self._not_given_up(left.unknown, left.doubtful)
        unknown_manager = self._not_given_up(left.unknown_manager, left.doubtful_manager)
        waits = self._assignees.must_wait(target.place, needed=left.adds, unknown=unknown)
        return self._managers.must_wait(target.place, needed=left.changes_manager, unknown=unknown_manager) or waits

    def _not_given_up(self, unknown: Iterable[Member], doubtful: Iterable[MemberKey]) -> list[MemberKey]:
        return [key for key in (*(one.key for one in unknown), *doubtful) if key not in self._given_up]

    def _look_at(self, target: Target, left: _Round) -> ResolvedTarget:
        live = {membership.uuid: membership.members for membership in target.preset.groups}
        groups = {}
        for uuid, desired in target.groups.items():
            there = {person.id for person in live.get(uuid, ())}
            before = left.unclear
            group = self._group(target, desired, there, left)
            groups[uuid] = group
            if left.unclear != before or not (desired.members or desired.allow_empty):
                left.incomplete += (uuid,)
            if not left.adds and not group.members.keys() <= there:
                left.adds = True
        if self._in_use:
            left.doubtful += tuple(self._doubtful_there(target.preset))
        return ResolvedTarget(target, groups, self._manager(target, left))

    def _doubtful_there(self, preset: Preset) -> Iterator[MemberKey]:
        """Yield the logins in a preset whose account in use is not known yet: one account may be dead."""
        for membership in preset.groups:
            for person in membership.members:
                login = login_key(person.login)
                if login in self._in_use and self._in_use[login] is None:
                    yield ("login", login)

    def _group(self, target: Target, desired: DesiredGroup, there: AbstractSet[str], left: _Round) -> ResolvedGroup:
        members: dict[str, ResolvedMember] = {}
        find = self.index.find
        for member in desired.members:
            person = find(member)
            if person is None:
                left.unknown += (member,)
                left.unclear += 1
                continue
            if self._in_use and self._here(member) in self._in_use:
                chosen = self._account(member, there, target.place, self._assignees)
                if chosen is None:
                    left.ambiguous += (member,)
                    left.unclear += 1
                    left.adds = True
                    continue
                person = chosen
            known = members.setdefault(
                person.id, ResolvedMember(person, member.origin, member.via, member.until, member.because)
            )
            if known.origin != member.origin and known.via is None and member.via is None and not member.because:
                message = (
                    f"'{member}' is the same person as the line at {known.origin} (login id {person.id}); remove one"
                )
                self._unresolved.add("documents/duplicate-member", message, member)
                left.unclear += 1
        return ResolvedGroup(members, desired.origin, desired.allow_empty, desired.without)

    def _here(self, member: Member) -> str:
        return "" if member.login is None else self.index.login_here(member)

    def _account(self, member: Member, there: AbstractSet[str], place: Place, lists: PeopleLists) -> Person | None:
        """Choose among the accounts of a login, where ``there`` are in the role now; null where nothing decides."""
        login = self._here(member)
        accounts = self.index.accounts(login)
        here = [person for login_id, person in accounts.items() if login_id in there]
        in_use = self._in_use[login]
        if in_use is not None:
            return here[0] if here and in_use not in here and lists.denies(place, in_use) else in_use
        if len(here) == 1:
            return here[0]
        return next(iter(accounts.values())) if len(accounts) == 1 else None

    def _manager(self, target: Target, left: _Round) -> ResolvedMember | None:
        if target.manager is None:
            return None
        person = self.index.find(target.manager)
        if person is None:
            left.unknown_manager += (target.manager,)
            return None
        now = target.preset.workflow_manager
        login = self._here(target.manager)
        if login in self._in_use:
            there = frozenset() if now is None else frozenset({now.id})
            chosen = self._account(target.manager, there, target.place, self._managers)
            if chosen is None:
                left.ambiguous += (target.manager,)
                left.changes_manager = True
                return None
            person = chosen
            if self._in_use[login] is None:
                left.doubtful_manager += (target.manager.key,)
        left.changes_manager = now is None or now.id != person.id
        return ResolvedMember(person, target.manager.origin, target.manager.via, because=target.manager.because)

    def _settle(self, target: Target, resolved: ResolvedTarget, left: _Round) -> None:
        if left.incomplete:
            whole = {uuid: group for uuid, group in resolved.groups.items() if uuid not in left.incomplete}
            resolved = ResolvedTarget(target, whole, resolved.manager)
        self.resolved.append(resolved)
        for member in left.unknown:
            self._unresolved.add_unknown(member, target, "may be assigned")
        for member in left.unknown_manager:
            self._unresolved.add_unknown(member, target, "may be workflow manager")
        self._given_up.update(one.key for one in (*left.unknown, *left.unknown_manager))
        self._given_up.update((*left.doubtful, *left.doubtful_manager))
        for member in left.ambiguous:
            self._unresolved.add_ambiguous(member)


def _named(resolved: ResolvedTarget) -> Iterator[Member]:
    """Yield every line that names somebody for a target."""
    for group in resolved.target.groups.values():
        yield from group.members
    if resolved.target.manager is not None:
        yield resolved.target.manager
