"""Tools that have subtypes, through the real command line: each correspondence type is a tool of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from tests.support.account import MEMO, NOTICE, correspondence_seed, write_documents, write_seed
from tests.support.command_line import reconciler
from tests.support.sandbox import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

DOCUMENT = """\
kind: assignments
template: Memo Approval
workflow_manager: hal@acme.test
projects:
  - where: {state_code: [WA, OR]}
    groups: {Reviewer: [ann@acme.test, dee@acme.test]}
---
kind: assignments
template: Notice Approval
projects:
  - project: Harbor Bridge
    groups: {Reviewer: [ann@acme.test, bo@acme.test]}
"""


@pytest.fixture
def account(tmp_path: Path) -> Iterator[RunningSandbox]:
    """A sandbox with the two types of correspondence."""
    with running_sandbox(write_seed(tmp_path / "seed", correspondence_seed())) as running:
        yield running


def tools_asked(account: RunningSandbox) -> list[tuple[str, str, str | None]]:
    """Return what was asked of a tool: project and endpoint, tool type and subtype."""
    asked = []
    for one in account.log(forget=True):
        query = {key.removeprefix("filters[").removesuffix("]"): text for key, text in parse_qsl(one["query"])}
        if "tool_type" in query:
            project, _, endpoint = one["path"].partition("/projects/")[2].partition("/workflows/")
            asked.append((f"{project} {endpoint}", query["tool_type"], query.get("tool_subtype")))
    return sorted(asked)


def test_01_planned_applied_and_watched(tmp_path: Path, account: RunningSandbox) -> None:
    """Every call that names the tool names its subtype, each list is read once, and the plan after it is empty."""
    write_documents(tmp_path / "approvals", {"a.yaml": DOCUMENT})

    def run(*arguments: str) -> tuple[int, Any]:
        ran = reconciler(tmp_path / "approvals", *arguments, "--format", "json", environment=account.environment)
        return ran.code, json.loads(ran.stdout)

    code, plan = run("plan", "--out", "plan.json")
    assert (code, plan["applicable"], plan["diagnostics"]) == (0, True, [])
    assert [(one["address"], one["tool_type"], one["tool_subtype"]) for one in plan["changes"]] == [
        ("projects/1041/templates/21", "correspondence", MEMO),
        ("projects/1042/templates/21", "correspondence", MEMO),
        ("projects/1042/templates/22", "correspondence", NOTICE),
    ]
    assert plan["live"]["requests"] == plan["live"]["lower_bound"]
    assert tools_asked(account) == [
        ("1041 possible_assignees", "correspondence", "7"),
        ("1041 presets", "correspondence", "7"),
        ("1041 workflow_managers", "correspondence", "7"),
        ("1042 possible_assignees", "correspondence", "7"),
        ("1042 possible_assignees", "correspondence", "9"),
        ("1042 presets", "correspondence", "7"),
        ("1042 presets", "correspondence", "9"),
        ("1042 workflow_managers", "correspondence", "7"),
    ]
    code, applied = run("apply", "plan.json")
    assert (code, [one["status"] for one in applied["outcomes"]]) == (0, ["applied"] * 3)
    account.log(forget=True)
    assert run("plan", "--detailed-exitcode")[0] == 0
    assert run("drift")[1]["drifts"] == []
    assert {(kind, subtype is None) for _, kind, subtype in tools_asked(account)} == {("correspondence", False)}


def test_02_a_snapshot_knows_them_apart(tmp_path: Path, account: RunningSandbox) -> None:
    """An offline plan says what the one of the service says."""
    folder = tmp_path / "approvals"
    write_documents(folder, {"a.yaml": DOCUMENT})

    def planned(*arguments: str) -> Any:
        ran = reconciler(folder, "plan", "--format", "json", *arguments, environment=account.environment)
        return json.loads(ran.stdout)

    online = planned()
    assert reconciler(folder, "snapshot", "--out", "live.json", environment=account.environment).code == 0
    offline = planned("--snapshot", "live.json")
    assert offline["digest"] == online["digest"]
    assert offline["diagnostics"] == online["diagnostics"] == []
    assert planned("--snapshot", "live.json", "--refresh", "changed")["digest"] == online["digest"]


def test_03_exported(tmp_path: Path, account: RunningSandbox) -> None:
    """The list of tools tells each subtype apart, and so do the lists of presets."""
    ran = reconciler(tmp_path, "export", "--company", "4211", "--out", "out", environment=account.environment)
    assert ran.stdout.startswith("7 presets written to out as 4 documents")
    assert {(kind, subtype) for _, kind, subtype in tools_asked(account) if kind == "correspondence"} == {
        ("correspondence", "7"),
        ("correspondence", "9"),
    }
    names = sorted(one.name for one in (tmp_path / "out" / "assignments").iterdir())
    assert names == ["budget.yaml", "invoice-approval.yaml", "memo-approval.yaml", "notice-approval.yaml"]
