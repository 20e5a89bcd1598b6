"""The next lock: who may come and go by one reading, and who may not."""

from __future__ import annotations

import msgspec

from reconciler.desired.lock_files import decode_lock, encode_lock, with_found
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Assignments, DesiredGroup, Documents, Entry, Team
from reconciler.model.member import Member
from reconciler.model.people_lock import PeopleLock
from reconciler.model.readings import Reading, Record
from reconciler.model.reference import Reference
from reconciler.model.rules import Condition, Rule
from reconciler.people.expansion import expand_teams
from reconciler.people.new_lock import NewLock, make_lock
from reconciler.people.rule_search import Directory, RuleSearch
from tests.support.values import TODAY

HERE = Origin("a.yaml", 1, 1)
AP = Rule(source="hr", where={"dept": Condition(values=("ap",))})
BOSS = Rule(source="hr", where={"title": Condition(values=("boss",))})
Row = tuple[str, str, str, str, str]


def row(number: int, dept: str = "ap", title: str = "clerk", state: str = "active", login: str = "") -> Row:
    """Return a row of the export: id, login, department, title, state."""
    return f"{number:03}", login or f"p{number}@acme.test", dept, title, state


def rows(count: int, **changed: str) -> dict[int, Row]:
    """Return rows 1 to ``count`` of one department, and twenty of another one."""
    return {
        **{one: row(one, **changed) for one in range(1, count + 1)},
        **{one: row(one, "field", "boss") for one in range(100, 120)},
    }


def reading(some: dict[int, Row], day: int = 1, manager: str = "") -> Reading:
    """Return these rows as a reading of a day."""
    records = tuple(
        Record(
            row=f"row {at}", id=id_, login=login, name=None, state=state,  # type: ignore[arg-type]
            attributes={"dept": (dept,), "title": (title,), **({"manager": (manager,)} if manager else {})},
        )
        for at, (id_, login, dept, title, state) in enumerate(some.values())
    )  # fmt: skip
    values = {
        "dept": {one: (one, 1) for one in ("ap", "field")}, "title": {one: (one, 1) for one in ("clerk", "boss")}
    }  # fmt: skip
    mapped = frozenset(("dept", "title", "manager"))
    return Reading(
        source="hr", records=records, digest=f"{day}{sorted(some)}{len(records)}", as_of=f"2026-11-{day:02}",
        mapped=mapped, filled=dict.fromkeys(mapped, 1.0), values=values,
    )  # fmt: skip


def member(rule: Rule) -> Member:
    """Return a line with a rule."""
    return Member(origin=HERE, rule=rule)


def by_hand(number: int) -> Member:
    """Return a line that names somebody."""
    return Member(origin=HERE, login=f"p{number}@acme.test")


class Kept:
    """Documents with one team, and the lock from run to run."""

    def __init__(self, *members: Member, left_out: tuple[Member, ...] = (), fewest: int = 1, most: int = 50) -> None:
        self.team = Team(name="ap", origin=HERE, members=members, left_out=left_out, fewest=fewest, most=most)
        self.more: tuple[Member, ...] = ()
        self.lock = PeopleLock()
        self.last: NewLock | None = None

    def documents(self) -> Documents:
        """Return the documents with the lock."""
        group = DesiredGroup(members=(Member(origin=HERE, team="ap"), *self.more), origin=HERE, allow_empty=True)
        entry = Entry(origin=HERE, groups={"A": group}, project=Reference(origin=HERE, id="1"))
        one = Assignments(
            origin=HERE, template=Reference(origin=HERE, id="7"), tool=None, groups={}, workflow_manager=None,
            entries=(entry,), company_level=False,
        )  # fmt: skip
        teams = with_found({"ap": self.team}, {}, self.lock)
        return Documents(files=1, written=(one,), teams=teams, lock=self.lock)

    def read(self, some: dict[int, Row], day: int = 1, manager: str = "") -> str:
        """Take a reading in; return who is desired, by number, or the codes of errors."""
        self.last = make_lock(self.documents(), [reading(some, day, manager)])
        if self.last.diagnostics:
            return " ".join(sorted({one.code for one in self.last.diagnostics}))
        self.lock, problems = decode_lock(encode_lock(self.last.lock))
        assert problems == []
        return self.desired()

    def desired(self) -> str:
        """Return who is desired."""
        documents, _ = expand_teams(self.documents(), TODAY)
        members = documents.assignments[0].entries[0].groups["A"].members
        return " ".join(sorted(str(one.login).partition("@")[0] for one in members))

    def held(self) -> int:
        """Return the number of held teams of the last reading."""
        return len(self.last.held) if self.last else 0


EIGHT = "p1 p2 p3 p4 p5 p6 p7 p8"


def test_ids_in_another_form() -> None:
    """All ids change and every login stays: it is refused, and nobody leaves."""
    kept = Kept(member(AP))
    assert kept.read(rows(8)) == EIGHT
    other = {at: (f"00{one[0]}", *one[1:]) for at, one in rows(8).items()}
    assert kept.read(other, 2) == kept.read(other, 9) == "people/identity"


def test_one_id_that_changed() -> None:
    """Somebody who comes back under another id, at the same address, stays; by hand too."""
    kept = Kept(member(AP))
    kept.more = (by_hand(1),)
    assert kept.read(rows(8)) == EIGHT
    again = rows(8)
    again[1] = ("901", *again[1][1:])
    for day in (2, 5, 9):
        assert kept.read(again, day) == EIGHT
    assert [one.id for one in kept.lock.people if one.login == "p1@acme.test"] == ["hr:901"]


def test_an_address_of_somebody_who_left() -> None:
    """Given to somebody else, it would give them the roles: it is refused."""
    kept = Kept(member(AP))
    kept.more = (by_hand(1),)
    kept.read(rows(8))
    gone = rows(8)
    gone[1] = row(1, state="left")
    assert kept.read(gone, 2) == EIGHT.replace("p1 ", "")
    gone.pop(1)
    gone[900] = row(900, login="p1@acme.test")
    assert kept.read(gone, 3) == "people/identity"


def test_logins_that_changed_hands() -> None:
    """One column sorted alone: the logins of others are no renames."""
    kept = Kept(member(AP))
    kept.read(rows(8))
    some = rows(8)
    logins = [one[1] for one in some.values()]
    moved = {at: (one[0], logins[(place + 5) % len(logins)], *one[2:]) for place, (at, one) in enumerate(some.items())}
    assert kept.read(moved, 2) == "people/identity"


def test_many_who_are_missing_twice() -> None:
    """People missing in two files are a loss like any other: the team is held."""
    kept = Kept(member(AP))
    kept.read(rows(8))
    few = {at: one for at, one in rows(8).items() if at in {1, 2} or at >= 100}
    assert kept.read(few, 2) == EIGHT
    assert (kept.read(few | {130: row(130, "field", "boss")}, 5), kept.held()) == (EIGHT, 1)
    one_less = {at: one for at, one in rows(8).items() if at != 3}
    fresh = Kept(member(AP))
    fresh.read(rows(8))
    assert fresh.read(one_less, 2) == EIGHT
    assert fresh.read(one_less | {130: row(130, "field", "boss")}, 5) == EIGHT.replace("p3 ", "")


def test_except_holds_too() -> None:
    """An 'except' that suddenly finds everybody takes nobody out, and its people stay out while they are missing."""
    kept = Kept(member(AP), left_out=(member(BOSS),))
    kept.read(rows(8))
    assert (kept.read(rows(8, title="boss"), 2), kept.held()) == (EIGHT, 1)
    kept = Kept(by_hand(1), by_hand(2), member(AP), left_out=(member(BOSS),))
    some = rows(8)
    some[1] = row(1, title="boss")
    assert kept.read(some) == EIGHT.replace("p1 ", "")
    some.pop(1)
    assert kept.read(some, 2) == EIGHT.replace("p1 ", "")


def test_renamed_and_left_at_once() -> None:
    """A line by hand with the login before is without effect too."""
    kept = Kept(member(AP))
    kept.more = (by_hand(1),)
    kept.read(rows(8))
    some = rows(8)
    some[1] = row(1, state="left", login="new@acme.test")
    without = EIGHT.replace("p1 ", "")
    assert kept.read(some, 2) == without
    some.pop(1)
    assert kept.read(some, 3) == kept.read(some | {130: row(130, "field")}, 9) == without


def test_left_without_an_address() -> None:
    """Addresses of people who left are often taken away: they are known by their ids."""
    kept = Kept(member(AP))
    kept.more = (by_hand(1),)
    kept.read(rows(8))
    some = rows(8)
    some[1] = ("001", "", "ap", "clerk", "left")
    some[900] = ("900", "", "ap", "clerk", "left")
    without = EIGHT.replace("p1 ", "")
    assert kept.read(some, 2) == kept.read(some, 5) == without
    assert kept.last is not None
    assert [one.state for one in kept.lock.people if one.login == "p1@acme.test"] == ["left"]


def test_except_of_another_login() -> None:
    """Both logins of a person are that person, in 'except' by hand and by rule."""
    some = rows(8)
    kept = Kept(member(AP), left_out=(by_hand(1),))
    kept.read(some)
    some[1] = row(1, login="new@acme.test")
    assert kept.read(some, 2) == EIGHT.replace("p1 ", "")
    kept = Kept(by_hand(1), member(AP), left_out=(member(BOSS),))
    some = rows(8)
    some[1] = row(1, title="boss")
    kept.read(some)
    some[1] = row(1, title="boss", login="new@acme.test")
    assert kept.read(some, 2) == EIGHT.replace("p1 ", "")


def test_limits_are_not_the_rule() -> None:
    """Another 'max' switches no protection off; a missing person stays through a new rule as well."""
    kept = Kept(member(AP))
    kept.read(rows(8))
    kept.team = msgspec.structs.replace(kept.team, most=60)
    assert (kept.read(rows(2) | {at: row(at, "field") for at in range(3, 9)}, 2), kept.held()) == (EIGHT, 1)
    kept.team = msgspec.structs.replace(
        kept.team, members=(member(Rule(source="hr", where={"dept": Condition(values=("a*",))})),)
    )
    assert kept.read({at: one for at, one in rows(8).items() if at != 2}, 3) == EIGHT


def test_a_new_rule_that_finds_too_few() -> None:
    """The people of the rule before are not those of the new one: it is an error."""
    kept = Kept(member(AP), fewest=2)
    kept.read(rows(8))
    board = Rule(source="hr", where={"dept": Condition(values=("ap",)), "title": Condition(values=("boss",))})
    kept.team = msgspec.structs.replace(kept.team, members=(member(board),))
    assert kept.read(rows(8), 2) == "people/too-few"
    slip = Rule(source="hr", where={"dept": Condition(values=("app",))})
    kept.team = msgspec.structs.replace(kept.team, members=(member(slip),))
    assert kept.read(rows(8), 3) == "people/unknown-value"  # which is why it finds nobody


def test_people_found_through_somebody_missing() -> None:
    """While a manager is missing, those below stay."""
    kept = Kept(member(Rule(source="hr", reports_to="p1@acme.test")))
    some = rows(8)

    def chain(without: int = 0, day: int = 1) -> str:
        made = reading({at: one for at, one in some.items() if at != without and at < 100}, day)
        above = {"001": "", "002": "001", "003": "002", "004": "002"}
        records = tuple(
            msgspec.structs.replace(one, attributes={**one.attributes, "manager": (above.get(one.id) or "x",)})
            for one in made.records
        )
        kept.last = make_lock(kept.documents(), [msgspec.structs.replace(made, records=records)])
        assert kept.last.diagnostics == ()
        kept.lock, _ = decode_lock(encode_lock(kept.last.lock))
        return kept.desired()

    assert chain() == "p2 p3 p4"
    assert chain(without=2, day=2) == "p2 p3 p4"


def test_a_former_login_that_somebody_else_has() -> None:
    """Once the former login is that of somebody else, found by a rule or not, it leads to nobody any more."""
    kept = Kept(member(AP))
    kept.read(rows(4))
    renamed = {**rows(4), 1: row(1, login="new@acme.test")}
    assert kept.read(renamed, 2) == "new p2 p3 p4"
    assert kept.lock.renamed() == {"p1@acme.test": "new@acme.test"}
    assert kept.lock.other_logins() == {"p1@acme.test": "new@acme.test", "new@acme.test": "p1@acme.test"}
    assert kept.read({**renamed, 9: row(9, "field", login="P1@acme.test")}, 3) == "new p2 p3 p4"
    assert kept.lock.renamed() == {}


def test_except_in_another_case() -> None:
    """Whom 'except' names in another case is out of a team whose managers are asked for."""
    one = Team(name="x", origin=HERE, members=(by_hand(1),), left_out=(Member(origin=HERE, login="P1@ACME.test"),))
    some = reading({1: row(1), 2: row(2)}, manager="p2@acme.test")
    search = RuleSearch({"x": one}, {"hr": Directory(some)})
    assert search.found([member(Rule(source="hr", manager_of="team:x"))]) == {}
    named = msgspec.structs.replace(one, left_out=())
    search = RuleSearch({"x": named}, {"hr": Directory(some)})
    assert set(search.found([member(Rule(source="hr", manager_of="team:x"))])) == {"p2@acme.test"}
