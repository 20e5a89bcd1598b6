"""The plan as a value: what changes, what is carried along, what is counted, what the digest covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.drift import find_notices
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import Membership, PeopleList
from reconciler.model.policy import Policy
from reconciler.planning.digests import plan_digest
from tests.support.account import INVOICE, company_seed
from tests.support.values import TODAY, live_state, observe_documents, plan_documents, plan_observation

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

NAMES = {"pm": "Project Manager", "acc": "Accounting", "super": "Superintendent"}


def test_a_plan_in_full(tmp_path: Path) -> None:
    """One person in, one out, one kept; every group of the preset before and after; all of it counted."""
    plan = plan_documents(tmp_path, {"a.yaml": INVOICE})
    (change,) = plan.changes
    (group,) = change.groups
    assert (change.address, change.preset_id, change.tool_type) == ("projects/1042/templates/11", "32", "invoice")
    assert [(one.login, str(one.origin), one.cause) for one in group.add] == [
        ("cy@acme.test", "a.yaml:6:40", "requested")
    ]
    assert [(one.login, str(one.origin)) for one in group.remove] == [("bo@acme.test", "a.yaml:6:7")]
    assert [one.login for one in group.keep] == ["ann@acme.test"]
    assert change.before == {"creator": (), "pm": ("1", "2"), "acc": ("3", "4"), "super": ("8",)}
    assert change.after == {"creator": (), "pm": ("1", "3"), "acc": ("3", "4"), "super": ("8",)}
    assert (change.unmanaged, change.dynamic, change.workflow_manager) == (1, 2, None)
    assert msgspec.structs.asdict(plan.summary) == {
        "presets": 1, "changed": 1, "additions": 1, "removals": 1, "managers": 0, "people": 2,
        "managed": 2, "withheld": 0, "drift": None, "already": None, "held": 0,
    }  # fmt: skip
    assert plan.applicable


def test_order_alone_is_no_change(tmp_path: Path) -> None:
    """Sets are compared, and nothing is rewritten for its order."""
    text = INVOICE.replace("[ann@acme.test, cy@acme.test]", "[bo@acme.test, ANN@acme.test]")
    assert plan_documents(tmp_path, {"a.yaml": text}).changes == ()


def test_an_empty_group_on_purpose(tmp_path: Path) -> None:
    """With allow_empty everybody goes; without anybody there it is no change."""
    text = INVOICE.replace("[ann@acme.test, cy@acme.test]", "{members: [], allow_empty: true}")
    plan = plan_documents(tmp_path, {"a.yaml": text})
    assert (plan.summary.removals, plan.changes[0].after["pm"]) == (2, ())
    assert ("policy/empties-group", "warning") in {(one.code, one.severity) for one in plan.diagnostics}
    seed = company_seed()
    seed["presets"][1]["groups"]["pm"] = []
    assert plan_documents(tmp_path, {"a.yaml": text}, live_state(seed)).changes == ()


@pytest.mark.parametrize("group", ["pm", "acc", "super"])
def test_a_group_that_live_does_not_show_is_half_an_answer(tmp_path: Path, group: str) -> None:
    """A preset without a row for a group of its version, managed or not, is unreadable: nothing is planned from it."""
    seed = company_seed()
    del seed["presets"][1]["groups"][group]
    plan = plan_documents(tmp_path, {"a.yaml": INVOICE}, live_state(seed))
    assert (plan.complete, plan.changes) == (False, ())
    (told,) = [one for one in plan.diagnostics if one.code == "live/unreadable"]
    assert told.address == "projects/1042/templates/11"
    assert f"has no row for {NAMES[group]}, which its template version has" in told.message


def test_the_workflow_manager_before_and_after(tmp_path: Path) -> None:
    """Only when managed and different; a preset without one gets one."""
    text = INVOICE.replace("projects:", "workflow_manager: ann@acme.test\nprojects:")
    plan = plan_documents(tmp_path, {"a.yaml": text})
    manager = plan.changes[0].workflow_manager
    assert manager is not None
    assert (str(manager.before), str(manager.after), str(manager.origin)) == ("Gus", "Ann", "a.yaml:3:1")
    assert (plan.summary.managers, plan.summary.people) == (1, 4)
    seed = company_seed()
    seed["presets"][1]["workflow_manager_id"] = None
    manager = plan_documents(tmp_path, {"a.yaml": text}, live_state(seed)).changes[0].workflow_manager
    assert manager is not None
    assert manager.before is None
    same = text.replace("workflow_manager: ann", "workflow_manager: gus")
    assert plan_documents(tmp_path, {"a.yaml": same}).changes[0].workflow_manager is None


def test_a_person_twice_in_a_live_group_counts_once(tmp_path: Path) -> None:
    """A repeated login in an answer is one person."""
    state = live_state()
    preset = state.presets[1]
    pm = preset.groups[1]
    groups = (preset.groups[0], Membership("pm", (*pm.members, pm.members[1])), *preset.groups[2:])
    doubled = msgspec.structs.replace(preset, groups=groups)
    state = msgspec.structs.replace(state, presets=(state.presets[0], doubled))
    plan = plan_documents(tmp_path, {"a.yaml": INVOICE}, state)
    assert plan.summary.removals == 1


def test_people_who_may_not_be_assigned_stop_the_plan(tmp_path: Path) -> None:
    """Additions and managers are held against the lists of the place; the plan is still shown in full."""
    text = INVOICE.replace("projects:", "workflow_manager: ann@acme.test\nprojects:")
    state = live_state()
    nobody = tuple(PeopleList(place=one.place, people=()) for one in state.assignees)
    plan = plan_documents(tmp_path, {"a.yaml": text}, msgspec.structs.replace(state, assignees=nobody, managers=nobody))
    assert (plan.complete, plan.applicable, plan.summary.changed) == (True, False, 1)
    told = [one for one in plan.diagnostics if "possible" in one.code]
    assert [(one.severity, one.code, str(one.origin)) for one in told] == [
        ("error", "policy/not-possible-assignee", "a.yaml:7:40"),
        ("error", "policy/not-possible-manager", "a.yaml:3:1"),
        ("warning", "live/kept-not-possible", "None"),
        ("warning", "live/kept-not-possible", "None"),
        ("warning", "live/kept-not-possible", "None"),
    ]
    assert told[2].message.startswith("Ann stays in Project Manager but is no longer a possible assignee")
    assert "Cy cannot be added to Project Manager: not a possible assignee of invoice in project 'Harbor Bridge'" in (
        told[0].message
    )
    assert "nobody at all may be assigned in project 'Harbor Bridge'" in told[0].message


def test_what_a_snapshot_cannot_check_is_a_warning(tmp_path: Path) -> None:
    """Without the lists nobody knows; the plan says so."""
    text = "kind: assignments\ntemplate: Budget\ncompany: {workflow_manager: cy@acme.test, "
    text += "groups: {Finance: [gus@acme.test]}}\n"
    state = msgspec.structs.replace(live_state(), assignees=(), managers=(), inactive=None)
    plan = plan_documents(tmp_path, {"a.yaml": text}, state)
    assert plan.applicable
    told = [one for one in plan.diagnostics if one.code.startswith("live/")]
    assert [(one.severity, one.code) for one in told] == [
        ("warning", "live/unchecked-assignee"),
        ("warning", "live/unchecked-manager"),
        ("warning", "live/unchecked-inactive"),
    ]
    assert "in the company is not in the snapshot" in told[0].message


def digest_with(plan: Plan, **changes: object) -> str:
    """Return the digest of a plan with something else in it."""
    return plan_digest(msgspec.structs.replace(plan, **changes))


def test_the_digest_covers_what_apply_does_and_nothing_else(tmp_path: Path) -> None:
    """Not times, names, messages and warnings; but company, completeness, errors and every id."""
    plan = plan_documents(tmp_path, {"a.yaml": INVOICE})
    warning = Diagnostic(severity="warning", code="a/b", message="")
    for same in ({"created_at": "later"}, {"company_name": "Other"}, {"diagnostics": (warning,)}):
        assert digest_with(plan, **same) == plan.digest
    error = Diagnostic(severity="error", code="a/b", message="")
    change = plan.changes[0]
    others = (
        {"company_id": "1"},
        {"complete": False},
        {"applicable": False},
        {"diagnostics": (error,)},
        {"changes": ()},
        {"changes": (msgspec.structs.replace(change, preset_id="9"),)},
        {"changes": (msgspec.structs.replace(change, after={**change.after, "pm": ("1",)}),)},
        {"changes": (msgspec.structs.replace(change, before={**change.before, "pm": ("1",)}),)},
    )
    digests = {plan.digest, *(digest_with(plan, **other) for other in others)}
    assert len(digests) == len(others) + 1


def test_somebody_twice_in_a_group_counts_once(tmp_path: Path) -> None:
    """In what is managed, in a minimum, in what is told of those who stay, and in drift's notices."""
    seed = company_seed()
    seed["presets"][1]["groups"] |= {"pm": ["1", "2", "2"], "acc": ["3", "3"]}
    state = live_state(seed)
    nobody = tuple(
        msgspec.structs.replace(one, people=tuple(person for person in one.people if person.id != "3"))
        for one in state.assignees
    )
    state = msgspec.structs.replace(state, assignees=nobody, inactive=frozenset({"cy@acme.test"}))
    policy = "kind: policy\nroles: {Accounting: {min_members: 2}}\n"
    text = INVOICE.replace("cy@acme.test]", "dee@acme.test]")
    observation = observe_documents(tmp_path, {"a.yaml": text, "policy.yaml": policy}, state)
    plan = plan_observation(observation)
    assert plan.summary.managed == 2
    told = [one for one in plan.diagnostics if one.code in {"live/kept-not-possible", "policy/inactive-person"}]
    assert [one.code for one in told] == ["policy/inactive-person", "live/kept-not-possible"]
    assert "stays in 1: Invoice Approval · Harbor Bridge · Accounting" in told[0].message
    (below,) = [one.message for one in plan.diagnostics if one.code == "policy/below-minimum"]
    assert "would hold 0 who can act (not Cy), and at least 2 must" in below
    notices = find_notices(observation.resolved, state, Policy(), templates=(), previous=None, today=TODAY)
    assert [one.kind for one in notices] == ["inactive"]
