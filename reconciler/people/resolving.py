"""Resolves targets to login ids round by round, asking for no more people lists than it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.scope import ResolvedGroup, ResolvedMember, ResolvedTarget
from reconciler.model.suggestions import did_you_mean_login

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import DesiredGroup, Member
    from reconciler.model.live import PeopleList
    from reconciler.model.scope import Target
    from reconciler.people.index import PeopleIndex

__all__ = ["ListKey", "Resolution"]

ListKey = tuple[str | None, str]
_MemberKey = tuple[str, str]


class _Round:
    """What one look at a target left open."""

    def __init__(self) -> None:
        self.unknown: list[Member] = []
        self.unknown_manager: list[Member] = []
        self.adds = False
        self.changes_manager = False


class _Lists:
    """Which lists of one kind were read or asked for, and which are needed next."""

    def __init__(self) -> None:
        self.asked: set[ListKey] = set()
        self.needed: dict[ListKey, None] = {}
        self.first: dict[_MemberKey, ListKey] = {}

    def must_wait(self, key: ListKey, *, needed: bool, unknown: Sequence[Member]) -> bool:
        """Note what a target needs of the list ``key``; tells whether it must wait for it."""
        if key in self.asked:
            return False
        if needed:
            self.needed[key] = None
        for member in unknown:
            self.first.setdefault(member.key, key)
        return needed or bool(unknown)

    def ask(self, *, also_unknown: bool) -> list[ListKey]:
        """Give the lists to read now."""
        keys = list(self.needed) or (list(dict.fromkeys(self.first.values())) if also_unknown else [])
        self.asked.update(keys)
        self.needed, self.first = {}, {}
        return keys


class Resolution:
    """Resolves every target; between rounds the caller reads the lists asked for.

    A list of possible assignees is asked for only where somebody is added, or where a login stands that
    nothing read so far has shown; likewise workflow managers only where the manager changes or is unknown.
    """

    def __init__(self, targets: Sequence[Target], index: PeopleIndex, inactive: frozenset[str] | None = None) -> None:
        self.index = index
        self._inactive = inactive or frozenset()
        self.resolved: list[ResolvedTarget] = []
        self._open = list(targets)
        self._assignees = _Lists()
        self._managers = _Lists()
        self._given_up: set[_MemberKey] = set()
        self._diagnostics: dict[tuple[str, Origin, str], Diagnostic] = {}

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Give every person that could not be found, each line of a document once."""
        return list(self._diagnostics.values())

    def read(self, people: Iterable[PeopleList]) -> None:
        """Take in lists that were asked for; one that could not be had stays out."""
        for one in people:
            self.index.add_list(one)

    def advance(self) -> tuple[list[ListKey], list[ListKey]]:
        """Resolve what can be, and give the lists of assignees and of managers to read before going on.

        Nothing to read means that everything is resolved, or has its diagnostic.
        """
        still_open = []
        for target in self._open:
            left = _Round()
            resolved = self._look_at(target, left)
            if self._must_wait(target, left):
                still_open.append(target)
            else:
                self._settle(target, resolved, left)
        self._open = still_open
        # somebody unknown may well turn up in a list that is needed anyway, so those are read first
        also_unknown = not self._assignees.needed and not self._managers.needed
        return self._assignees.ask(also_unknown=also_unknown), self._managers.ask(also_unknown=also_unknown)

    def _must_wait(self, target: Target, left: _Round) -> bool:
        key = (target.preset.project_id, target.template.tool_type)
        unknown = [member for member in left.unknown if member.key not in self._given_up]
        unknown_manager = [member for member in left.unknown_manager if member.key not in self._given_up]
        waits = self._assignees.must_wait(key, needed=left.adds, unknown=unknown)
        return self._managers.must_wait(key, needed=left.changes_manager, unknown=unknown_manager) or waits

    def _look_at(self, target: Target, left: _Round) -> ResolvedTarget:
        live = {membership.uuid: membership.members for membership in target.preset.groups}
        groups = {}
        for uuid, desired in target.groups.items():
            there = {person.id for person in live.get(uuid, ())}
            group = self._group(desired, left)
            groups[uuid] = group
            if not left.adds and not group.members.keys() <= there:
                left.adds = True
        return ResolvedTarget(target, groups, self._manager(target, left))

    def _group(self, desired: DesiredGroup, left: _Round) -> ResolvedGroup:
        members: dict[str, ResolvedMember] = {}
        find = self.index.find
        for member in desired.members:
            person = find(member)
            if person is None:
                left.unknown.append(member)
                continue
            known = members.setdefault(person.id, ResolvedMember(person, member.origin, member.via, member.until))
            if known.origin != member.origin and known.via is None and member.via is None:
                message = (
                    f"'{member}' is the same person as the line at {known.origin} (login id {person.id}); remove one"
                )
                self._error("documents/duplicate-member", message, member)
        return ResolvedGroup(members, desired.origin, desired.allow_empty)

    def _manager(self, target: Target, left: _Round) -> ResolvedMember | None:
        if target.manager is None:
            return None
        person = self.index.find(target.manager)
        if person is None:
            left.unknown_manager.append(target.manager)
            return None
        now = target.preset.workflow_manager
        left.changes_manager = now is None or now.id != person.id
        return ResolvedMember(person, target.manager.origin, target.manager.via)

    def _settle(self, target: Target, resolved: ResolvedTarget, left: _Round) -> None:
        self.resolved.append(resolved)
        for member in left.unknown:
            self._tell_unknown(member, target, "may be assigned")
        for member in left.unknown_manager:
            self._tell_unknown(member, target, "may be workflow manager")
        if self.index.ambiguous:
            self._tell_ambiguous(target)

    def _tell_unknown(self, member: Member, target: Target, what: str) -> None:
        named = f"the login '{member.login}'" if member.login else f"the login id {member.login_id}"
        if member.key in self._given_up:
            message = f"nobody with {named} was found in anything that was read"
        else:
            place = f"project '{target.project.name}'" if target.project else "the company"
            message = f"nobody with {named} {what} on {target.template.tool_type} in {place}"
        self._given_up.add(member.key)
        if member.login is not None and member.login.lower() in self._inactive:
            hint = "; the directory has them as inactive, so take them out of this line"
        else:
            hint = did_you_mean_login(member.login, self.index.logins()) if member.login else ""
        self._error("documents/unknown-person", f"{message}{hint}", member)

    def _tell_ambiguous(self, target: Target) -> None:
        named = [member for group in target.groups.values() for member in group.members]
        for member in named if target.manager is None else [*named, target.manager]:
            ids = self.index.ambiguous.get((member.login or "").lower())
            if ids:
                message = f"'{member}' is the login of several people: {', '.join(sorted(ids))}; use {{login_id: …}}"
                self._error("documents/ambiguous-person", message, member)

    def _error(self, code: str, message: str, member: Member) -> None:
        # the same line may speak for many presets, and one team's line for several people
        diagnostic = Diagnostic(severity="error", code=code, message=message, origin=member.origin)
        self._diagnostics.setdefault((code, member.origin, str(member)), diagnostic)
