"""What would be done now against what was approved: the same or less goes, anybody more does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.model.base import BaseGroup, BaseTarget
from reconciler.model.diagnostics import Origin
from reconciler.model.live import Membership, NamedPreset, Person, Preset, PresetKey, Tool
from reconciler.planning.approval import (
    approved_presets,
    beyond,
    holds,
    left_over,
    newest_last,
    other_logins,
    with_adoptions,
)
from tests.support.cases import HERE, change, group, manager
from tests.support.values import plan_documents

if TYPE_CHECKING:
    from reconciler.model.plan import Plan, PresetChange

APPROVED = change(group(keep=[1], remove=[2, 3], add=[4]), group("Legal", add=[5]), manager=manager(6, 7))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Return a plan that the tests put their changes into."""
    text = "kind: assignments\ntemplate: Budget\ncompany: {groups: {Finance: [cy@acme.test]}}\n"
    return plan_documents(tmp_path_factory.mktemp("plan"), {"a.yaml": text})


def plan_of(empty: Plan, *changes: PresetChange) -> Plan:
    """Return a plan with these changes."""
    return msgspec.structs.replace(empty, changes=changes)


@pytest.mark.parametrize(
    "now",
    [
        APPROVED,
        change(group(keep=[1, 4], remove=[2, 3])),
        change(group(keep=[1, 4, 9], remove=[3])),
        change(group("Legal", keep=[8], add=[5]), manager=manager(6, 7)),
        change(manager=manager(6, 7)),
    ],
    ids=["identical", "somebody there already", "somebody gone already, live moved", "a group", "a manager"],
)
def test_the_same_or_less(empty: Plan, now: PresetChange) -> None:
    """It may be done, whoever else stays or came meanwhile."""
    assert beyond([now], [plan_of(empty, APPROVED)]) == {}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (change(group(remove=[2, 8])), "P8 (p8@acme.test) would lose Accounting"),
        (change(group(add=[4, 8])), "P8 (p8@acme.test) would gain Accounting"),
        (change(group(add=[2])), "P2 (p2@acme.test) would gain Accounting"),
        (change(group("Legal", add=[4])), "P4 (p4@acme.test) would gain Legal"),
        (change(manager=manager(6, 8)), "P8 would become workflow manager in place of P6"),
        (change(manager=manager(None, 7)), "P7 would become workflow manager in place of nobody"),
    ],
)
def test_anybody_more(empty: Plan, now: PresetChange, words: str) -> None:
    """One person more, another direction, another group, another manager: told with place and line."""
    assert beyond([now], [plan_of(empty, APPROVED)]) == {APPROVED.address: [f"{words} ({HERE})"]}


def test_a_removal_that_no_line_asks_for_names_the_group(empty: Plan) -> None:
    """Somebody whom live has and no document ever named."""
    drifted = change(group(remove=[2], origin=Origin("b.yaml", 1, 1)))
    groups = tuple(
        msgspec.structs.replace(one, remove=tuple(msgspec.structs.replace(gone, origin=None) for gone in one.remove))
        for one in drifted.groups
    )
    ((words,),) = beyond([msgspec.structs.replace(drifted, groups=groups)], [plan_of(empty)]).values()
    assert words.endswith(" (b.yaml:1:1)")


def test_another_preset(empty: Plan) -> None:
    """The same people elsewhere, or in a preset that was made anew, are not approved."""
    approved = plan_of(empty, APPROVED)
    assert len(beyond([change(group(add=[4]), project="7")], [approved])) == 1
    assert len(beyond([msgspec.structs.replace(change(group(add=[4])), preset_id="31")], [approved])) == 1


def test_several_plans_allow_what_any_of_them_says(empty: Plan) -> None:
    """Commits that wait together are carried out together."""
    plans = [plan_of(empty, change(group(add=[4]))), plan_of(empty, change(group(add=[5])))]
    assert beyond([change(group(add=[4, 5]))], plans) == {}
    ((words,),) = beyond([change(group(add=[4, 5, 6]))], plans).values()
    assert words.startswith("P6 ")
    assert beyond([], []) == {}


def test_the_presets_of_plans(empty: Plan) -> None:
    """By project and template, with the id that the last plan found."""
    company = change(group(add=[4]), project=None)
    newer = msgspec.structs.replace(APPROVED, preset_id="31")
    found = approved_presets([plan_of(empty, APPROVED, company), plan_of(empty, newer)])
    here, there = PresetKey("12", "1042"), PresetKey("12")
    assert found == {
        here: NamedPreset(id="31", key=here, tool=Tool("invoice")),
        there: NamedPreset(id="30", key=there, tool=Tool("invoice")),
    }


def test_what_is_left_over(empty: Plan) -> None:
    """Steps of the plans, each once however many plans hold it, less those still to be done."""
    plans = [plan_of(empty, APPROVED), plan_of(empty, APPROVED)]
    assert left_over([], plans) == 5
    assert left_over([change(group(remove=[2]))], plans) == 4
    assert left_over([APPROVED], plans) == 0


@pytest.mark.parametrize(
    ("accounting", "legal", "manager_id", "expected"),
    [
        (("1", "4"), ("5",), "7", True),
        (("4", "9"), ("5", "8"), "7", True),
        (("1", "2", "4"), ("5",), "7", False),
        (("1",), ("5",), "7", False),
        (("1", "4"), (), "7", False),
        (("1", "4"), ("5",), "6", False),
        (("1", "4"), ("5",), None, False),
    ],
)
def test_whether_live_is_as_approved(
    empty: Plan, accounting: tuple[str, ...], legal: tuple[str, ...], manager_id: str | None, *, expected: bool
) -> None:
    """Everybody who was to come is there and nobody who was to go, whoever else is there."""
    preset = Preset(
        id="30",
        template_id="12",
        project_id="1042",
        version_id=None,
        groups=(
            Membership("accounting", tuple(map(Person, accounting))), Membership("legal", tuple(map(Person, legal))),
        ),
        workflow_manager=None if manager_id is None else Person(manager_id),
    )  # fmt: skip
    assert holds(preset, APPROVED.address, [plan_of(empty, APPROVED)]) is expected
    assert holds(preset, "projects/7/templates/12", [plan_of(empty, APPROVED)])


def test_the_newest_is_the_last(empty: Plan) -> None:
    """By when they were made, whatever their files are called."""
    older = msgspec.structs.replace(empty, created_at="2026-11-23T08:00:00Z")
    newer = msgspec.structs.replace(empty, created_at="2026-11-24T08:00:00Z")
    assert newest_last([newer, older]) == [older, newer]


MANAGED = {"projects/1042/templates/12": BaseTarget({"accounting": BaseGroup({})})}
OTHER_GROUP = {"projects/1042/templates/12": BaseTarget({"legal": BaseGroup({})})}


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ([], None),
        ([MANAGED], False),
        ([{}], True),
        ([OTHER_GROUP], True),
        ([MANAGED, {}], True),
        ([MANAGED] * 2, False),
    ],
)
def test_adoption_is_what_the_bases_say(bases: list[dict[str, BaseTarget]], expected: bool | None) -> None:  # noqa: FBT001
    """A group that one base did not manage is adopted, whatever a plan file says; without a base it is not known."""
    (now,) = with_adoptions([change(group(add=[4], adopted=not expected))], bases)
    assert now.groups[0].adopted is expected


def test_a_login_that_is_somebody_elses(empty: Plan) -> None:
    """Ids decide what is done and reviewers read logins: a plan that shows another login is told, once a person."""
    plan = plan_of(empty, change(group(add=[4], remove=[5], keep=[6]), manager=manager(7, 8)))
    people = {one: Person(one, f"P{one}@acme.test") for one in "45678"}
    assert other_logins([plan], people.get) == []
    people["4"] = Person("4", "mallory@acme.test")
    del people["5"]
    (found,) = other_logins([plan, plan], people.get)
    assert (found.code, found.address) == ("plan/other-login", "projects/1042/templates/12")
    assert found.message == (
        "Template 12 · Project 1042: the plan shows login id 4 as p4@acme.test, and the service has mallory@acme.test "
        "for it"
    )
