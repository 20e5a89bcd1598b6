"""Everybody seen so far, by login and by login id; ids decide, logins are compared without case."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.documents import Member
    from reconciler.model.live import PeopleList, Person, Preset

__all__ = ["PeopleIndex"]


class PeopleIndex:
    """Grows as presets and people lists are read; a login that stood for two ids is ambiguous."""

    def __init__(self, presets: Iterable[Preset] = ()) -> None:
        self._by_id: dict[str, Person] = {}
        self._by_login: dict[str, Person] = {}
        self.ambiguous: dict[str, set[str]] = {}
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
        self._by_id.setdefault(person.id, person)
        if person.login is None:
            return
        login = person.login.lower()
        known = self._by_login.setdefault(login, person)
        if known.id != person.id:
            self.ambiguous.setdefault(login, {known.id}).add(person.id)

    def add_list(self, people: PeopleList) -> None:
        """Take everybody of a list in."""
        for person in people.people:
            self.add(person)

    def find(self, member: Member) -> Person | None:
        """Give the person a line of a document names, or null when nobody was seen so far."""
        if member.login is not None:
            return self._by_login.get(member.login.lower())
        return self._by_id.get(member.login_id or "")

    def find_id(self, login_id: str) -> Person | None:
        """Return who has a login id, or null when nobody was seen with it."""
        return self._by_id.get(login_id)

    def find_surely(self, member: Member) -> Person | None:
        """Give the person a line names, or null also where its login stood for more than one."""
        if member.login is not None and member.login.lower() in self.ambiguous:
            return None
        return self.find(member)

    def knows(self, login: str) -> bool:
        """Tell whether a login, in lower case, was seen."""
        return login in self._by_login

    def logins(self) -> list[str]:
        """Give every login seen, for suggestions."""
        return [person.login or "" for person in self._by_login.values()]
