"""A simulated year of an HR system: whatever happens there, the lock takes out leavers and nobody else by mistake."""

from __future__ import annotations

import datetime
import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.lock_files import decode_lock, encode_lock, with_found
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Assignments, DesiredGroup, Documents, Entry, Team
from reconciler.model.member import Member
from reconciler.model.people_lock import PeopleLock
from reconciler.model.readings import Reading, Record
from reconciler.model.reference import Reference
from reconciler.model.rules import Condition, Rule
from reconciler.model.sources import Limits
from reconciler.people.expansion import expand_teams
from reconciler.people.new_lock import make_lock
from reconciler.people.whole_readings import judge_reading
from tests.support.examples import examples

HERE = Origin("a.yaml", 1, 1)
DEPARTMENTS = ("ap", "field", "hq")
DAYS = 40


class Company:
    """People with their department, state and manager; each day something happens."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.people: dict[str, tuple[str, str, str]] = {}  # login, department, state by id
        self.former: dict[str, set[str]] = {}
        self.next = 0
        for _ in range(40):
            self.join()

    def join(self) -> None:
        """Hire somebody."""
        self.next += 1
        self.people[f"{self.next:04}"] = (f"p{self.next}@acme.test", self.chance.choice(DEPARTMENTS), "active")

    def live_a_day(self) -> None:
        """Let some people join, move, go on leave, be renamed, leave, or come back."""
        for _ in range(self.chance.randint(0, 4)):
            one = self.chance.choice(sorted(self.people))
            login, department, state = self.people[one]
            self.former.setdefault(one, set()).add(login)
            match self.chance.choice(("join", "move", "leave", "absent", "rename", "back", "left")):
                case "join":
                    self.join()
                case "move":
                    self.people[one] = (login, self.chance.choice(DEPARTMENTS), state)
                case "absent" if state == "active":
                    self.people[one] = (login, department, "absent")
                case "back":
                    self.people[one] = (login, department, "active")
                case "rename":
                    self.people[one] = (f"n{self.chance.randint(0, 10**9)}@acme.test", department, state)
                case "left":
                    self.people[one] = (login, department, "left")
                case _:
                    pass

    def reorganise(self) -> None:
        """Move most of a department, or give all of it other logins."""
        old, new = self.chance.sample(DEPARTMENTS, 2)
        moves = self.chance.random() < 0.5
        for one, (login, department, state) in list(self.people.items()):
            if department == old and moves and self.chance.random() < 0.8:
                self.people[one] = (login, new, state)
            elif department == old and not moves:
                self.former.setdefault(one, set()).add(login)
                self.people[one] = (f"r{self.chance.randint(0, 10**9)}@acme.test", department, state)

    def reading(self, day: int, lost: float = 0.0) -> Reading:
        """Return what an export of a day holds, in any order; ``lost`` is the share of rows that it lacks."""
        records = [
            Record(row=one, id=one, login=login, name=None, state=state, attributes={"dept": (department,)})  # type: ignore[arg-type]
            for one, (login, department, state) in self.people.items()
            if self.chance.random() >= lost
        ]
        self.chance.shuffle(records)
        there = [one for one in records if one.state != "left"]
        values: dict[str, tuple[str, int]] = {one: (one, 1) for one in DEPARTMENTS}
        moment = datetime.date(2026, 1, 1) + datetime.timedelta(days=day)
        return Reading(
            source="hr", records=tuple(records), digest=f"{day}-{len(records)}", as_of=moment.isoformat(),
            mapped=frozenset(("dept",)), filled={"dept": 1.0 if there else 0.0}, values={"dept": values},
        )  # fmt: skip


def documents(lock: PeopleLock) -> Documents:
    """Return documents with a team of each department, and with three people whom a line names by hand."""
    teams = {
        one: Team(
            name=one,
            origin=HERE,
            members=(Member(origin=HERE, rule=Rule(source="hr", where={"dept": Condition(values=(one,))})),),
            most=1000,
        )
        for one in DEPARTMENTS
    }
    by_hand = tuple(Member(origin=HERE, login=f"p{number}@acme.test") for number in (1, 2, 3))
    groups = {
        one: DesiredGroup(members=(Member(origin=HERE, team=one), *by_hand), origin=HERE, allow_empty=True)
        for one in DEPARTMENTS
    }
    entry = Entry(origin=HERE, groups=groups, project=Reference(origin=HERE, id="1"))
    one = Assignments(
        origin=HERE, template=Reference(origin=HERE, id="7"), tool=None, groups={}, workflow_manager=None,
        entries=(entry,), company_level=False,
    )  # fmt: skip
    return Documents(files=1, written=(one,), teams=with_found(teams, {}, lock), lock=lock)


def desired(lock: PeopleLock) -> set[str]:
    """Return everybody whom documents ask for with a lock."""
    expanded, _ = expand_teams(documents(lock), datetime.date(2026, 6, 1))
    groups = expanded.assignments[0].entries[0].groups
    return {str(one.login) for group in groups.values() for one in group.members}


def written(lock: PeopleLock) -> PeopleLock:
    """Return a lock as the next run reads it."""
    read, problems = decode_lock(encode_lock(lock))
    assert problems == []
    return read


@settings(max_examples=examples(20))  # each is a year of 40 days
@given(st.integers(0, 2**32))
def test_a_year(seed: int) -> None:
    """On every day: who left is desired nowhere, a torn reading changes nothing, and the lock is stable."""
    company = Company(random.Random(seed))
    lock = written(make_lock(documents(PeopleLock()), [company.reading(0)]).lock)
    for day in range(1, DAYS):
        company.live_a_day()
        if company.chance.random() < 0.1:
            company.reorganise()
        torn = company.reading(day, lost=company.chance.choice((0.0, 0.0, 0.0, 0.02, 0.3)))
        there = {login for login, _, state in company.people.values() if state != "left"}
        gone_ids = {one for one, (_, _, state) in company.people.items() if state == "left"}
        left = {company.people[one][0] for one in gone_ids}
        before, asked_before = lock, desired(lock)
        if list(judge_reading(torn, Limits(), lock)):
            continue
        new = make_lock(documents(lock), [torn])
        assert new.diagnostics == ()
        lock = written(new.lock)
        asked = desired(lock)
        seen = {one.login for one in torn.records}
        # who left, as far as this reading shows, is desired nowhere, by hand neither, nor by the login before
        assert not asked & left & seen
        last = {one.was for one in lock.people if one.state == "left"} | {
            one.login for one in before.people if one.id[3:] in gone_ids and company.people[one.id[3:]][0] in seen
        }
        assert not asked & last
        # nobody is out but who left, moved, was renamed, or is lacking in a second reading
        noted = {one.id for one in before.missing}
        for login in asked_before - asked:
            known = next((one for one in before.people if one.login == login), None)
            assert known is None or login in left or login in seen or known.id in noted or login not in there, login
        # a login that a person no longer has is nobody's
        old = {one.login for one in before.people} - {one.login for one in torn.records}
        lacking_now = {one.login for one in lock.people if one.state in {"missing", "left"}}
        assert not {login for one in lock.teams.values() for login in one.members} & old - lacking_now
        # the same reading again, in another order, changes not one byte
        records = list(torn.records)
        company.chance.shuffle(records)
        again = make_lock(documents(lock), [msgspec.structs.replace(torn, records=tuple(records))])
        assert encode_lock(again.lock) == encode_lock(lock)
        assert again.changes == ()
        # a held team loses who left, and nobody else
        for held in new.held:
            gone = set(before.teams[held.team].members) - set(lock.teams[held.team].members)
            now = {one.id: one.login for one in lock.people}
            renamed = {one.login for one in before.people if now.get(one.id, one.login) != one.login}
            lacking = {one.login for one in before.people if one.id in noted}
            last = {one.login for one in before.people if one.id[3:] in gone_ids}
            assert gone <= last | renamed | lacking
