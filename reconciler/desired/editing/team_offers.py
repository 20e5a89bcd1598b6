"""Finds teams that could be changed in place of lists, and changes those that were accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.adoption import EditList, TeamOffer, Wish
from reconciler.model.member import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.desired.editing.roster import Roster
    from reconciler.desired.names import Names
    from reconciler.model.diagnostics import Origin
    from reconciler.model.live import Person

__all__ = ["accept", "find_offers"]

_Follower = tuple[str, str | None]
_FEWEST_LISTS_THAT_GAIN = 2  # one list that gains somebody says nothing of its team


def find_offers(
    wishes: Iterable[Wish],
    lists: Mapping[Origin, Sequence[Member]],
    followers: Mapping[Origin, Sequence[_Follower]],
    roster: Roster,
) -> list[TeamOffer]:
    """Return the teams whose every role gains the same person, or loses the same person whom the team itself names."""
    filled: dict[str, list[_Follower]] = {}
    listed: dict[_Follower, Origin] = {}
    for origin, members in lists.items():
        for follower in followers.get(origin, ()):
            listed[follower] = origin
            for team in roster.through(members):
                filled.setdefault(team, []).append(follower)
    gaining: dict[tuple[str, str], tuple[Person, set[_Follower]]] = {}
    losing: dict[tuple[str, str], tuple[Person, set[_Follower]]] = {}
    for wish in wishes:
        follower = (wish.address, wish.group)
        members = lists[listed[follower]] if follower in listed else ()
        own = {member.team for member in members if member.team is not None}
        for person in wish.add:
            for team in own:
                gaining.setdefault((team, person.id), (person, set()))[1].add(follower)
        for person in wish.remove:
            for team in roster.through(members):
                if _names(roster.teams[team].members, person):
                    losing.setdefault((team, person.id), (person, set()))[1].add(follower)
    offers = [_offer(one, filled, roster, adds=False) for one in losing.items()]
    offers.extend(
        _offer(one, filled, roster, adds=True) for one in gaining.items() if len(one[1][1]) >= _FEWEST_LISTS_THAT_GAIN
    )
    return sorted((one for one in offers if one is not None), key=lambda one: (one.team, one.person.id, one.adds))


def _offer(
    candidate: tuple[tuple[str, str], tuple[Person, set[_Follower]]],
    filled: Mapping[str, Sequence[_Follower]],
    roster: Roster,
    *,
    adds: bool,
) -> TeamOffer | None:
    (team, _), (person, changing) = candidate
    if changing != set(filled[team]) or roster.teams[team].has_rules or roster.teams[team].left_out:
        return None
    return TeamOffer(team=team, origin=roster.teams[team].origin, person=person, adds=adds, lists=len(changing))


def _names(members: Iterable[Member], person: Person) -> bool:
    return any(member.names(person.id, person.login) for member in members)


def accept(
    offers: Sequence[TeamOffer], wishes: Sequence[Wish], roster: Roster, names: Names
) -> Iterator[tuple[EditList, tuple[Wish, ...]]]:
    """Change teams, in the roster too, and give the edits with the wishes they are for."""
    by_team: dict[str, list[TeamOffer]] = {}
    for offer in offers:
        by_team.setdefault(offer.team, []).append(offer)
    for team, accepted in by_team.items():
        members = roster.teams[team].members
        add = [offer.person for offer in accepted if offer.adds]
        remove = [offer.person for offer in accepted if not offer.adds]
        changed = roster.changed(members, add, remove, names)
        replaced = {index: texts for index, texts in changed.replaced.items() if members[index].team is None}
        moved = {offer.person.id for offer in accepted}
        about = tuple(wish for wish in wishes if not moved.isdisjoint(one.id for one in (*wish.add, *wish.remove)))
        edit = EditList(
            origin=roster.teams[team].origin,
            replaced=replaced,
            appended=changed.appended,
            remarks=changed.remarks,
            is_group=False,
        )
        roster.change_team(team, msgspec.structs.replace(roster.teams[team], members=_after(members, edit, add)))
        yield edit, about


def _after(members: Sequence[Member], edit: EditList, add: Sequence[Person]) -> tuple[Member, ...]:
    """Return the lines of a team that stay, with those who come by their login ids."""
    stay = [one for index, one in enumerate(members) if index not in edit.replaced]
    return (*stay, *(Member(origin=edit.origin, login_id=one.id) for one in add))
