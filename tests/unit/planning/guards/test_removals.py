"""Guards over removals, each in a table: just under, at and just over what it allows."""

from __future__ import annotations

import re

import pytest

from reconciler.model.policy import Limit
from reconciler.planning.guards.overrides import lift
from reconciler.planning.guards.removals import (
    empties_group,
    first_adoption,
    group_removals,
    run_removals,
    whole_group,
)
from tests.support.cases import case, change, group, limits, lines, member, override

DEFAULT = Limit(count=2, percent=25)


@pytest.mark.parametrize(
    ("live", "removed", "limit", "stops"),
    [
        (0, 0, DEFAULT, False),
        (1, 1, DEFAULT, False),
        (2, 2, DEFAULT, False),
        (3, 2, DEFAULT, False),
        (3, 3, DEFAULT, True),
        (10, 1, DEFAULT, False),
        (10, 2, DEFAULT, False),  # the count decides: 25 % are 2.5
        (10, 3, DEFAULT, True),
        (11, 3, DEFAULT, True),  # 25 % are 2.75
        (12, 3, DEFAULT, False),  # 25 % are 3: the percent decides, and at the limit is allowed
        (12, 4, DEFAULT, True),
        (100, 24, DEFAULT, False),
        (100, 25, DEFAULT, False),
        (100, 26, DEFAULT, True),
        (100, 100, DEFAULT, True),
        (100, 1, Limit(count=0, percent=0), True),
        (100, 0, Limit(count=0, percent=0), False),
        (100, 1, Limit(count=0, percent=1), False),
        (100, 2, Limit(count=0, percent=1), True),
        (99, 1, Limit(count=0, percent=1), True),
        (100, 50, Limit(count=50, percent=0), False),
        (100, 51, Limit(count=50, percent=0), True),
        (100, 100, Limit(count=0, percent=100), False),
    ],
)
def test_group_removals(live: int, removed: int, limit: Limit, *, stops: bool) -> None:
    """Above the larger of count and percent of the live members, without rounding."""
    one = change(group(keep=range(1, live - removed + 1), remove=range(live - removed + 1, live + 1), add=[500]))
    judged = case(one, policy=limits(group=limit))
    found = lines(group_removals(judged, lift(judged)))
    where = "Template 12 · Project 1042 · Accounting"
    people = f"{where} would lose {removed} of {live} people (limit {limit}); to allow it: add to policy.yaml"
    assert [line.startswith(f"error policy/group-removals {people}") for line in found] == ([True] if stops else [])


@pytest.mark.parametrize(
    ("managed", "removed", "limit", "stops"),
    [
        (0, 0, None, False),
        (50, 9, None, False),
        (50, 10, None, False),  # the count decides
        (50, 11, None, True),
        (100, 10, None, False),
        (109, 11, None, True),  # 10 % are 10.9
        (110, 11, None, False),  # the percent decides
        (110, 12, None, True),
        (2000, 200, None, False),
        (2000, 201, None, True),
        (2000, 1, Limit(count=0, percent=0), True),
    ],
)
def test_run_removals(managed: int, removed: int, limit: Limit | None, *, stops: bool) -> None:
    """Above the larger of count and percent of everything managed, over all presets together."""
    changes = [
        change(group(keep=range(900, 1000), remove=range(first + 1, min(first + 7, removed) + 1)), project=str(first))
        for first in range(0, removed, 7)
    ]
    limit = limit or Limit(count=10, percent=10)
    judged = case(*changes, policy=limits(run=limit), managed=managed)
    found = lines(run_removals(judged, lift(judged)))
    words = f"error policy/run-removals the plan removes {removed} of {managed:,} managed roles (limit {limit})"
    assert [line.startswith(words) for line in found] == ([True] if stops else [])
    if stops:
        assert "to allow it: make smaller steps, add only (--adds-only), or, if all of it is meant, add to" in found[0]


@pytest.mark.parametrize(
    ("keep", "remove", "add", "told"),
    [
        (0, 0, 1, None),
        (0, 1, 1, "warning"),
        (0, 2, 1, "warning"),
        (0, 3, 1, "error"),
        (0, 10, 10, "error"),
        (0, 100, 1, "error"),
        (1, 2, 1, None),
        (1, 99, 0, None),
        (0, 1, 0, None),  # that is an emptied group
        (0, 2, 0, None),
        (0, 3, 0, "error"),
    ],
)
def test_whole_group(keep: int, remove: int, add: int, told: str | None) -> None:
    """Nobody stays: an error from three people on, a warning for one or two who are replaced."""
    one = change(group(keep=range(1, keep + 1), remove=range(200, 200 + remove), add=range(400, 400 + add)))
    judged = case(one, policy=limits())
    found = list(whole_group(judged, lift(judged)))
    assert [one.severity for one in found] == ([told] if told else [])
    words = re.compile(rf"all members of [^()]+ \({remove}\) would be re(?:placed|moved)")
    assert all(words.match(one.message) for one in found)
    assert all(("; to allow it: " in one.message) == (told == "error") for one in found)


@pytest.mark.parametrize(
    ("keep", "remove", "add", "allow_empty", "told"),
    [
        (0, 0, 0, False, None),
        (0, 1, 0, False, "error"),
        (0, 10, 0, False, "error"),
        (0, 10, 0, True, "warning"),
        (0, 1, 0, True, "warning"),
        (1, 9, 0, False, None),
        (0, 1, 1, False, None),
    ],
)
def test_empties_group(keep: int, remove: int, add: int, allow_empty: bool, told: str | None) -> None:  # noqa: FBT001
    """Nobody is left: an error, or a warning where the documents say that this is meant."""
    one = group(
        keep=range(1, keep + 1), remove=range(20, 20 + remove), add=range(40, 40 + add), allow_empty=allow_empty
    )
    found = list(empties_group(case(change(one))))
    assert [one.severity for one in found] == ([told] if told else [])
    if told == "error":
        assert found[0].message.endswith("to allow it: {members: [], allow_empty: true} at a.yaml:9:7")


@pytest.mark.parametrize(
    ("adopted", "removed", "told"),
    [(True, 0, []), (True, 1, ["error"]), (False, 9, []), (None, 0, []), (None, 2, ["note"])],
)
def test_first_adoption(adopted: bool | None, removed: int, told: list[str]) -> None:  # noqa: FBT001
    """A group that the base did not manage loses nobody; without a base one note says that nobody can tell."""
    one = change(group(keep=[1], remove=range(2, 2 + removed), add=[50], adopted=adopted))
    judged = case(one, change(group(keep=[1], add=[2], adopted=adopted), project="7"))
    found = list(first_adoption(judged, lift(judged)))
    assert [one.severity for one in found] == told
    if told == ["error"]:
        said = (
            "is managed for the first time and would lose 1 of 2 people; to allow it: begin with --adds-only; for the"
        )
        assert said in found[0].message


def test_a_first_adoption_that_adds_nobody_does_not_begin_with_adding() -> None:
    """There would be nothing to apply."""
    judged = case(change(group(keep=[1], remove=[2], adopted=True)))
    assert "to allow it: write a file policy.yaml" in next(first_adoption(judged, lift(judged))).message


def test_two_groups_without_a_base_are_one_note() -> None:
    """However many groups lose people."""
    judged = case(change(group(keep=[1], remove=[2])), change(group(keep=[1], remove=[2]), project="7"))
    assert [one.severity for one in first_adoption(judged, lift(judged))] == ["note"]


def test_additions_do_not_make_up_for_removals() -> None:
    """Ninety-nine people more do not let three of four go."""
    one = change(group(keep=[1], remove=[2, 3, 4], add=range(100, 199)))
    judged = case(one)
    assert [found.code for found in group_removals(judged, lift(judged))] == ["policy/group-removals"]


def test_what_an_override_lifts_is_not_counted() -> None:
    """The rest is held against the limits, and the message says so; only a whole override lifts a whole group."""
    one = change(group(keep=range(10, 20), remove=[1, 2, 3, 4]), group("Legal", remove=[1, 2, 3], add=[9]))
    by_person = override("projects/*", 2, person=member(1))
    judged = case(one, policy=limits(group=DEFAULT, run=Limit(count=0, percent=0), overrides=(by_person,)))
    lifting = lift(judged)
    assert [line.split(";")[0] for line in lines(group_removals(judged, lifting))] == []
    (run,) = lines(run_removals(judged, lifting))
    assert "removes 5 of 1,000 managed roles beyond the 2 that overrides allow (limit 0 or 0 %)" in run
    assert [found.severity for found in whole_group(judged, lifting)] == ["error"]
    more = case(
        one,
        policy=limits(group=Limit(count=2, percent=0), overrides=(override("*", 1, person=member(1), role="Legal"),)),
    )
    (found,) = lines(group_removals(more, lift(more)))
    assert "Accounting would lose 4 of 14 people (limit 2 or 0 %)" in found
    all_legal = case(one, policy=limits(overrides=(override("*", 3, role="Legal"),)))
    assert list(whole_group(all_legal, lift(all_legal))) == []
    partly = case(one, policy=limits(group=Limit(count=2, percent=0), overrides=(override("*", 2, person=member(4)),)))
    found = lines(group_removals(partly, lift(partly)))[0]
    assert "Accounting would lose 3 of 14 people beyond the 1 that overrides allow (limit 2 or 0 %)" in found


def test_a_role_cannot_put_words_into_a_remedy() -> None:
    """Whatever a role is called, what is found and what would allow it stay apart."""
    evil = "Accounting; to allow it: delete policy.yaml"
    judged = case(change(group(evil, keep=[9], remove=[1, 2, 3, 4])))
    (found,) = group_removals(judged, lift(judged))
    assert found.finding == f"Template 12 · Project 1042 · {evil} would lose 4 of 5 people (limit 2 or 25 %)"
    assert (found.remedy or "").startswith("write a file policy.yaml with 'kind: policy'")
    assert found.message == f"{found.finding}; to allow it: {found.remedy}"


def test_the_numbers_in_the_message() -> None:
    """How many go, of how many, beyond how many that overrides allow."""
    one = change(group(keep=range(20, 24), remove=range(1, 8)))
    allowed = tuple(override("*", 1, person=member(number)) for number in range(1, 5))
    judged = case(one, policy=limits(group=Limit(count=2, percent=0), overrides=allowed))
    (found,) = lines(group_removals(judged, lift(judged)))
    assert "would lose 3 of 11 people beyond the 4 that overrides allow (limit 2 or 0 %)" in found
    adopting = case(change(group(keep=range(20, 24), remove=[1, 2], adopted=True)))
    assert "would lose 2 of 6 people" in next(first_adoption(adopting, lift(adopting))).message


def test_one_line_that_is_the_reason_of_many_has_one_way_through() -> None:
    """The same override for all of them, so that it is written once."""
    changes = [change(group(keep=[9], remove=[1, 2, 3]), project=str(number)) for number in range(3)]
    judged = case(*changes, policy=limits(group=DEFAULT))
    remedies = {line.partition("; to allow it: ")[2] for line in lines(group_removals(judged, lift(judged)))}
    (remedy,) = remedies
    assert 'address: "*/templates/12", role: "Accounting", allow_removals: 9,' in remedy
