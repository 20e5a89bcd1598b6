"""Who moved: documents, live, or both in the same way; lines, files, teams and order do not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired import Base, read_repository, read_settings_document
from reconciler.model.plan import Counts
from tests.support.account import company_seed, write_documents
from tests.support.values import TODAY, live_state, observe_documents, plan_observation

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

HEAD = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"


def entry(*people: str, manager: str = "") -> str:
    """Give a document that wants these Project Managers at Harbor Bridge."""
    logins = ", ".join(f"{name}@acme.test" for name in people)
    also = f"workflow_manager: {manager}@acme.test, " if manager else ""
    return f"{HEAD}  - {{project: Harbor Bridge, {also}groups: {{Project Manager: [{logins}]}}}}\n"


def planned(folder: Path, before: dict[str, str] | str, now: dict[str, str] | str, live: list[str]) -> Plan:
    """Plan with a base and with these login ids live."""
    seed = company_seed()
    seed["presets"][1]["groups"]["pm"] = live
    documents = [{"a.yaml": one} if isinstance(one, str) else one for one in (before, now)]
    file = write_documents(folder / "base", documents[0])
    settings = read_settings_document(file)
    base = Base("b" * 40, settings, read_repository(file, settings, TODAY)[0])
    return plan_observation(observe_documents(folder / "now", documents[1], live_state(seed)), base=base)


def causes(plan: Plan) -> dict[str, str]:
    """Give the cause of each change, by sign and name."""
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
    plan = planned(tmp_path, entry("ann", "bo", "nobody"), entry("ann", "cy"), ["1", "3"])
    assert plan.changes == ()
    (one,) = plan.already
    assert (one.address, one.group, [str(p) for p in one.add]) == (
        "projects/1042/templates/11",
        "Project Manager",
        ["Cy"],
    )
    assert [p.login for p in one.remove] == ["bo@acme.test", "nobody@acme.test"]
    assert (plan.summary.already, plan.summary.drift) == (3, Counts())


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
