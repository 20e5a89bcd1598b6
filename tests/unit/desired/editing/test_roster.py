"""Who is behind written lists, and how they read with others in them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.desired.editing import Roster
from reconciler.desired.editing.roster import Rewritten
from reconciler.desired.names import Names
from reconciler.model.documents import Team
from reconciler.model.live import Catalogue
from reconciler.model.member import Member
from reconciler.people.expansion import expand_members
from tests.support.cases import HERE, TODAY, member, person

if TYPE_CHECKING:
    from reconciler.model.live import Person

EVERYBODY = {number: person(number) for number in range(1, 9)}
NAMES = Names(Catalogue(templates=(), projects=()), EVERYBODY.values())


def find(line: Member) -> Person | None:
    """Find a person by a line."""
    return next((one for one in EVERYBODY.values() if line.names(one.id, one.login)), None)


def team(name: str) -> Member:
    """Return a line that names a team."""
    return Member(origin=HERE, team=name)


def until(number: int, day: str) -> Member:
    """Return a line with a last day."""
    return Member(origin=HERE, login=f"p{number}@acme.test", until=datetime.date.fromisoformat(day), reason="leave")


def roster() -> Roster:
    """Return a roster with a team in a team, one of whose members is over."""
    inner = Team(name="in", members=(member(1), member(2), until(7, "2020-01-01")), origin=HERE)
    outer = Team(name="out", members=(team("in"), member(3), until(4, "2099-12-31")), origin=HERE)
    return Roster(
        {"in": inner, "out": outer}, find, TODAY, lambda members, teams: expand_members(members, teams, TODAY)
    )


def test_people_behind_lines() -> None:
    """Teams within teams, each once, without those whose last day is over and those whom nobody has seen."""
    assert roster().people([team("out"), member(99)]) == {"1", "2", "3", "4"}
    assert roster().through([team("out")]) == {"out", "in"}


def test_a_team_is_spelled_out_without_whoever_leaves() -> None:
    """As deep as it must be; what stands in the list already, in whatever words, is not written again."""
    lines = [member(2, by_id=True), team("out")]
    assert roster().changed(lines, [], [person(1)], NAMES) == Rewritten(
        {1: ("P3@acme.test", "{person: p4@acme.test, until: 2099-12-31, reason: leave}")}
    )
    assert roster().changed([team("out")], [person(5)], [person(3)], NAMES) == Rewritten(
        {0: ("team:in", "{person: p4@acme.test, until: 2099-12-31, reason: leave}")}, ("p5@acme.test",), ("P5",)
    )


def test_whoever_comes_back_takes_the_place_of_the_line_that_is_over() -> None:
    """A second line for them would be one too many; other lines that are over stay."""
    lines = [until(5, "2020-01-01"), until(6, "2020-01-01"), member(1)]
    assert roster().changed(lines, [person(5), person(8)], [], NAMES) == Rewritten(
        {0: ("p5@acme.test",)}, ("p8@acme.test",), ("P8",)
    )


def test_a_team_that_changed() -> None:
    """Everybody who asks afterwards sees it."""
    one = roster()
    assert one.people([team("out")]) == {"1", "2", "3", "4"}
    one.change_team("in", Team(name="in", members=(), origin=HERE))
    assert one.people([team("out")]) == {"3", "4"}
