"""Overrides: what they match, what they lift, and what their way through is called in messages."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from reconciler.model.member import Member
from reconciler.model.policy import Limit
from reconciler.planning.guards.case import removals_of
from reconciler.planning.guards.judgement import judge
from reconciler.planning.guards.overrides import lift, matches, way_through
from tests.support.cases import HERE, case, change, group, limits, lines, member, override

FIVE = change(group(keep=range(10, 30), remove=[1, 2, 3, 4, 5]))


@pytest.mark.parametrize(
    ("address", "more", "fits"),
    [
        ("projects/1042/templates/12", {}, True),
        ("projects/1042/*", {}, True),
        ("projects/*", {}, True),
        ("*", {}, True),
        ("*/templates/12", {}, True),
        ("*/templates/1", {}, False),
        ("projects/1042/templates/1*", {}, True),
        ("projects/104/*", {}, False),
        ("company/*", {}, False),
        ("projects/1042/templates/12/groups/accounting", {}, True),
        ("*/groups/accounting", {}, True),
        ("*/groups/legal", {}, False),
        ("*", {"role": "Accounting"}, True),
        ("*", {"role": "Acc*"}, True),
        ("*", {"role": "accounting"}, False),
        ("*", {"role": "Legal"}, False),
        ("*", {"person": member(1)}, True),
        ("*", {"person": member(1, by_id=True)}, True),
        ("*", {"person": member(2)}, False),
        ("*", {"person": member(1), "role": "Legal"}, False),
    ],
)
def test_what_an_override_speaks_of(address: str, more: dict[str, Any], *, fits: bool) -> None:
    """The address, a glob over ``/`` too, of the preset or the group; and role and person where they stand."""
    (removal,) = removals_of((change(group(keep=[9], remove=[1])),))
    assert matches(override(address, 1, **more), removal) is fits


def test_a_role_with_brackets_is_its_own_name() -> None:
    """What looks like a class of characters still names the role that is called so."""
    (removal,) = removals_of((change(group("Manager [West]", keep=[9], remove=[1])),))
    assert matches(override("*", 1, role="Manager [West]"), removal)


@pytest.mark.parametrize(("size", "lifted"), [(4, 0), (5, 5), (6, 5)])
def test_an_override_lifts_all_it_matches_or_nothing(size: int, lifted: int) -> None:
    """Just under: nothing. At, and just over: all."""
    lifting = lift(case(FIVE, policy=limits(overrides=(override("*", size),))))
    assert len(lifting.removals) == lifted
    assert [(one.used, one.allow_removals, one.reason) for one in lifting.used_overrides()] == (
        [(5, size, "because")] if lifted else []
    )
    assert [count for _, count in lifting.overrun] == ([] if lifted else [5])


@pytest.mark.parametrize(("until", "lifted"), [("2026-11-22", 0), ("2026-11-23", 5), ("2026-11-24", 5)])
def test_the_last_day_counts(until: str, lifted: int) -> None:
    """The day before: nothing any more, with a warning. On the day and the day after: all."""
    lifting = lift(case(FIVE, policy=limits(overrides=(override("*", 5, until),))))
    assert len(lifting.removals) == lifted
    assert lines(lifting.findings(unused=True)) == (
        []
        if lifted
        else [
            "warning policy/override-expired the last day of this override is over (2026-11-22), so it lifts nothing; "
            "give it a new one if it is still needed, else remove it"
        ]
    )


def test_overrides_do_not_take_room_from_each_other() -> None:
    """What one lifts does not count for another, whichever stands first."""
    wide, narrow = override("*", 3), override("*", 2, role="Legal")
    one = change(group(keep=[9, 8], remove=[1, 2, 3]), group("Legal", keep=[9], remove=[1, 2]))
    for order in ((wide, narrow), (narrow, wide)):
        lifting = lift(case(one, policy=limits(overrides=order)))
        assert len(lifting.removals) == 5
        assert [(used.allow_removals, count) for used, count in lifting.used] == [(2, 2), (3, 3)]


def test_what_others_lift_is_not_asked_for() -> None:
    """An override that is too small is told how many are left for it."""
    one = change(group(keep=[9], remove=[1, 2, 3]), group("Legal", keep=[9], remove=[1, 2]))
    lifting = lift(case(one, policy=limits(overrides=(override("*", 1), override("*", 2, role="Legal")))))
    assert [count for _, count in lifting.overrun] == [3]
    assert len(lifting.removals) == 2


def test_why_an_override_does_nothing() -> None:
    """The address, the role, the person, or simply nothing there."""
    reasons = {
        override("projects/7/*", 1): "nothing that is managed has an address like 'projects/7/*'",
        override("*", 1, role="Legl"): "no role there is called 'Legl'",
        override("*", 1, person=member(77)): "P77@acme.test is removed nowhere",
        override("*", 1, role="Accounting", person=member(10)): "P10@acme.test is removed nowhere",
        override("projects/8/*", 1): "nothing is removed there",
    }
    calm = change(group(keep=[1], add=[2]), project="8")
    lifting = lift(case(FIVE, calm, policy=limits(overrides=tuple(reasons))))
    assert dict(lifting.idle) == reasons


def test_of_very_many_idle_overrides_only_some_are_explained() -> None:
    """Each explanation looks at every preset."""
    many = tuple(override(f"projects/{number}/*", 1) for number in range(30))
    lifting = lift(case(FIVE, policy=limits(overrides=many)))
    assert [reason for _, reason in lifting.idle].count("nothing is removed there") == 10


def test_what_does_nothing_is_told() -> None:
    """Nothing matches; others lift it already; more match than it allows."""
    policy = limits(overrides=(override("company/*", 1), override("*", 5), override("*", 9), override("*/groups/x", 2)))
    assert [line.split(";")[0] for line in lines(lift(case(FIVE, policy=policy)).findings(unused=True))] == [
        "warning policy/override-unused this override lifts nothing: nothing that is managed has an address like "
        "'company/*'",
        "warning policy/override-unused this override lifts nothing: nothing that is managed has an address like "
        "'*/groups/x'",
        "warning policy/override-unused this override lifts nothing: other overrides lift the same removals",
    ]
    overrun = lift(case(FIVE, policy=limits(overrides=(override("*", 4),))))
    assert lines(overrun.findings(unused=False)) == [
        "warning policy/override-unused 5 removals match this override and it allows 4, so it lifts nothing; raise it, "
        "or narrow where it holds"
    ]
    assert lift(case(FIVE, policy=policy)).findings(unused=False) == []


def words(*changes: Any, person: bool = False, of: int = 0, **policy: Any) -> str:
    """Return the way through for the removals of one change."""
    judged = case(*changes, policy=limits(**policy))
    removals = list(removals_of(changes[of : of + 1] if of >= 0 else changes))
    return way_through(judged, lift(judged), removals[:1] if person else removals, person=person)


def test_the_way_through_names_the_line() -> None:
    """A bound too low, a last day that is over, or a new override with just the numbers it takes."""
    other = change(group(keep=[9], remove=[1]), project="7")
    assert words(FIVE, overrides=(override("*", 4),)) == "raise allow_removals at policy.yaml:21:7 from 4 to 5"
    ended = override("*", 5, "2026-11-01")
    assert words(FIVE, overrides=(ended,)) == (
        "give the override at policy.yaml:22:7, which ended on 2026-11-01, a new last day"
    )
    small = override("*", 4, "2026-11-01")
    assert words(FIVE, overrides=(small,)).endswith("which ended on 2026-11-01, a new last day, with allow_removals: 5")
    place = 'address: "projects/1042/templates/12", role: "Accounting"'
    new = f"add to policy.yaml, below 'overrides:', - {{reason: why, {place}, allow_removals: 5, until: 2026-12-07}}"
    assert words(FIVE, other) == new
    assert words(FIVE, overrides=(override("company/*", 4), override("company/*", 4, "2026-11-01"))) == new
    assert words(FIVE, person=True) == new.replace(", allow_removals: 5", ', person: "p1@acme.test", allow_removals: 1')
    middle = [one for one in removals_of((FIVE,)) if one.person.id == "3"]
    said = way_through(judged := case(FIVE, policy=limits()), lift(judged), middle, person=True)
    assert 'person: "p3@acme.test", allow_removals: 1,' in said
    judged = case(FIVE)
    assert way_through(judged, lift(judged), list(removals_of((FIVE,)))).startswith(
        "write a file policy.yaml with 'kind: policy' and, below 'overrides:', - {reason: why, address"
    )


def test_the_way_through_is_as_narrow_as_it_can_be() -> None:
    """One role of a preset, one project, one template, or everything; with the removals that such a line meets."""
    two = change(group(keep=[9], remove=[1, 2]), group("Legal", keep=[9], remove=[1]))
    judged = case(two, policy=limits())
    legal = [one for one in removals_of((two,)) if one.group.name == "Legal"]
    assert 'address: "projects/1042/templates/12", role: "Legal", allow_removals: 1,' in way_through(
        judged, lift(judged), legal
    )
    three = change(
        group(keep=[9], remove=[1]), group("Legal", keep=[9], remove=[1]), group("Site", keep=[9], remove=[1])
    )
    some = [one for one in removals_of((three,)) if one.group.name != "Site"]
    judged = case(three, policy=limits())
    assert 'address: "projects/1042/templates/12", allow_removals: 3,' in way_through(judged, lift(judged), some)
    both = '"projects/1042/templates/12", allow_removals: 3,'
    assert both in words(two)
    assert '"projects/1042/*", allow_removals: 4,' in words(
        two, change(group(keep=[9], remove=[1]), template="13"), of=-1
    )
    assert '"*/templates/12", allow_removals: 4,' in words(two, change(group(keep=[9], remove=[1]), project="7"), of=-1)
    far = change(group(keep=[9], remove=[1]), project=None, template="13")
    assert '"*", allow_removals: 4,' in words(two, far, of=-1)
    company = change(group(keep=[9], remove=[1]), project=None, template="14")
    assert '"company/*", role: "Accounting", allow_removals: 2,' in words(far, company, of=-1)


@pytest.mark.parametrize("text", ["stop at one group", "whole groups", "protected", "the run", "first"])
def test_following_the_way_through_lets_the_plan_pass(text: str) -> None:
    """Whatever line a message asks for, writing it makes the guard content."""
    groups = {
        "stop at one group": group(keep=range(10, 12), remove=[1, 2, 3]),
        "whole groups": group(remove=[1, 2, 3], add=[4]),
        "protected": group(keep=range(10, 30), remove=[1]),
        "the run": group(keep=range(10, 30), remove=[1, 2]),
        "first": group(keep=range(10, 30), remove=[1], adopted=True),
    }
    run = Limit(count=0, percent=0) if text == "the run" else Limit(count=10**6, percent=100)
    policy = limits(group=Limit(count=2, percent=25), run=run, protected=(member(1),) if text == "protected" else ())
    plan = [change(groups[text])]
    if text == "the run":
        plan.append(change(group(keep=[9], remove=[8]), project="7"))
    before = [one for one in judge(case(*plan, policy=policy)).diagnostics if one.severity == "error"]
    assert before
    for found in before:
        said = found.message.partition("; to allow it: ")[2]
        (line,) = yaml.safe_load(f"- {said.partition(' - ')[2]}")
        assert line.keys() >= {"reason", "address", "allow_removals", "until"}
        size = line["allow_removals"]
        person = Member(origin=HERE, login=line["person"]) if "person" in line else None
        lines_written = (override(line["address"], size, person=person, role=line["role"]),)
        allowed = limits(group=policy.group_removals, run=run, protected=policy.protected, overrides=lines_written)
        after = judge(case(*plan, policy=allowed))
        assert found.code not in {one.code for one in after.diagnostics if one.severity == "error"}
        assert [one.used for one in after.overrides] == [size]
