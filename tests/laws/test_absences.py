"""Absences on every day of two months: nobody who is away holds a role, and everybody is back afterwards."""

from __future__ import annotations

import datetime
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.kinds.absences_kind import KIND
from reconciler.desired.kinds.kind import Reading
from reconciler.model.absences import Absence, away_on
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import DesiredGroup
from reconciler.model.member import Member
from reconciler.planning.scope.absent_people import Roles
from tests.support.examples import examples

FIRST = datetime.date(2027, 1, 1)
DAYS = 60
HERE = Origin("a.yaml", 1, 1)


def member(number: int) -> Member:
    """Return somebody."""
    return Member(origin=HERE, login=f"p{number}@acme.test")


def some_absences(chance: random.Random) -> tuple[Absence, ...]:
    """Return absences that documents may hold: each is taken in if it contradicts no other."""
    found: list[Absence] = []
    for _ in range(chance.randint(1, 12)):
        begins = FIRST + datetime.timedelta(days=chance.randrange(DAYS))
        keeps = chance.random() < 0.2
        one = Absence(
            person=member(chance.randrange(8)),
            begins=begins,
            ends=begins + datetime.timedelta(days=chance.randrange(20)),
            origin=HERE,
            replacement=None if keeps and chance.random() < 0.5 else member(chance.randrange(8)),
            keeps=keeps,
            projects=chance.choice((None, None, ("P",), ("Q*",))),
        )
        _, wrong = KIND.merge([[*found, one]], Reading())
        if not wrong:
            found.append(one)
    return tuple(found)


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32))
def test_every_day(seed: int) -> None:
    """Each day: nobody twice, nobody who is away, nobody whom no absence explains, and never an empty role."""
    chance = random.Random(seed)
    absences = some_absences(chance)
    written = tuple(member(one) for one in sorted(chance.sample(range(8), chance.randint(1, 5))))
    group = DesiredGroup(members=written, origin=HERE)
    named = {str(one) for one in written}
    for offset in range(-1, DAYS + 30):
        day = FIRST + datetime.timedelta(days=offset)
        on = {str(one.person): one for one in absences if one.is_on(day) and one.concerns("R", "P")}
        found = Roles(away_on(absences, day, {}), "P", {}).group("R", group)
        there = [str(one) for one in found.members]
        assert there, "a role is never emptied by absences"
        assert len(set(there)) == len(there)
        gone = {person for person, one in on.items() if not one.keeps}
        assert not gone & set(there)
        assert named - gone <= set(there), "who is there keeps the role"
        replacing = {str(one.replacement) for person, one in on.items() if one.replacement is not None}
        assert set(there) - named <= replacing
        if not on:
            assert set(there) == named
