"""People with two accounts, and people who stand twice in a group, through the real command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.account import INVOICE, company_seed, write_documents, write_seed
from tests.support.command_line import reconciler
from tests.support.sandbox import running_sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

ANN_TWICE = """\
kind: assignments
template: Invoice Approval
projects:
  - project: Cedar Tower
    groups: {Project Manager: [ann@acme.test]}
  - project: Harbor Bridge
    groups: {Project Manager: [ann@acme.test, bo@acme.test]}
---
kind: policy
protected: [ann@acme.test]
"""
FORMER = (
    "Ann (ann@acme.test) holds Invoice Approval · Cedar Tower · Project Manager by a former account (login id 70): "
    "documents that name the login put the account in use (login id 1) in its place where that may be assigned"
)


def run(folder: Path, sandbox: RunningSandbox, *arguments: str) -> tuple[int, Any]:
    """Run a command for its JSON."""
    ran = reconciler(folder, *arguments, "--format", "json", environment=sandbox.environment)
    return ran.code, json.loads(ran.stdout)


def test_01_somebody_who_came_back(tmp_path: Path) -> None:
    """The account in use takes the former one's place, nobody else moves, and the plan after that is empty."""
    seed = company_seed()
    seed["people"].append({"id": "70", "login": "ann@acme.test", "name": "Ann", "active": False})
    seed["presets"][0]["groups"]["pm"] = ["70"]
    folder = tmp_path / "approvals"
    write_documents(folder, {"a.yaml": ANN_TWICE})
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        code, report = run(folder, sandbox, "drift")
        found = {(one["person"]["id"], one["direction"]) for one in report["drifts"]}
        assert (code, found) == (2, {("70", "live-only"), ("1", "git-only")})
        assert [one["message"] for one in report["diagnostics"]] == [FORMER]
        code, plan = run(folder, sandbox, "plan", "--out", "plan.json")
        assert (code, plan["applicable"]) == (0, True)
        assert plan["live"]["requests"] == plan["live"]["lower_bound"]
        (change,) = plan["changes"]
        assert (change["address"], change["before"]["pm"], change["after"]["pm"]) == (
            "projects/1041/templates/11", ["70"], ["1"],
        )  # fmt: skip
        codes = [(one["severity"], one["code"]) for one in plan["diagnostics"]]
        assert codes == [
            ("warning", "policy/whole-group"),
            ("note", "policy/first-adoption"),
            ("warning", "live/former-account"),
        ]
        assert run(folder, sandbox, "apply", "plan.json")[0] == 0
        assert sandbox.groups("31", "1041")["pm"] == ["1"]
        code, plan = run(folder, sandbox, "plan", "--detailed-exitcode")
        assert (code, plan["changes"], plan["diagnostics"]) == (0, [], [])


def test_02_applied_where_the_directory_cannot_be_read(tmp_path: Path) -> None:
    """Which account is in use was seen in a preset that apply does not read again; the list of the place says it."""
    seed = company_seed()
    seed["people"].append({"id": "70", "login": "ann@acme.test", "name": "Ann", "active": False})
    seed["presets"][0] |= {"groups": seed["presets"][0]["groups"] | {"pm": ["70"]}, "workflow_manager_id": "70"}
    folder = tmp_path / "approvals"
    text = ANN_TWICE.replace("Cedar Tower\n", "Cedar Tower\n    workflow_manager: ann@acme.test\n")
    write_documents(folder, {"a.yaml": text})
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        refused = {"path": "users", "status": 403, "times": 9}
        sandbox.fail(refused)
        code, plan = run(folder, sandbox, "plan", "--out", "plan.json")
        assert (code, len(plan["changes"])) == (0, 1)
        code, report = run(folder, sandbox, "apply", "plan.json")
        assert (code, [one["status"] for one in report["outcomes"]]) == (0, ["applied"])
        assert sandbox.groups("31", "1041")["pm"] == ["1"]
        code, plan = run(folder, sandbox, "plan", "--detailed-exitcode")
        assert (code, plan["changes"]) == (0, [])


def test_03_somebody_who_stands_twice_in_a_group(tmp_path: Path) -> None:
    """They go back once, in groups that change and in those that do not; reading shows them as live has them."""
    seed = company_seed()
    seed["presets"][1]["groups"] = {"creator": ["5", "5"], "pm": ["1", "1", "2"], "acc": ["3", "4", "3"], "super": []}
    folder = tmp_path / "approvals"
    write_documents(folder, {"a.yaml": INVOICE + "      Accounting: [cy@acme.test, dee@acme.test]\n"})
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        code, plan = run(folder, sandbox, "plan", "--out", "plan.json")
        assert (code, plan["summary"]["managed"]) == (0, 4)
        (change,) = plan["changes"]
        assert change["before"] == {"creator": ["5", "5"], "pm": ["1", "1", "2"], "acc": ["3", "4", "3"], "super": []}
        assert [group["name"] for group in change["groups"]] == ["Project Manager"]
        code, report = run(folder, sandbox, "apply", "plan.json")
        assert (code, report["summary"]["applied"]) == (0, 1)
        (written,) = [one["body"] for one in sandbox.log(forget=True) if one["method"] == "PATCH"]
        sent = {one["uuid"]: one["login_ids"] for one in written["responsible_group_memberships"]}
        assert sent == {"creator": ["5"], "pm": ["1", "3"], "acc": ["3", "4"], "super": []}
        assert run(folder, sandbox, "plan", "--detailed-exitcode")[0] == 0
