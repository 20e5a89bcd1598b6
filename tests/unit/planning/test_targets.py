"""Precedence, groups by name, presets that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.errors import DocumentsError, IncompleteError
from reconciler.model.live import Place, Tool, Unreadable, Wanted
from tests.support.account import company_seed
from tests.support.values import live_state, observe_documents, plan_documents

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan

HEAD = "kind: assignments\ntemplate: Invoice Approval\n"


def problems_of(folder: Path, *texts: str) -> list[str]:
    """Return the problems of documents a.yaml, b.yaml as ``place code message``."""
    documents = dict(zip(("a.yaml", "b.yaml"), texts, strict=False))
    with pytest.raises(DocumentsError) as raised:
        observe_documents(folder, documents)
    return [f"{one.origin} {one.code} {one.message}" for one in raised.value.diagnostics]


def test_the_narrowest_rank_wins_group_by_group(tmp_path: Path) -> None:
    """Project entry over where entry over defaults, whole group by whole group."""
    text = f"""{HEAD}\
workflow_manager: ann@acme.test
groups: {{Project Manager: [dee@acme.test], Accounting: [eli@acme.test]}}
projects:
  - where: {{stage: Course of Construction}}
    groups: {{Project Manager: [cy@acme.test]}}
  - project: Harbor Bridge
    workflow_manager: bo@acme.test
    groups: {{Project Manager: [bo@acme.test]}}
"""
    found = observe_documents(tmp_path, {"a.yaml": text})
    desired = {
        one.target.project.name if one.target.project else "": (
            {uuid: sorted(group.members) for uuid, group in one.groups.items()},
            one.manager.person.id if one.manager else None,
        )
        for one in found.resolved
    }
    assert desired == {
        "Cedar Tower": ({"pm": ["3"], "acc": ["5"]}, "1"),
        "Harbor Bridge": ({"pm": ["2"], "acc": ["5"]}, "2"),
    }


def test_two_entries_of_one_rank_contradict_each_other(tmp_path: Path) -> None:
    """Found by what they select, however they name it; both places are shown, once."""
    entry = "    groups: {Project Manager: [ann@acme.test]}\n    workflow_manager: ann@acme.test\n"
    first = f"{HEAD}projects:\n  - where: {{state_code: [WA, OR]}}\n{entry}"
    second = (
        f"kind: assignments\ntemplate: {{id: 11}}\nprojects:\n  - where: {{stage: Course of Construction}}\n{entry}"
    )
    assert problems_of(tmp_path, first, second) == [
        "b.yaml:5:14 documents/conflict 'Project Manager' of projects/1041/templates/11 is given here and, with the "
        "same rank, at a.yaml:5:14; keep one of the two",
        "b.yaml:6:5 documents/conflict the workflow manager of projects/1041/templates/11 is given here and, with "
        "the same rank, at a.yaml:6:5; keep one of the two",
    ]


def test_groups_that_cannot_be_managed(tmp_path: Path) -> None:
    """Unknown, misspelt, and filled by the service itself."""
    text = f"""{HEAD}projects:
  - project: Harbor Bridge
    groups:
      Project Manger: [ann@acme.test]
      Superintendent: [ann@acme.test]
      Cook: [ann@acme.test]
"""
    assert problems_of(tmp_path, text) == [
        "a.yaml:6:7 documents/unknown-group no role group 'Project Manger'; did you mean 'Project Manager'?",
        "a.yaml:7:7 documents/dynamic-group 'Superintendent' is filled by the service itself (project_role) and "
        "cannot be managed; take it out",
        "a.yaml:8:7 documents/unknown-group no role group 'Cook'; role groups here: Accounting, Project Manager",
    ]


def test_two_role_groups_of_one_name(tmp_path: Path) -> None:
    """Nobody can tell which one is meant."""
    seed = company_seed()
    groups = seed["templates"][0]["versions"][0]["responsible_groups"]
    groups.append({"uuid": "pm2", "name": "Project Manager", "type": "RESPONSIBLE_ROLE"})
    for preset in seed["presets"][:2]:
        preset["groups"]["pm2"] = []
    text = f"{HEAD}projects: [{{project: Harbor Bridge, groups: {{Project Manager: [ann@acme.test]}}}}]\n"
    with pytest.raises(DocumentsError) as raised:
        observe_documents(tmp_path, {"a.yaml": text}, live_state(seed))
    assert [one.code for one in raised.value.diagnostics] == ["documents/ambiguous-group"]


def test_a_template_without_role_groups(tmp_path: Path) -> None:
    """The message says that there is nothing to manage."""
    seed = company_seed()
    version = seed["templates"][0]["versions"][0]
    version["responsible_groups"] = version["responsible_groups"][:1]
    text = f"{HEAD}projects: [{{project: Harbor Bridge, groups: {{Cook: [ann@acme.test]}}}}]\n"
    with pytest.raises(DocumentsError) as raised:
        observe_documents(tmp_path, {"a.yaml": text}, live_state(seed))
    assert raised.value.diagnostics[0].message == "no role group 'Cook'; it has no role groups"


def test_presets_that_are_not_there(tmp_path: Path) -> None:
    """An error for a project named, a note for those selected, and a hint for the wrong level."""
    seed = company_seed()
    seed["presets"] = [seed["presets"][0]]
    groups = "groups: {Project Manager: [ann@acme.test]}"
    text = f"{HEAD}projects:\n  - project: Harbor Bridge\n    {groups}\n---\n{HEAD}company: {{{groups}}}\n"
    with pytest.raises(DocumentsError) as raised:
        observe_documents(tmp_path, {"a.yaml": text}, live_state(seed))
    assert [one.message for one in raised.value.diagnostics] == [
        "template 'Invoice Approval' is not assigned to project 'Harbor Bridge' (1042); assign it there, remove "
        "this entry, or if invoice is a company-level tool, write 'company:' in place of 'projects:'",
        "template 'Invoice Approval' has no company-level preset; if invoice is a project-level tool, write "
        "'projects:' in place of 'company:'",
    ]
    selected = f"{HEAD}projects:\n  - where: {{stage: Course of Construction}}\n    {groups}\n"
    found = observe_documents(tmp_path, {"a.yaml": selected}, live_state(seed))
    assert [(one.severity, one.message) for one in found.diagnostics] == [
        ("note", "1 matching project does not use this template and was skipped")
    ]
    seed["projects"].append({**seed["projects"][1], "id": "1060", "name": "Third"})
    found = observe_documents(tmp_path, {"a.yaml": selected}, live_state(seed))
    assert found.diagnostics[0].message.startswith("2 matching projects do not use this template")


def unread(plan: Plan) -> list[tuple[str, str | None]]:
    """Return what the plan says of live."""
    return [(one.code, one.address) for one in plan.diagnostics if one.code.startswith("live/")]


def test_what_could_not_be_read_makes_the_plan_incomplete(tmp_path: Path) -> None:
    """Not an error in documents, not a plan either: the rest is shown, nothing may be applied."""
    text = f"{HEAD}projects:\n  - where: {{stage: Course of Construction}}\n    "
    text += "groups: {Project Manager: [bo@acme.test]}\n"
    state = live_state()
    gone = Unreadable(place=Place("1042", Tool("invoice")), template_id="11", reason="refused with 403")
    partly = msgspec.structs.replace(state, presets=state.presets[:1], unreadable=(gone,))
    plan = plan_documents(tmp_path, {"a.yaml": text}, partly)
    assert (plan.complete, plan.applicable, plan.summary.changed) == (False, False, 1)
    assert unread(plan) == [("live/unreadable", "projects/1042/templates/11")]
    unlisted = msgspec.structs.replace(
        state, presets=state.presets[:1], listed=(Wanted(Place("1041", Tool("invoice")), frozenset({"11"})),)
    )
    plan = plan_documents(tmp_path, {"a.yaml": text}, unlisted)
    assert unread(plan) == [("live/unreadable", "projects/1042/templates/11")]


@pytest.mark.parametrize("name", ["0.yaml", "9.yaml"])
def test_a_conflict_does_not_depend_on_the_order_of_files(tmp_path: Path, name: str) -> None:
    """Two where entries contradict each other also where a project entry wins over both, wherever it stands."""
    groups = "groups: {Project Manager: [ann@acme.test]}"
    documents = {
        "1.yaml": f"{HEAD}projects: [{{where: {{state_code: WA}}, {groups}}}]\n",
        "2.yaml": f"{HEAD}projects: [{{where: {{stage: Course of Construction}}, {groups}}}]\n",
        name: f"{HEAD}projects: [{{project: Harbor Bridge, {groups}}}]\n",
    }
    with pytest.raises(DocumentsError) as raised:
        observe_documents(tmp_path, documents)
    assert [(one.code, str(one.origin)) for one in raised.value.diagnostics] == [("documents/conflict", "2.yaml:3:62")]


def test_a_snapshot_that_never_looked_is_no_answer(tmp_path: Path) -> None:
    """Projects that were not read, templates that were not looked at, versions that are missing."""
    text = f"{HEAD}projects: [{{where: {{state_code: WA}}, groups: {{Accounting: [ann@acme.test]}}}}]\n"
    state = live_state()
    with pytest.raises(IncompleteError, match="without the list of projects"):
        observe_documents(tmp_path, {"a.yaml": text}, msgspec.structs.replace(state, with_projects=False))
    with pytest.raises(IncompleteError, match="template version 911 is not in the snapshot"):
        observe_documents(tmp_path, {"a.yaml": text}, msgspec.structs.replace(state, versions=()))
    other = msgspec.structs.replace(
        state, presets=(), listed=(Wanted(Place("1042", Tool("invoice")), frozenset({"12"})),)
    )
    plan = plan_documents(tmp_path, {"a.yaml": text}, other)
    assert not plan.complete
    assert "was not looked at" in plan.diagnostics[0].message


def test_a_default_group_that_no_preset_has_is_one_error(tmp_path: Path) -> None:
    """Its line is told once, also where the presets follow versions with other groups."""
    state = live_state()
    (version,) = [one for one in state.versions if one.id == "911"]
    older = msgspec.structs.replace(version, id="900", groups=version.groups[:2])
    presets = tuple(msgspec.structs.replace(one, version_id="900") if one.id == "31" else one for one in state.presets)
    state = msgspec.structs.replace(state, versions=(*state.versions, older), presets=presets)
    text = (
        "kind: assignments\ntemplate: Invoice Approval\ngroups: {Cook: [ann@acme.test]}\n"
        "projects: [{project: Cedar Tower}, {project: Harbor Bridge}]\n"
    )
    with pytest.raises(DocumentsError) as raised:
        observe_documents(tmp_path, {"a.yaml": text}, state)
    assert [f"{one.origin} {one.message}" for one in raised.value.diagnostics] == [
        "a.yaml:3:10 no role group 'Cook'; role groups here: Project Manager"
    ]
