"""What the days before tell guards: removals add up, overrides of then account for some, and what returns is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.model.diagnostics import Origin
from reconciler.model.live import Person
from reconciler.model.memory import ManagedAgain, Memory, PastRemoval
from reconciler.model.policy import Limit
from reconciler.planning.guards.judgement import judge
from reconciler.planning.guards.lookback import lost_before
from reconciler.planning.guards.overrides import lift
from tests.support.cases import case, change, group, limits, lines, member, override, person

if TYPE_CHECKING:
    from reconciler.model.memory import GroupKey
    from reconciler.model.plan import PresetChange
    from reconciler.model.policy import Override

ADDRESS = "projects/1042/templates/12"
KEY = (ADDRESS, "accounting")
TWO = Limit(count=2, percent=25)


def past(
    *numbers: int, key: GroupKey = KEY, overrides: tuple[Override, ...] = ()
) -> dict[GroupKey, tuple[PastRemoval, ...]]:
    """Return people whom one group lost, under these overrides."""
    return {
        key: tuple(
            PastRemoval(address=key[0], uuid=key[1], role="Accounting", person=person(one), overrides=overrides)
            for one in numbers
        )
    }


def losing(*numbers: int) -> PresetChange:
    """Return a group that keeps five, and loses people."""
    return change(group(keep=range(20, 25), remove=numbers, adopted=False))


def codes(memory: Memory | None, *overrides: Override, losing_now: PresetChange | None = None) -> list[str]:
    """Return the codes of what is told of a group that loses one now."""
    changes = losing(1) if losing_now is None else losing_now
    judged = judge(case(changes, policy=limits(group=TWO, overrides=overrides), memory=memory))
    return [one.code for one in judged.diagnostics if one.code != "policy/loses-everything"]


@pytest.mark.parametrize(
    ("lost", "stopped"),
    [((), False), ((2,), False), ((2, 3), True), ((2, 3, 4), True), ((1, 2), False)],
    ids=["none", "at the limit", "one more", "two more", "who goes now counts once"],
)
def test_removals_add_up(lost: tuple[int, ...], stopped: bool) -> None:  # noqa: FBT001 - a case
    """One now and those of before, of the five that stay and all that went; two or a quarter may go."""
    assert ("policy/group-removals" in codes(Memory(removals=past(*lost)))) is stopped


def test_the_message_counts_both() -> None:
    """It says how many go now, how many went, and who they were."""
    (told,) = [
        one.finding
        for one in judge(case(losing(1), policy=limits(group=TWO), memory=Memory(removals=past(2, 3)))).diagnostics
        if one.code == "policy/group-removals"
    ]
    assert told == (
        "Template 12 · Project 1042 · Accounting would lose 1 of 6 people, and lost 2 in the last 14 days (P2, P3) "
        "(limit 2 or 25 %)"
    )


def test_what_only_another_group_lost_does_not_count() -> None:
    """Nor does a memory stop a group that loses nobody now."""
    assert "policy/group-removals" not in codes(Memory(removals=past(2, 3, 4, key=(ADDRESS, "legal"))))
    adding = change(group(keep=range(20, 25), add=[9]))
    assert codes(Memory(removals=past(2, 3, 4)), losing_now=adding) == []


@pytest.mark.parametrize(
    ("then", "now", "left"),
    [
        ((), (), 3),
        ((override("*", 2),), (), 1),
        ((override("*", 9),), (), 0),
        ((override("*", 9, role="Legal"),), (), 3),
        ((override("*", 9, person=member(3)),), (), 2),
        ((override("*", 1), override("projects/*", 1)), (), 1),
        ((), (override("*", 3),), 1),  # one of the three goes to the removal of now
        ((), (override("*", 3, "2026-11-01"),), 3),
        ((override("*", 3),), (override("*", 3),), 0),
        ((), (override("*", 1, person=member(2)),), 2),  # it lifts nothing now, so all of it is left
    ],
)
def test_overrides_account_for_removals_of_before(
    then: tuple[Override, ...], now: tuple[Override, ...], left: int
) -> None:
    """Those of then by their whole size, a new one by what this plan leaves of it; each once."""
    judged = case(
        losing(1), policy=limits(overrides=now), memory=Memory(removals=past(2, 3, 4, overrides=then), overrides=then)
    )
    assert len(lost_before(judged, lift(judged)).get(KEY, [])) == left


def test_an_override_that_was_not_in_force() -> None:
    """One that stood there at another time lifts nothing of what went without it."""
    then = (override("*", 9),)
    judged = case(losing(1), policy=limits(), memory=Memory(removals=past(2, 3, 4), overrides=then))
    assert len(lost_before(judged, lift(judged)).get(KEY, [])) == 3


@pytest.mark.parametrize(
    ("members", "gone", "lost", "stopped"),
    [
        ({"1", "20", "21"}, (1,), (), False),
        ({"1", "2", "3", "20"}, (1, 2, 3), (), True),
        ({"1", "20", "21", "22"}, (1, 2, 3), (), False),  # two of them came since
        ({"1", "9", "8", "20"}, (1,), (8, 9), True),
        ({"login:p1@acme.test", "2", "3", "20"}, (1, 2, 3), (), True),
    ],
)
def test_the_size_of_before_counts(
    members: set[str],
    gone: tuple[int, ...],
    lost: tuple[int, ...],
    stopped: bool,  # noqa: FBT001 - a case
) -> None:
    """Of those who stood there some days ago no more go than of so many may, however many came since."""
    now = change(group(keep=range(20, 60), remove=gone, adopted=False))
    memory = Memory(removals=past(*lost), members={KEY: frozenset(members)})
    assert ("policy/group-removals" in codes(memory, losing_now=now)) is stopped


def test_an_override_that_is_used_again() -> None:
    """It is told where it stood there when people went under it, and not where it is new, or nobody did."""
    one = override("*", 5)
    assert "policy/override-used-before" in codes(Memory(removals=past(2), overrides=(one,)), one)
    assert "policy/override-used-before" not in codes(Memory(removals=past(2)), one)
    assert "policy/override-used-before" not in codes(Memory(overrides=(one,)), one)


@pytest.mark.parametrize(("until", "told"), [("2027-02-21", False), ("2027-02-22", True)])
def test_ninety_days(until: str, told: bool) -> None:  # noqa: FBT001 - a case
    """The ninetieth day is no reason to tell."""
    assert ("policy/override-too-long" in codes(None, override("*", 5, until))) is told


def test_what_is_not_known() -> None:
    """It is told where anybody goes, and nowhere else."""
    unknown = Memory(unknown="this clone is shallow")
    assert "policy/no-memory" in codes(unknown)
    assert codes(unknown, losing_now=change(group(keep=[20], add=[9]))) == []


def test_roles_that_come_back_and_roles_that_are_new() -> None:
    """A group managed again; and one that loses people for the first time in the days since it is managed."""
    again = ManagedAgain(title="Template 12 · Project 1042 · Accounting", origin=Origin("a.yaml", 1, 1))
    judged = judge(
        case(losing(1), policy=limits(), memory=Memory(earlier="f" * 40, managed=frozenset(), again=(again,)))
    )
    assert [one for one in lines(judged.diagnostics) if "-managed" in one or "managed-" in one] == [
        "warning policy/lately-managed 1 group loses people for the first time, less than 14 days after their adoption "
        "(Template 12 · Project 1042 · Accounting): check that these people are meant to go",
        "warning policy/managed-again 1 group is managed again that ffffffffffff managed and the base does not "
        "(Template 12 · Project 1042 · Accounting): people removed in between are not counted, so check who is missing",
    ]
    known = Memory(earlier="f" * 40, managed=frozenset({KEY}))
    assert codes(known) == []


def test_people_without_a_name() -> None:
    """They are told by login, or by id."""
    nobody = (
        PastRemoval(address=ADDRESS, uuid="accounting", role="Accounting", person=Person("", "x@acme.test")),
        PastRemoval(address=ADDRESS, uuid="accounting", role="Accounting", person=Person("77")),
    )
    judged = judge(case(losing(1), policy=limits(group=TWO), memory=Memory(removals={KEY: nobody})))
    assert "(x@acme.test, login id 77)" in "".join(lines(judged.diagnostics))
