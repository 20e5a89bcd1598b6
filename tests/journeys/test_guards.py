"""Terrible mistakes through the real command line: each stopped, each message followed, each way through working."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import company_seed, login, write_seed
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

SITES = 12
HEAD = "kind: assignments\ntemplate: Invoice Approval\nprojects:\n"
EVERYWHERE = f"""{HEAD}\
  - where: {{stage: Bidding}}
    groups:
      Project Manager: [ann@acme.test, bo@acme.test]
      Accounting: [team:accounting]
"""
SITE = f"""{HEAD}\
  - project: Site 03
    groups:
      Accounting: [ann@acme.test, bo@acme.test, cy@acme.test, hal@acme.test]
"""
TEAMS = "kind: teams\nteams:\n  accounting: [dee@acme.test, eli@acme.test, fay@acme.test]\n"
GOOD = {"assignments/everywhere.yaml": EVERYWHERE, "assignments/site-03.yaml": SITE, "teams.yaml": TEAMS}


def seed_of_sites() -> dict[str, Any]:
    """Return a company of twelve sites, live just as the documents want them."""
    seed = company_seed()
    project, preset = seed["projects"][0], seed["presets"][0]
    for number in range(SITES):
        one = str(2000 + number)
        accounting = ["1", "2", "3", "8"] if number == 3 else ["4", "5", "6"]
        groups = {"creator": [], "pm": ["1", "2"], "acc": accounting, "super": ["8"]}
        seed["projects"].append({**project, "id": one, "name": f"Site {number:02}", "stage": "Bidding"})
        seed["presets"].append({**preset, "id": f"8{one}", "project_id": one, "groups": groups})
    return seed


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Yield a repository under version control that live agrees with."""
    with running_sandbox(write_seed(tmp_path / "seed", seed_of_sites())) as sandbox:
        one = Trial(tmp_path / "approvals", sandbox)
        (one.folder / "assignments" / "invoice.yaml").unlink()
        one.write(GOOD)
        one.commit()
        yield one


def errors(shown: str) -> list[str]:
    """Return what stands against a plan, without the plan."""
    return [line for line in shown.splitlines() if line.startswith(("✗", "    to allow it", "exit", "error"))]


def assert_agrees(trial: Trial) -> None:
    """Live and documents agree again, and nothing was written since."""
    assert "12 presets, nothing to change" in trial.run("plan")
    assert trial.writes() == []


def test_01_an_emptied_repository(trial: Trial, whole: SnapshotAssertion) -> None:
    """No document is left, or every list in them is empty: stopped before anything is asked of the service."""
    for name in GOOD:
        (trial.folder / name).unlink()
    shown = [trial.run("plan"), trial.run("apply", "--yes")]
    trial.git("restore", ".")
    (trial.folder / "teams.yaml").write_text("kind: teams\nteams: {accounting: []}\n")
    shown.append(trial.run("apply", "--yes"))
    (trial.folder / "teams.yaml").write_text("")
    shown.append(trial.run("apply", "--yes"))
    assert "\n".join(shown) == whole
    assert trial.sandbox.log() == []
    trial.git("restore", ".")
    assert_agrees(trial)


def test_02_one_file_deleted(trial: Trial, whole: SnapshotAssertion) -> None:
    """The project falls to the entry for all, which would replace everybody there: stopped, allowed, done."""
    (trial.folder / "assignments" / "site-03.yaml").unlink()
    refused = trial.run("plan", "--base", "main")
    assert trial.run("apply", "--yes").startswith("exit 3")
    assert trial.writes() == []
    (trial.folder / "policy.yaml").write_text(
        "kind: policy\noverrides:\n"
        "  - {reason: accounting moved, address: projects/2003/templates/11, allow_removals: 4, until: 2031-01-01}\n"
    )
    allowed = trial.run("plan", "--base", "main")
    assert f"{refused}\n{allowed}" == whole
    assert trial.run("apply", "--yes").startswith("exit 0")
    assert trial.sandbox.groups("82003", "2003")["acc"] == ["4", "5", "6"]


def test_03_a_team_renamed(trial: Trial, whole: SnapshotAssertion) -> None:
    """Whoever refers to it still has the old name: stopped; the message names the new one."""
    (trial.folder / "teams.yaml").write_text(TEAMS.replace("accounting", "accounting-west"))
    assert trial.run("apply", "--yes") == whole
    text = EVERYWHERE.replace("team:accounting", "team:accounting-west")
    (trial.folder / "assignments" / "everywhere.yaml").write_text(text)
    assert_agrees(trial)


def test_04_a_directory_that_answers_empty(trial: Trial, whole: SnapshotAssertion) -> None:
    """Nobody at all may be assigned, says the service: nobody is added on that word; asked again, it goes on."""
    trial.write({"assignments/site-03.yaml": SITE.replace("hal@", "gus@")})
    nobody = {
        "path": "possible_assignees",
        "status": 200,
        "body": '{"data": []}',
        "headers": {"Total": "0"},
        "times": 9,
    }
    trial.sandbox.fail(nobody)
    shown = trial.run("apply", "--yes")
    assert "\n".join(errors(shown)) == whole
    assert trial.writes() == []
    trial.sandbox.fail()
    assert trial.run("apply", "--yes").startswith("exit 0")
    assert trial.sandbox.groups("82003", "2003")["acc"] == ["1", "2", "3", "7"]


def test_05_a_wrong_branch(trial: Trial, whole: SnapshotAssertion) -> None:
    """Documents of another time would move hundreds of roles: stopped; the right branch or an override ends it."""
    trial.git("checkout", "-qb", "long-ago")
    swapped = EVERYWHERE.replace("ann@acme.test, bo@acme.test", "gus@acme.test, hal@acme.test")
    (trial.folder / "assignments" / "everywhere.yaml").write_text(swapped)
    trial.commit("another time")
    shown = trial.run("apply", "--yes")
    assert "\n".join(errors(shown)) == whole
    assert trial.writes() == []
    trial.git("checkout", "-q", "main")
    assert_agrees(trial)
    trial.git("checkout", "-q", "long-ago")
    (trial.folder / "policy.yaml").write_text(
        "kind: policy\noverrides:\n  - {reason: it is meant, address: '*/templates/11', role: Project Manager, "
        "allow_removals: 24, until: 2031-01-01}\n"
    )
    done = trial.run("apply", "--yes")
    assert done.startswith("exit 0")
    assert "24 removals of the 24 it allows at */templates/11, Project Manager, until 2031-01-01: it is meant" in done
    assert trial.sandbox.groups("82007", "2007")["pm"] == ["7", "8"]


def test_06_a_freeze(trial: Trial, whole: SnapshotAssertion) -> None:
    """By the environment or by a policy: plan goes on, no apply does, and a plan outlives it."""
    trial.write({"assignments/site-03.yaml": SITE.replace("hal@", "gus@")})
    trial.run("plan", "--out", "plan.json")
    trial.sandbox.log(forget=True)
    (trial.folder / "policy.yaml").write_text("kind: policy\nfrozen: year end closing\n")
    shown = [
        trial.run("apply", "plan.json"),
        trial.run("apply", "--yes", "--format", "json"),
        trial.run("apply", "plan.json", RECONCILER_FREEZE="incident 7"),
    ]
    assert trial.sandbox.log() == []
    assert "\n".join(shown) == whole
    planned = trial.run("plan")
    assert planned.startswith("exit 0")
    assert "! policy.yaml:2:1: nothing is applied at present: year end closing  [policy/frozen]" in planned
    (trial.folder / "policy.yaml").unlink()
    assert "incident 7" in trial.run("apply", "plan.json", RECONCILER_FREEZE="incident 7")
    assert trial.writes() == []
    assert trial.run("apply", "plan.json", RECONCILER_FREEZE="off").startswith("exit 0")


def test_07_adds_only(trial: Trial, whole: SnapshotAssertion) -> None:
    """Removals are withheld and listed, the plan says that it is partial, and nobody leaves."""
    trial.write({"assignments/site-03.yaml": "\n".join((
        HEAD.replace("projects:", "workflow_manager: dee@acme.test\nprojects:").rstrip(),
        "  - project: Site 03",
        "    groups: {Accounting: [gus@acme.test], Project Manager: [ann@acme.test]}\n",
    ))})  # fmt: skip
    planned = trial.run("plan", "--adds-only", "--out", "plan.json")
    shown = [
        planned,
        trial.run("plan", "--adds-only", "--format", "markdown"),
        trial.run("apply", "plan.json", "--adds-only"),
    ]
    assert "\n".join(shown) == whole
    saved = json.loads((trial.folder / "plan.json").read_text())
    assert (saved["adds_only"], saved["summary"]["removals"], saved["summary"]["withheld"]) == (True, 0, 5)
    assert trial.run("apply", "plan.json").startswith("exit 0")
    assert trial.sandbox.groups("82003", "2003")["acc"] == ["1", "2", "3", "8", "7"]
    assert trial.sandbox.groups("82003", "2003")["pm"] == ["1", "2"]
    assert [body["workflow_manager_id"] for body in trial.writes()] == ["7"]  # type: ignore[index]
    again = trial.run("apply", "--yes", "--adds-only")
    assert again.startswith("exit 0")
    assert len(trial.writes()) == 1


def test_08_guards_are_asked_again_before_the_first_write(trial: Trial, whole: SnapshotAssertion) -> None:
    """A policy that became stricter, and a service that no longer allows somebody: refused, nothing written."""
    trial.write({"assignments/site-03.yaml": SITE.replace("hal@", "gus@")})
    assert trial.run("plan", "--out", "plan.json").startswith("exit 0")
    (trial.folder / "policy.yaml").write_text("kind: policy\nprotected: [hal@acme.test]\n")
    shown = [trial.run("apply", "plan.json")]
    (trial.folder / "policy.yaml").unlink()
    some = json.dumps({"data": [{"id": "1", "login": login("ann"), "name": "Ann"}]})
    trial.sandbox.fail({"path": "possible_assignees", "status": 200, "body": some, "headers": {"Total": "1"}})
    shown.append(trial.run("apply", "plan.json"))
    assert "\n".join(shown) == whole
    trial.sandbox.fail({"path": "presets/82003", "status": 403})
    unseen = trial.run("apply", "plan.json")
    assert unseen.startswith("exit 4")
    assert "failed   Invoice Approval · Site 03   preset 82003 of project 2003: refused with 403" in unseen
    assert trial.writes() == []
    trial.sandbox.log(forget=True)
    assert trial.run("apply", "plan.json").startswith("exit 0")
    first = [requested(one) for one in trial.sandbox.log(forget=True)]
    assert trial.run("apply", "plan.json").startswith("exit 0")
    planned_again = [
        "GET /rest/v2.0/companies/4211/workflows/templates",
        "GET /rest/v1.1/projects",
        "GET templates/versions/911",
        "GET presets/82003",  # what the plan will write, all of it before anything is judged
        "GET /rest/v1.0/companies/4211/users/inactive",
    ]
    assert first == [
        *planned_again,
        "GET possible_assignees",
        "GET presets/82003",  # directly before the write
        "PATCH presets/82003/assignees",
        "GET presets/82003",
    ]
    # the second run: done already, so there is nobody to look up and nothing to write
    assert [requested(one) for one in trial.sandbox.log()] == planned_again


def requested(one: dict[str, Any]) -> str:
    """Return one request in short."""
    path = one["path"]
    return f"{one['method']} {path if path.endswith('/templates') else path.rpartition('/workflows/')[2] or path}"


def test_09_a_first_adoption(trial: Trial, whole: SnapshotAssertion) -> None:
    """A group that main does not manage loses nobody in its first run; afterwards it is like any other."""
    everywhere = EVERYWHERE.replace("      Accounting: [team:accounting]\n", "")
    (trial.folder / "assignments" / "everywhere.yaml").write_text(everywhere)
    (trial.folder / "assignments" / "site-03.yaml").unlink()
    trial.commit("accounting is nobody's")
    trial.git("checkout", "-qb", "adopt")
    trial.write({"assignments/site-03.yaml": SITE.replace(", hal@acme.test", ", gus@acme.test")})
    trial.commit("accounting of one site")
    refused = trial.run("plan", "--base", "main", "--out", "plan.json")
    adding = trial.run("plan", "--base", "main", "--adds-only", "--out", "plan.json")
    assert "\n".join(errors(refused) + errors(adding)) == whole
    assert trial.run("apply", "plan.json").startswith("exit 0")
    trial.git("checkout", "-q", "main")
    trial.git("merge", "-q", "adopt")
    assert trial.run("plan", "--base", "main").startswith("exit 0")
    assert trial.run("plan", "--base", "nowhere").startswith("exit 64")


def test_10_a_policy_and_documents_that_break_it(trial: Trial, whole: SnapshotAssertion) -> None:
    """Validate tells without a network, before anybody plans."""
    (trial.folder / "policy.yaml").write_text(
        "kind: policy\nroles:\n  Accounting: {min_members: 4}\n  Acounting: {min_members: 1}\n"
        "separate: [[Accounting, Project Manager]]\noverrides:\n"
        "  - {reason: over, address: '*', allow_removals: 1, until: 2020-01-01}\n"
    )
    trial.write({"assignments/site-03.yaml": SITE + "      Project Manager: [cy@acme.test]\n"})
    shown = [trial.run("validate"), trial.run("validate", "--format", "json")]
    assert "\n".join(shown) == whole
    assert trial.sandbox.log() == []


def test_11_people_who_left(trial: Trial, tmp_path: Path, whole: SnapshotAssertion) -> None:
    """Somebody inactive is not added, and is told of where they stay; whoever came back is active."""
    seed = seed_of_sites()
    for one in seed["people"]:
        one["active"] = one["login"] not in {login("gus"), login("hal")}
    seed["people"].append({"id": "99", "login": login("hal"), "name": "Hal again"})
    seed["eligible"] = [{"list": "possible_assignees", "people": ["1", "2", "3", "7"]}]
    with running_sandbox(write_seed(tmp_path / "left", seed)) as sandbox:
        trial.sandbox = sandbox
        site = SITE.replace(", hal@acme.test", ", gus@acme.test").replace("bo@acme.test, ", "{login_id: 8}, ")
        trial.write({"assignments/site-03.yaml": site})
        assert "\n".join(errors(trial.run("apply", "--yes"))) == whole
        assert [one["path"] for one in sandbox.log() if "users" in one["path"]] == [
            "/rest/v1.0/companies/4211/users/inactive",
            "/rest/v1.3/companies/4211/users",
        ]
