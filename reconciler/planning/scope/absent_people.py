"""Replaces people who are away in the roles that they hold; it decides nothing about the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.absences import NOBODY_AWAY, Away
from reconciler.model.because import Because
from reconciler.model.documents import DesiredGroup, Without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.model.absences import Absence, PersonKey
    from reconciler.model.live import Preset
    from reconciler.model.member import Member

__all__ = ["Roles", "by_login", "logins_by_id"]


def logins_by_id(presets: Iterable[Preset]) -> dict[str, str]:
    """Return the login of everybody in presets by login id: lines may name an id, and absences a login."""
    return {
        person.id: person.login.lower()
        for preset in presets
        for group in preset.groups
        for person in group.members
        if person.login is not None
    }


def by_login(away: Away, logins: Mapping[str, str]) -> Away:
    """Return absences by login, where a login belongs to the id that they name."""
    if away is NOBODY_AWAY:
        return away
    return Away(*({_key(key, logins): found for key, found in index.items()} for index in away))


def _key(key: PersonKey, logins: Mapping[str, str]) -> PersonKey:
    return ("login", logins[key[1]]) if key[0] == "id" and key[1] in logins else key


class Roles(NamedTuple):
    """The roles of one preset on a day, by the name of its project (null: company level)."""

    away: Away
    project: str | None
    logins: Mapping[str, str]

    def group(self, role: str, group: DesiredGroup) -> DesiredGroup:
        """Return a group with replacements in place of people who are away."""
        away, over = self.away
        keys = [self._key(one) for one in group.members]
        if not any(key in away or key in over for key in keys):
            return group
        there = set(keys)
        members: dict[PersonKey, Member] = {}
        without: list[Without] = []
        for key, one in zip(keys, group.members, strict=True):
            absence = self._first(away.get(key, ()), role)
            if absence is None:
                back, gone = self._back(key, one, role, there)
                members[key] = back
                without.extend(gone)
                continue
            if absence.keeps:
                members[key] = one
            stand_in = self._stand_in(absence, role)
            if not absence.keeps:
                because = Because(
                    kind="absence", until=absence.ends, person=None if stand_in is None else str(stand_in)
                )
                without.append(Without(one, because))
            # somebody whom the group names, and who is there, is in it by that line
            if stand_in is not None and not self._is_there(self._key(stand_in), there, role):
                members.setdefault(self._key(stand_in), stand_in)
        return DesiredGroup(
            members=tuple(members.values()),
            origin=group.origin,
            allow_empty=group.allow_empty,
            without=tuple(without),
        )

    def manager(self, manager: Member | None) -> Member | None:
        """Return the workflow manager of the day."""
        if manager is None:
            return None
        absence = self._first(self.away.on.get(self._key(manager), ()), None)
        if absence is None or absence.keeps:
            return manager
        return self._stand_in(absence, None) or manager

    def _key(self, member: Member) -> PersonKey:
        return _key(member.key, self.logins)

    def _first(self, absences: Iterable[Absence], role: str | None) -> Absence | None:
        return next((one for one in absences if one.concerns(role, self.project)), None)

    def _is_there(self, key: PersonKey, there: set[PersonKey], role: str) -> bool:
        if key not in there:
            return False
        absence = self._first(self.away.on.get(key, ()), role)
        return absence is None or absence.keeps

    def _stand_in(self, absence: Absence, role: str | None) -> Member | None:
        """Return the replacement, or theirs where they are away too."""
        replacement = absence.replacement
        if replacement is None:
            return None
        theirs = self._first(self.away.on.get(self._key(replacement), ()), role)
        if theirs is not None and not theirs.keeps and theirs.replacement is not None:
            replacement = theirs.replacement
        because = Because(kind="absence", until=absence.ends, person=str(absence.person))
        return msgspec.structs.replace(replacement, origin=absence.origin, because=because)

    def _back(
        self, key: PersonKey, member: Member, role: str, there: set[PersonKey]
    ) -> tuple[Member, Iterator[Without]]:
        """Return somebody with the reason for their return, and who stood in for them."""
        absence = self._first(self.away.over.get(key, ()), role)
        if absence is None or absence.keeps or absence.replacement is None:
            return member, iter(())
        replacement = absence.replacement
        member = msgspec.structs.replace(
            member, because=Because(kind="absence", until=absence.ends, person=str(replacement), ended=True)
        )
        because = Because(kind="absence", until=absence.ends, person=str(absence.person), ended=True)
        gone = () if self._key(replacement) in there else (Without(replacement, because),)
        return member, iter(gone)
