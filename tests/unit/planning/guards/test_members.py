"""Guards over who will hold a role: at, under and over a minimum; required people; roles kept apart."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.live import PeopleList
from reconciler.planning.guards.members import below_minimum, missing_required, separation
from tests.support.cases import case, change, group, limits, lines, person, preset, role, rule, separate

PLAN = change(group("Accounting", keep=[1], add=[2]))


@pytest.mark.parametrize(
    ("held", "minimum", "stops"),
    [(0, 0, False), (0, 1, True), (1, 1, False), (1, 2, True), (2, 2, False), (3, 2, False), (9, 10, True),
     (10, 10, False), (99, 100, True), (100, 100, False)],
)  # fmt: skip
def test_below_minimum(held: int, minimum: int, *, stops: bool) -> None:
    """Judged on the members afterwards, of every role the glob fits."""
    will = preset(role("Accounting", range(1, held + 1)), role("Legal", [1]), of=PLAN)
    rules = (rule("*", include=[1]), rule("Acc*", minimum), rule("Executive", 5))
    judged = case(PLAN, policy=limits(roles=rules), presets=(will,))
    assert lines(below_minimum(judged)) == (
        [
            f"error policy/below-minimum Template 12 · Project 1042 · Accounting would hold {held}, and at least "
            f"{minimum} must; to allow it: name more people at a.yaml:9:7, or a lower min_members at policy.yaml:3:5"
        ]
        if stops
        else []
    )


def test_a_person_who_stands_twice_counts_once() -> None:
    """Two rows of one login id are one member."""
    judged = case(PLAN, policy=limits(roles=(rule("*", 2),)), presets=(preset(role("Accounting", [1, 1]), of=PLAN),))
    assert len(list(below_minimum(judged))) == 1


def test_an_unmanaged_group_of_a_preset_that_changes_counts_too() -> None:
    """It has no line in the documents, so the message names none."""
    will = preset(role("Accounting", [1, 2]), role("Legal", []), of=PLAN)
    judged = case(PLAN, policy=limits(roles=(rule("Legal", 1),)), presets=(will,))
    (found,) = lines(below_minimum(judged))
    assert found.endswith("to allow it: name more people, or a lower min_members at policy.yaml:3:5")


def test_what_does_not_change_only_warns_and_once() -> None:
    """Presets that this plan leaves alone are counted in one line."""
    others = [preset(role("Accounting", [1]), project=str(number)) for number in range(7)]
    policy = limits(roles=(rule("Accounting", 2, include=[5]),), separate=(separate("Accounting", "Legal"),))
    assert lines(below_minimum(case(policy=policy, presets=tuple(others)))) == [
        "warning policy/below-minimum Accounting has fewer than 2 people in 7 presets that this plan does not change: "
        + ", ".join(f"Template 12 · Project {number}" for number in range(5))
        + " and 2 more"
    ]
    one = preset(role("Accounting", [1]), role("Legal", [1]), project="1")
    judged = case(policy=limits(roles=(rule("*", include=[5]),)), presets=(one,))
    assert [line.split(" in 1 preset")[0] for line in lines(missing_required(judged))] == [
        "warning policy/missing-required P5@acme.test is not in Accounting",
        "warning policy/missing-required P5@acme.test is not in Legal",
    ]
    judged = case(policy=policy, presets=(one,))
    assert lines(missing_required(judged)) == [
        "warning policy/missing-required P5@acme.test is not in Accounting in 1 preset that this plan does not change: "
        "Template 12 · Project 1"
    ]
    assert lines(separation(judged)) == [
        "warning policy/separation P1 holds both Accounting and Legal in 1 preset that this plan does not change: "
        "Template 12 · Project 1"
    ]


@pytest.mark.parametrize(("held", "missing"), [([], [1, 2]), ([1], [2]), ([2, 1], []), ([3], [1, 2])])
def test_missing_required(held: list[int], missing: list[int]) -> None:
    """Each of the required people must be there, whoever else is."""
    will = preset(role("Accounting", held), role("Legal", []), of=PLAN)
    judged = case(PLAN, policy=limits(roles=(rule("Accounting", include=[1, 2]),)), presets=(will,))
    assert lines(missing_required(judged)) == [
        f"error policy/missing-required Template 12 · Project 1042 · Accounting would be without P{one}@acme.test, who "
        f"must be in it; to allow it: add P{one}@acme.test to the group at a.yaml:9:7, or take them out of "
        "must_include at policy.yaml:3:5"
        for one in missing
    ]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (("Accounting", "Legal"), ["P1"]),
        (("Legal", "Accounting"), ["P1"]),
        (("Accounting", "Executive"), []),
        (("Acc*", "*"), ["P1"]),
        (("*", "Acc*"), ["P1"]),
        (("Accounting", "Legal", "*"), ["P1", "P3"]),
        (("Legal", "Legal West"), ["P3"]),
        (("Accounting", "Legal*"), ["P1"]),
    ],
)
def test_separation(rules: tuple[str, ...], told: list[str]) -> None:
    """Nobody in two groups of which one fits one name and the other another; each pair once."""
    will = preset(role("Accounting", [1, 2]), role("Legal", [1, 3]), role("Legal West", [3]), of=PLAN)
    judged = case(PLAN, policy=limits(separate=(separate(*rules),)), presets=(will,))
    found = [one for one in separation(judged) if rules != ("*", "Acc*") or "Accounting" in one.message]
    assert [one.message.split(": ")[1].split(" ")[0] for one in found if one.severity == "error"] == told


def test_separation_says_what_to_do() -> None:
    """The line that names the person, or the rule."""
    will = preset(role("Accounting", [1]), role("Legal", [1]), of=PLAN)
    judged = case(PLAN, policy=limits(separate=(separate("Accounting", "Legal"),)), presets=(will,))
    assert lines(separation(judged)) == [
        "error policy/separation Template 12 · Project 1042: P1 would hold both Accounting and Legal, which are kept "
        "apart; to allow it: take P1 out of Accounting at a.yaml:9:7, or out of Legal; or end the separation at "
        "policy.yaml:3:5"
    ]


@pytest.mark.parametrize(
    ("inactive", "listed", "unable"),
    [({"p3@acme.test"}, None, "P3"), (set(), [1, 2], "P3"), ({"p2@acme.test"}, [1, 2], "P2, P3")],
    ids=["inactive", "not a possible assignee", "both"],
)
def test_only_people_who_can_act_count(inactive: set[str], listed: list[int] | None, unable: str) -> None:
    """Neither inactive people nor those whom the list of possible assignees lacks; without a list everybody counts."""
    changing = change(group(keep=[1, 2], add=[3]))
    where = changing.place
    will = preset(role("Accounting", [1, 2, 3]), of=changing)
    judged = case(changing, presets=(will,), policy=limits(roles=(rule("Accounting", 3),)))
    lists = () if listed is None else (PeopleList(place=where, people=tuple(map(person, listed))),)
    presets = tuple(msgspec.structs.replace(one, where=where) for one in judged.presets)
    judged = msgspec.structs.replace(judged, presets=presets, inactive=frozenset(inactive), assignees=lists)
    (found,) = lines(below_minimum(judged))
    assert f"would hold {3 - len(unable.split())} who can act (not {unable}), and at least 3 must" in found
    able = msgspec.structs.replace(judged, inactive=None, assignees=())
    assert lines(below_minimum(able)) == []
