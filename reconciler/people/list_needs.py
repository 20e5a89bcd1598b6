"""Tracks which lists of people were read, and which are needed next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.live import PeopleList, Person, Place

__all__ = ["MemberKey", "PeopleLists"]

MemberKey = tuple[str, str]


class PeopleLists:
    """Lists of one kind: possible assignees, or workflow managers."""

    def __init__(self) -> None:
        self._asked: set[Place] = set()
        self._needed: dict[Place, None] = {}
        self._first: dict[MemberKey, Place] = {}
        self._read: dict[Place, PeopleList] = {}

    def must_wait(self, place: Place, *, needed: bool, unknown: Sequence[MemberKey]) -> bool:
        """Note what a target needs of the list of a place; tells whether it must wait for it."""
        if place in self._asked:
            return False
        if needed:
            self._needed[place] = None
        for key in unknown:
            self._first.setdefault(key, place)
        return needed or bool(unknown)

    @property
    def any_needed(self) -> bool:
        """Whether a list is needed, no matter what it shows."""
        return bool(self._needed)

    def ask(self, *, also_unknown: bool) -> list[Place]:
        """Return the places whose lists are to be read now."""
        places = list(self._needed) or (list(dict.fromkeys(self._first.values())) if also_unknown else [])
        self._asked.update(places)
        self._needed, self._first = {}, {}
        return places

    def keep(self, lists: Iterable[PeopleList]) -> None:
        """Take in lists that were asked for."""
        self._read.update((one.place, one) for one in lists)

    def denies(self, place: Place, person: Person) -> bool:
        """Return whether the list of a place was asked for and does not show somebody."""
        if place not in self._asked:
            return False
        people = self._read.get(place)
        return people is None or all(one.id != person.id for one in people.people)
