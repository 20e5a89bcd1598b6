"""How grave each finding is, under which code it is told, and what it says where nothing would let it through."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.model.diagnostics import Origin
from reconciler.model.memory import Memory, PastRemoval
from reconciler.model.policy import Limit, Override
from reconciler.planning.guards.base_policy import judge_base_policy
from reconciler.planning.guards.case import few
from reconciler.planning.guards.judgement import judge, removals_left
from reconciler.planning.guards.lookback import lost_before
from reconciler.planning.guards.overrides import lift
from tests.support.cases import POLICY, case, change, group, limits, override, person, preset, role, rule

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.planning.guards.case import Case

ADDRESS = "projects/1042/templates/12"
KEY = (ADDRESS, "accounting")
GOES = change(group(keep=range(20, 25), remove=[1], adopted=False))


def found(judged: Case, code: str) -> list[Diagnostic]:
    """Return what is told under a code."""
    return [one for one in judge(judged).diagnostics if one.code == code]


def severity(judged: Case, code: str) -> list[str]:
    """Return how grave what is told under a code is."""
    return [one.severity for one in found(judged, code)]


def gone(*numbers: int, under: Override | None = None) -> dict[tuple[str, str], tuple[PastRemoval, ...]]:
    """Return people whom a group lost before, under an override."""
    overrides = () if under is None else (under,)
    return {
        KEY: tuple(
            PastRemoval(address=ADDRESS, uuid="accounting", role="Accounting", person=person(one), overrides=overrides)
            for one in numbers
        )
    }


def test_what_the_days_before_tell_only_warns() -> None:
    """A missing memory, an override that was used or runs long, and groups managed lately."""
    assert severity(case(GOES, policy=limits(), memory=Memory(unknown="shallow")), "policy/no-memory") == ["warning"]
    used = override("*", 9)
    judged = case(GOES, policy=limits(overrides=(used,)), memory=Memory(removals=gone(2), overrides=(used,)))
    assert severity(judged, "policy/override-used-before") == ["warning"]
    long = case(GOES, policy=limits(overrides=(override("*", 9, "2099-01-01"),)))
    assert severity(long, "policy/override-too-long") == ["warning"]
    lately = case(GOES, policy=limits(), memory=Memory(earlier="f" * 40, managed=frozenset()))
    assert severity(lately, "policy/lately-managed") == ["warning"]


def test_an_override_on_its_last_day_still_accounts_for_what_went() -> None:
    """The day of the case is one of its days, the day after is none."""
    today = case(GOES).today
    for days, left in ((0, 1), (-1, 3)):
        until = (today + datetime.timedelta(days=days)).isoformat()
        judged = case(GOES, policy=limits(overrides=(override("*", 3, until),)), memory=Memory(removals=gone(2, 3, 4)))
        assert len(lost_before(judged, lift(judged)).get(KEY, [])) == left


def test_an_override_with_another_reason_is_the_same() -> None:
    """It gives no new room, and is told to have been used."""
    now = override("*", 3)
    then = msgspec.structs.replace(now, reason="in other words")
    judged = case(
        GOES, policy=limits(overrides=(now,)), memory=Memory(removals=gone(2, 3, 4, 5, under=then), overrides=(then,))
    )
    assert len(lost_before(judged, lift(judged)).get(KEY, [])) == 1
    assert severity(judged, "policy/override-used-before") == ["warning"]


def test_a_group_that_loses_everybody() -> None:
    """One code for three or more and for fewer; an emptied one too, whether that is meant or not."""
    of_three = case(change(group(remove=[1, 2, 3], add=[4])), policy=limits())
    of_two = case(change(group(remove=[1, 2], add=[4])), policy=limits())
    assert (severity(of_three, "policy/whole-group"), severity(of_two, "policy/whole-group")) == (
        ["error"],
        ["warning"],
    )
    for allow_empty, grave in ((True, "warning"), (False, "error")):
        emptied = case(change(group(remove=[1], allow_empty=allow_empty)), policy=limits())
        assert severity(emptied, "policy/empties-group") == [grave]
    unknown = case(change(group(keep=[2], remove=[1], adopted=None)), policy=limits())
    assert severity(unknown, "policy/first-adoption") == ["note"]


def test_additions_beyond_a_default_have_no_way_through() -> None:
    """They only warn; a limit that a policy names says how to go on. Who is there and who goes counts as there."""
    adds = change(group(keep=[1], remove=[2], add=range(30, 50)))
    (default,) = found(case(adds, managed=1000), "policy/group-additions")
    assert (default.severity, default.remedy) == ("warning", None)
    assert "would gain 20 people and has 2 (limit" in default.message
    named = limits(group_additions=Limit(count=1, percent=1, origin=POLICY))
    (stopped,) = found(case(adds, policy=named), "policy/group-additions")
    assert (stopped.severity, "raise group_additions at policy.yaml:3:5" in (stopped.remedy or "")) == ("error", True)
    plenty = limits(group_additions=Limit(count=1, percent=50, origin=POLICY))
    for keep, remove, told in (([1, 2], [3, 4], 0), ([1], [3, 4], 1)):
        adding = change(group(keep=keep, remove=remove, add=[8, 9]))
        assert len(found(case(adding, policy=plenty), "policy/group-additions")) == told


def test_removals_of_before_count_in_both_numbers() -> None:
    """In those that went, and in those that a group had: two of nine and two of seven are four of nine."""
    goes = change(group(keep=range(20, 25), remove=[1, 2]))
    memory = Memory(removals=gone(3, 4))
    for percent, stops in ((44, True), (45, False)):
        judged = case(goes, policy=limits(group=Limit(count=1, percent=percent)), memory=memory)
        assert bool(found(judged, "policy/group-removals")) is stops


def test_removals_that_no_override_lifts() -> None:
    """They are what counts towards the limit of a run."""
    goes = change(group(keep=[9], remove=[1, 2]), group("Legal", remove=[3]))
    assert removals_left(case(goes, policy=limits())) == 3
    assert removals_left(case(goes, policy=limits(overrides=(override("*", 1, role="Legal"),)))) == 2


def test_five_places_are_named() -> None:
    """A sixth is counted."""
    assert few("abcde") == "a, b, c, d, e"
    assert few("abcdef") == "a, b, c, d, e and 1 more"


def test_a_rule_without_a_minimum_demands_none() -> None:
    """Nor one without a place of its own."""
    one = change(group(keep=[1], add=[2]))
    presets = (preset(role("Accounting", [1, 2]), of=one),)
    assert (
        found(
            case(one, policy=limits(roles=(rule("Accounting", include=[1]),)), presets=presets), "policy/below-minimum"
        )
        == []
    )


@pytest.mark.parametrize(("remedy", "told"), [("overrides", True), ("additions", False)])
def test_the_way_through_the_policy_of_the_base(remedy: str, told: bool) -> None:  # noqa: FBT001 - a table
    """An override lets removals through, and nothing of the kind lets additions."""
    if remedy == "overrides":
        judged = case(change(group(keep=[1], remove=[2, 3, 4, 5])), policy=limits())
        base = limits(group=Limit(count=1, percent=1, origin=Origin("policy.yaml", 9, 1)))
    else:
        judged = case(change(group(keep=[1], add=[2, 3, 4, 5])), policy=limits())
        base = limits(group_additions=Limit(count=1, percent=1, origin=Origin("policy.yaml", 9, 1)))
    (one,) = judge_base_policy(judged, base, "b" * 40)
    assert ("overrides:" in (one.remedy or "")) is told
