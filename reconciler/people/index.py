"""Everybody seen so far, by login and by login id; ids decide, logins are compared without case."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.documents import Member
    from reconciler.model.live import PeopleList, Person, Preset

__all__ = ["PeopleIndex"]

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class PeopleIndex:
    """Grows as presets and people lists are read; a login that stood for two ids is ambiguous.

    Somebody who was hired again has two accounts with one login. Lists of people show the one in use alone.
    """

    def __init__(self, presets: Iterable[Preset] = ()) -> None:
        self._others: Mapping[str, str] = _NONE
        self._by_other: set[str] = set()
        self._by_id: dict[str, Person] = {}
        self._by_login: dict[str, Person] = {}
        self.ambiguous: dict[str, set[str]] = {}
        self.rehired: frozenset[str] = frozenset()
        self._lists: list[PeopleList] = []
        self._in_use: dict[str, Person | None] = {}
        self._news = 0  # counts changes that may affect which accounts are in use
        self._settled_at = 0
        seen: set[int] = set()
        for preset in presets:
            if preset.workflow_manager is not None:
                self.add(preset.workflow_manager)
            for group in preset.groups:
                for person in group.members:
                    # readers hand out one object a person, so most are known by identity already
                    if id(person) not in seen:
                        seen.add(id(person))
                        self.add(person)

    def add(self, person: Person) -> None:
        """Take a person in."""
        known_by_id = self._by_id.get(person.id)
        if known_by_id is person:  # readers hand out one object a person, and most were seen before
            return
        if known_by_id is None:
            self._by_id[person.id] = person
        if person.login is None:
            return
        login = login_key(person.login)
        known = self._by_login.setdefault(login, person)
        if known.id != person.id:
            self.ambiguous.setdefault(login, {known.id}).add(person.id)
            self._news += 1

    def add_list(self, people: PeopleList) -> None:
        """Take everybody of a list in."""
        self._lists.append(people)
        self._news += 1
        for person in people.people:
            self.add(person)

    def with_lists(self, several: Iterable[PeopleList]) -> PeopleIndex:
        """Return an index that knows everybody of these lists too; this one stays as it is."""
        grown = PeopleIndex()
        grown._others = self._others
        grown._by_other = set(self._by_other)
        grown._by_id = dict(self._by_id)
        grown._by_login = dict(self._by_login)
        grown.ambiguous = {login: set(ids) for login, ids in self.ambiguous.items()}
        grown.rehired = self.rehired
        grown._lists = list(self._lists)
        grown._news = self._news
        for one in several:
            grown.add_list(one)
        return grown

    def expect_two_accounts(self, logins: frozenset[str]) -> None:
        """Take in the logins, in lower case, that the directory has both as active and as inactive."""
        self.rehired = frozenset(login for login in logins if login in self._by_login)
        self._news += 1

    def accounts_in_use(self) -> Mapping[str, Person | None]:
        """Return each login with more than one account, in lower case, with the one in use.

        That is null where the lists read so far show none of them, or several.
        """
        if self._settled_at != self._news:
            self._settled_at = self._news
            found: dict[str, dict[str, Person]] = {login: {} for login in (*self.ambiguous, *self.rehired)}
            for people in self._lists if found else ():
                for person in people.people:
                    shown = found.get(login_key(person.login))
                    if shown is not None:
                        shown[person.id] = person
            self._in_use = {
                login: next(iter(shown.values())) if len(shown) == 1 else None for login, shown in found.items()
            }
        return self._in_use

    def accounts(self, login: str) -> dict[str, Person]:
        """Return the accounts of a login in lower case, by login id."""
        return {one: self._by_id[one] for one in self.ambiguous.get(login) or {self._by_login[login].id}}

    def former_accounts(self) -> dict[str, Person]:
        """Return the accounts that are no longer in use, by login id, each with the one that is."""
        return {
            one: in_use
            for login, in_use in self.accounts_in_use().items()
            if in_use is not None
            for one in self.accounts(login)
            if one != in_use.id
        }

    def find(self, member: Member) -> Person | None:
        """Return the person a line of a document names, or null when nobody was seen so far."""
        if member.login is None:
            return self._by_id.get(member.login_id or "")
        login = member.login.lower()
        if login not in self._by_login and login in self._others:
            login = self.login_here(member)
        in_use = self.accounts_in_use().get(login) if self.ambiguous else None
        return in_use or self._by_login.get(login)

    def expect_other_logins(self, others: Mapping[str, str]) -> None:
        """Take in by which login, in lower case, somebody is found whom lines name by another one."""
        self._others = others

    def login_here(self, member: Member) -> str:
        """Return the login of a line, in lower case, or the person's other one if only that was seen."""
        login = (member.login or "").lower()
        if login in self._by_login or login not in self._others:
            return login
        other = self._others[login]
        if other not in self._by_login:
            return login
        self._by_other.add(login)
        return other

    def found_by_other(self) -> dict[str, Person]:
        """Return who was found by another login alone, by the login that lines have, in lower case."""
        return {one: self._by_login[self._others[one]] for one in sorted(self._by_other - self._by_login.keys())}

    def find_id(self, login_id: str) -> Person | None:
        """Return who has a login id, or null when nobody was seen with it."""
        return self._by_id.get(login_id)

    def find_surely(self, member: Member) -> Person | None:
        """Return the person a line names, or null also where its login was that of several accounts."""
        if member.login is not None and self.login_here(member) in self.ambiguous:
            return None
        return self.find(member)

    def knows(self, login: str) -> bool:
        """Return whether a login, in lower case, was seen."""
        return login in self._by_login

    def people(self) -> list[Person]:
        """Return a person for every login seen, for suggestions."""
        return list(self._by_login.values())
