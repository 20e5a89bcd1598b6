"""Finds the people behind the lines of a list, and its lines after people join or leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.yaml.scalars import comment_text, member_text
from reconciler.model.member import Member

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterable

    from reconciler.desired.names import Names
    from reconciler.model.documents import Team
    from reconciler.model.live import Person

__all__ = ["Rewritten", "Roster"]


class Rewritten(NamedTuple):
    """The new text of lines by index, the appended lines (both in YAML), and the names of the appended people."""

    replaced: dict[int, tuple[str, ...]]
    appended: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


Expand = Callable[[Sequence["Member"], Mapping[str, "Team"]], "tuple[Member, ...]"]


class Roster:
    """Teams as written, with the people behind them on one day; ``expand`` is the one rule for who they are."""

    def __init__(
        self,
        teams: Mapping[str, Team],
        find: Callable[[Member], Person | None],
        today: datetime.date,
        expand: Expand,
    ) -> None:
        self.teams = dict(teams)
        self._find = find
        self._today = today
        self._expand = expand
        self._known: dict[str, frozenset[str]] = {}

    def people(self, members: Iterable[Member]) -> frozenset[str]:
        """Return the login ids of everybody whom lines bring in on this day."""
        return frozenset(login_id for member in members for login_id in self._people_of(member))

    def names_only(self, members: Sequence[Member], login_ids: Collection[str]) -> bool:
        """Return whether lines bring in nobody else on this day; a person whom nobody has seen is somebody else."""
        found = map(self._find, self._expand(members, self.teams))
        return all(one is not None and one.id in login_ids for one in found)

    def _people_of(self, member: Member) -> frozenset[str]:
        if member.team is not None:
            known = self._known.get(member.team)
            if known is None:
                found = map(self._find, self._expand([member], self.teams))
                known = self._known[member.team] = frozenset(one.id for one in found if one is not None)
            return known
        if member.rule is not None:
            found = map(self._find, self._expand([member], self.teams))
            return frozenset(one.id for one in found if one is not None)
        person = None if self.is_over(member) else self._find(member)
        return frozenset() if person is None else frozenset({person.id})

    def is_over(self, member: Member) -> bool:
        """Return whether a line has expired."""
        return member.until is not None and member.until < self._today

    def change_team(self, name: str, team: Team) -> None:
        """Put another team in place of one."""
        self.teams[name] = team
        self._known.clear()

    def through(self, members: Iterable[Member]) -> set[str]:
        """Return the teams through which lines bring people in, nested teams too."""
        found: set[str] = set()
        ahead = [member.team for member in members if member.team is not None]
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead.extend(one.team for one in self.teams[name].members if one.team is not None)
        return found

    def needs_rule(self, members: Sequence[Member], remove: Iterable[Person]) -> bool:
        """Return whether lines have a rule, or a team with rules or exceptions brings in somebody who must leave."""
        if any(one.rule is not None for one in members):
            return True
        leaving = {person.id for person in remove}
        by_rules = (name for name in self.through(members) if self.teams[name].has_rules or self.teams[name].left_out)
        return any(
            not leaving.isdisjoint(self._people_of(Member(origin=self.teams[name].origin, team=name)))
            for name in by_rules
        )

    def changed(
        self, members: Sequence[Member], add: Iterable[Person], remove: Iterable[Person], names: Names
    ) -> Rewritten:
        """Return the new text of lines by index and the appended lines, both in YAML, with names for comments.

        A team that brings in somebody who must leave is spelled out without them. A plain line replaces an expired line
        that names somebody who comes back.
        """
        leaving = {person.id for person in remove}
        coming = {person.id: person for person in add}
        replaced: dict[int, tuple[str, ...]] = {}
        written = {name for member in members for name in self._means(member)}
        for index, member in enumerate(members):
            if not leaving.isdisjoint(self._people_of(member)):
                replaced[index] = tuple(self._without(member, leaving, written))
            elif self.is_over(member):
                back = next((one for one in coming.values() if member.names(one.id, one.login)), None)
                if back is not None:
                    replaced[index] = (names.person(coming.pop(back.id)),)
        return Rewritten(
            replaced,
            tuple(map(names.person, coming.values())),
            tuple(comment_text(one.name or "") for one in coming.values()),
        )

    def _without(self, member: Member, leaving: set[str], written: set[tuple[str, str]]) -> Iterable[str]:
        """Yield the lines of a team, without those who leave and without those that the list already has."""
        if member.team is None:
            return
        for one in self.teams[member.team].members:
            if not leaving.isdisjoint(self._people_of(one)):
                yield from self._without(one, leaving, written)
            elif written.isdisjoint(self._means(one)) and not self.is_over(one):
                written |= self._means(one)
                yield member_text(one)

    def _means(self, member: Member) -> set[tuple[str, str]]:
        """Return what makes two lines the same: the text, and the person they name, in any spelling."""
        person = self._find(member) if member.team is None and member.rule is None else None
        return {member.key} if person is None else {member.key, ("id", person.id)}
