"""Guards over single people: not allowed, inactive, never seen."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.live import PeopleList, Place, Tool
from reconciler.model.policy import Policy
from reconciler.planning.guards.possible_people import inactive_person, not_possible, unknown_in_policy
from tests.support.cases import (
    case,
    change,
    group,
    limits,
    lines,
    manager,
    member,
    override,
    person,
    preset,
    role,
    rule,
    separate,
)

PLAN = change(group(keep=[1], remove=[2], add=[3, 4]), manager=manager(5, 6))


def people(*numbers: int, project: str | None = "1042") -> tuple[PeopleList, ...]:
    """Return who may be assigned."""
    return (PeopleList(place=Place(project, Tool("invoice")), people=tuple(map(person, numbers))),)


def test_everybody_possible_is_silent() -> None:
    """Only additions and a new manager are looked at."""
    assert list(not_possible(case(PLAN, assignees=people(3, 4), managers=people(6)))) == []


def test_not_possible() -> None:
    """An error for each person added, and for a manager, where the service does not allow them."""
    assert lines(not_possible(case(PLAN, assignees=people(4), managers=people(5)))) == [
        "error policy/not-possible-assignee P3 cannot be added to Accounting: not a possible assignee of invoice in "
        "project 'Project 1042'; to allow it: access to the tool there for them; else take them out of this line",
        "error policy/not-possible-manager P6 cannot be workflow manager of invoice in project 'Project 1042'; to "
        "allow it: the permission in the service; else name somebody whom the service allows",
    ]


def test_an_empty_list_is_told_apart() -> None:
    """Nobody at all may be assigned: rather a failure than the truth."""
    company = change(group(add=[3]), project=None)
    (found,) = not_possible(case(company, assignees=people(project=None)))
    assert "nobody at all may be assigned in the company, says the service: plan again" in found.message


def test_what_nobody_looked_at_warns() -> None:
    """Without the lists it is not known."""
    found = list(not_possible(case(PLAN, assignees=people(3, project="7"), managers=())))
    assert [(one.severity, one.code) for one in found] == [
        ("warning", "live/unchecked-assignee"),
        ("warning", "live/unchecked-assignee"),
        ("warning", "live/unchecked-manager"),
    ]


@pytest.mark.parametrize(
    ("inactive", "told"),
    [(0, []), (1, ["warning"]), (2, []), (3, ["error"]), (4, ["error"])],
)
def test_inactive_person(inactive: int, told: list[str]) -> None:
    """Kept: a warning. Removed: nothing. Added: an error."""
    found = list(inactive_person(case(PLAN, inactive=frozenset({f"p{inactive}@acme.test"}))))
    assert [one.severity for one in found] == told
    assert {one.code for one in found} <= {"policy/inactive-person"}


def test_somebody_inactive_in_many_places_is_told_once() -> None:
    """With the first few, and how many more."""
    presets = tuple(preset(role("Accounting", [1]), project=str(number)) for number in range(12))
    assert lines(inactive_person(case(presets=presets, inactive=frozenset({"p1@acme.test"})))) == [
        "warning policy/inactive-person P1 (p1@acme.test) is inactive in the directory and stays in 12: "
        + ", ".join(f"Template 12 · Project {number} · Accounting" for number in range(5))
        + " and 7 more"
    ]


def test_added_in_one_place_and_kept_in_another() -> None:
    """Both are told, each for what it is."""
    presets = (preset(role("Accounting", [1, 3, 4]), of=PLAN), preset(role("Accounting", [3]), project="7"))
    found = list(inactive_person(case(PLAN, presets=presets, inactive=frozenset({"p3@acme.test"}))))
    assert [one.severity for one in found] == ["error", "warning"]
    assert "stays in 1: Template 12 · Project 7 · Accounting" in found[1].message


def test_an_unknown_directory_is_not_an_empty_one() -> None:
    """Nobody can be told to be inactive, and the plan says so."""
    assert lines(inactive_person(case(PLAN, inactive=None)))[0].startswith("warning live/unchecked-inactive who is ina")


def test_unknown_in_policy() -> None:
    """Roles that no template has and people nobody has seen: such lines guard nothing."""
    policy = msgspec.structs.replace(
        Policy(),
        roles=(rule("Acounting", 2), rule("Acc*", 1)),
        separate=(separate("Accounting", "Legl"),),
        overrides=(override("*", 1, role="Nobody"), override("*", 1)),
    )
    judged = case(
        policy=policy,
        role_names=frozenset({"Accounting", "Legal"}),
        unknown=((member(9), ""), (member(8), "; did you mean 'X'?")),
    )
    assert [line.split(";")[0] for line in lines(unknown_in_policy(judged))] == [
        "warning policy/unknown-role no template that was read has a role 'Acounting', so this line guards nothing",
        "warning policy/unknown-role no template that was read has a role 'Legl', so this line guards nothing",
        "warning policy/unknown-role no template that was read has a role 'Nobody', so this line guards nothing",
        "note policy/unknown-person P9@acme.test holds no role that was read, so this line protects nobody",
        "warning policy/unknown-person P8@acme.test holds no role that was read, so this line protects nobody",
    ]
    assert list(unknown_in_policy(case(policy=limits(roles=policy.roles)))) == []


def test_of_very_many_unknown_roles_only_some_get_a_hint() -> None:
    """Each hint looks at every name."""
    policy = limits(roles=tuple(rule(f"Accountin{number}", 1) for number in range(30)))
    found = lines(unknown_in_policy(case(policy=policy, role_names=frozenset({"Accounting"}))))
    assert (len(found), sum("did you mean" in line for line in found)) == (30, 20)
