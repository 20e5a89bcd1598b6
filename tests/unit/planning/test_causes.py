"""Who moved: documents, live, or both in the same way; lines, files, teams and order do not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import UsageError
from reconciler.model.plan import Counts
from reconciler.planning.restricting import WHOLE, Restriction
from tests.support.account import company_seed
from tests.support.scenarios import base_of
from tests.support.values import live_state, observe_documents, plan_observation

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

HEAD = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"


def entry(*people: str, manager: str = "") -> str:
    """Return a document that wants these Project Managers at Harbor Bridge."""
    logins = ", ".join(f"{name}@acme.test" for name in people)
    also = f"workflow_manager: {manager}@acme.test, " if manager else ""
    return f"{HEAD}  - {{project: Harbor Bridge, {also}groups: {{Project Manager: [{logins}]}}}}\n"


def planned(
    folder: Path,
    before: dict[str, str] | str,
    now: dict[str, str] | str,
    live: list[str],
    restriction: Restriction = WHOLE,
    **names: str,
) -> Plan:
    """Plan with a base and with these login ids live; people may have other logins."""
    seed = company_seed()
    seed["presets"][1]["groups"]["pm"] = live
    for person in seed["people"]:
        person["login"] = names.get(f"id_{person['id']}", person["login"])
    documents = [{"a.yaml": one} if isinstance(one, str) else one for one in (before, now)]
    base = base_of(folder / "base", documents[0])
    observation = observe_documents(folder / "now", documents[1], live_state(seed))
    return plan_observation(observation, base=base, restriction=restriction)


def causes(plan: Plan) -> dict[str, str]:
    """Return the cause of each change, by sign and name."""
    groups = [group for change in plan.changes for group in change.groups]
    return {
        **{f"+{one.name}": one.cause for group in groups for one in group.add},
        **{f"-{one.name}": one.cause for group in groups for one in group.remove},
    }


@pytest.mark.parametrize(
    ("before", "now", "live", "expected"),
    [
        (["ann"], ["ann", "bo"], ["1"], {"+Bo": "requested"}),
        (["ann", "bo"], ["ann", "bo"], ["1"], {"+Bo": "drift"}),
        (["ann", "bo"], ["ann"], ["1", "2"], {"-Bo": "requested"}),
        (["ann"], ["ann"], ["1", "2"], {"-Bo": "drift"}),
        (["ann", "bo"], ["ann", "cy"], ["1", "4"], {"+Cy": "requested", "-Dee": "drift"}),
        (["ann", "bo"], ["bo", "ann"], ["1", "2"], {}),
    ],
)
def test_who_moved(
    tmp_path: Path, before: list[str], now: list[str], live: list[str], expected: dict[str, str]
) -> None:
    """Base, documents here and live, compared person by person."""
    assert causes(planned(tmp_path, entry(*before), entry(*now), live)) == expected


def test_what_is_already_so(tmp_path: Path) -> None:
    """Asked for here, not at the base, and live has it: listed and counted, and no change."""
    plan = planned(tmp_path, entry("ann", "bo", "nobody"), entry("ann"), ["1"])
    assert plan.changes == ()
    (one,) = plan.already
    assert (one.address, one.group, [str(p) for p in one.add]) == (
        "projects/1042/templates/11",
        "Project Manager",
        [],
    )
    assert [p.login for p in one.remove] == ["bo@acme.test", "nobody@acme.test"]
    assert (plan.summary.already, plan.summary.drift) == (2, Counts())
    plan = planned(tmp_path / "another", entry("ann", "bo", "nobody"), entry("ann", "cy"), ["1", "3"])
    (one,) = plan.already
    assert [str(p) for p in one.add] == ["Cy"]
    assert one.remove == (), "cy may be one of the two, by another login"


@pytest.mark.parametrize(
    ("before", "now", "live", "expected", "gone"),
    [
        (["ann", "bo.maiden"], ["ann"], ["1", "2"], {"-Bo": "requested"}, 0),
        (["ann", "bo.maiden"], ["ann", "cy"], ["1", "2"], {"-Bo": "requested", "+Cy": "requested"}, 0),
        (["ann", "bo.maiden"], ["ann", "bo"], ["2"], {"+Ann": "drift"}, 0),
        (["ann", "bo.maiden"], ["ann", "bo"], ["1"], {"+Bo": "requested"}, 1),
        (["ann", "bo.maiden", "cy"], ["ann"], ["1", "3"], {"-Cy": "requested"}, 1),
        (["ann", "bo.maiden"], ["ann", "bo"], ["1", "2"], {}, 0),
    ],
)
def test_a_line_of_the_base_that_leads_to_nobody(
    tmp_path: Path, before: list[str], now: list[str], live: list[str], expected: dict[str, str], gone: int
) -> None:
    """An old login may have meant anybody in live, so nobody drifted in beside it, nor is it said to be gone."""
    plan = planned(tmp_path, entry(*before), entry(*now), live)
    assert causes(plan) == expected
    assert sum(len(one.remove) for one in plan.already) == gone, "only where others name everybody in live"


def test_a_line_of_the_base_that_may_lead_to_two(tmp_path: Path) -> None:
    """Somebody who came back has two users of one login: which of them the base meant is not known."""
    plan = planned(tmp_path, entry("ann", "bo"), entry("ann"), ["1", "2", "3"], id_3="bo@acme.test")
    assert causes(plan) == {"-Bo": "requested", "-Cy": "requested"}
    plan = planned(tmp_path / "manager", entry("ann", manager="nobody"), entry("ann", manager="ann"), ["1"])
    assert [one.workflow_manager.cause for one in plan.changes if one.workflow_manager] == ["requested"]


WIDER = f"{HEAD}  - {{where: {{stage: Course of Construction}}, groups: {{Project Manager: [ann@acme.test]}}}}\n"


@pytest.mark.parametrize(
    "lost",
    [
        "  - {project: Harbour, groups: {Project Manager: [ann@acme.test, bo@acme.test]}}\n",
        "  - {where: {state_code: [WA, OR]}, groups: {Project Manager: [ann@acme.test, bo@acme.test]}}\n",
    ],
)
def test_an_entry_of_the_base_that_is_lost(tmp_path: Path, lost: str) -> None:
    """What a wider entry asks for is not what the base asked for: nothing is left alone, or healed, by that."""
    assert planned(tmp_path / "whole", WIDER + lost, WIDER, ["1", "2"]).changes != ()
    with pytest.raises(UsageError, match="name what cannot be found any more") as refused:
        planned(tmp_path / "drift", WIDER + lost, WIDER, ["1", "2"], Restriction(only="drift"))
    assert [one.severity for one in refused.value.diagnostics] == ["error"]
    assert causes(planned(tmp_path / "wider", WIDER, WIDER, ["1", "2"], Restriction(only="drift"))) == {"-Bo": "drift"}


def test_where_somebody_stood_at_the_base(tmp_path: Path) -> None:
    """A removal that these documents ask for names the line that is gone; one that they do not, none."""
    plan = planned(tmp_path, entry("ann", "bo"), entry("ann"), ["1", "2", "3"])
    (group,) = plan.changes[0].groups
    assert [(p.name, str(p.base_origin), str(p.origin)) for p in group.remove] == [
        ("Bo", "a.yaml:4:72", "a.yaml:4:39"),
        ("Cy", "None", "None"),
    ]
    assert plan.summary.drift == Counts(removals=1)
    assert plan.diagnostics[0].origin == group.origin


def test_moves_of_lines_files_and_teams_are_no_changes(tmp_path: Path) -> None:
    """The same people by another way: what is left is drift."""
    before = {"a.yaml": entry("ann", "bo")}
    now = {
        "x/b.yaml": f"{HEAD}  - project: {{id: 1042}}\n    groups:\n      Project Manager: [team:pm]\n",
        "t.yaml": "kind: teams\nteams: {pm: [BO@acme.test, ann@acme.test]}\n",
    }
    assert causes(planned(tmp_path, before, now, ["1"])) == {"+Bo": "drift"}


@pytest.mark.parametrize(("before", "cause"), [("ann", "drift"), ("bo", "requested"), ("", "requested")])
def test_a_workflow_manager(tmp_path: Path, before: str, cause: str) -> None:
    """Wanted at the base already: live moved."""
    plan = planned(tmp_path, entry("ann", manager=before), entry("ann", manager="ann"), ["1"])
    manager = plan.changes[0].workflow_manager
    assert manager is not None
    assert manager.cause == cause
    assert plan.summary.drift == Counts(managers=int(cause == "drift"))
