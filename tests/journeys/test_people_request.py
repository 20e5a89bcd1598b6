"""The pull request of people, on GitHub and GitLab, through the real command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.github_stub import GitHubStub
from tests.support.people_files import read_trial, write_workers
from tests.support.rules import RULED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox
    from tests.support.trial import Trial

ANN = ("1", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "24-016;24-017")
LEFT = {"ann": ("1", "Terminated", *ANN[2:])}
BRANCH = "reconciler/people-4211"


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest, github: GitHubStub, gitlab: GitLabStub) -> Any:
    """Return a forge."""
    return github if request.param == "github" else gitlab


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a committed trial with a lock of its first reading."""
    return read_trial(tmp_path / "approvals", sandbox)


def request_of(forge: Any) -> dict[str, Any]:
    """Return the one request, with the names of GitHub."""
    (found,) = (forge.pulls if isinstance(forge, GitHubStub) else forge.requests).values()
    return {**found, "body": found.get("body", found.get("description"))}


def test_01_opened_updated_and_closed(trial: Trial, forge: Any) -> None:
    """One branch, one request: opened, left alone while nothing is new, updated in place, closed when empty."""
    write_workers(trial.folder, LEFT)
    shown = trial.run("people", "--pull-request", **forge.environment)
    assert "opened " in shown
    found = request_of(forge)
    assert found["title"] == "People: 1 left (1 role in 1 preset)"
    assert "### Left" in found["body"]
    assert "Ann Oh (ann" in found["body"]
    assert "ann@acme" not in found["body"], "a mention would notify somebody"
    branch = forge.branches[BRANCH]
    lock = {f"people.lock/{name}" for name in ("people.yaml", "sources.yaml", "teams/ap-west.yaml")}
    assert set(branch) == lock
    trial.git("checkout", "-q", "--", ".")
    asked = len(trial.sandbox.log())
    assert "is up to date" in trial.run("people", "--pull-request", **forge.environment)
    assert len(trial.sandbox.log()) == asked, "no plan is made for a request that is up to date"
    trial.git("checkout", "-q", "--", ".")
    write_workers(trial.folder, {**LEFT, "gil": ("7", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "")})
    assert "updated " in trial.run("people", "--pull-request", **forge.environment)
    assert request_of(forge)["title"].startswith("People: 1 left, 1 joined")
    trial.git("checkout", "-q", "--", ".")
    write_workers(trial.folder)
    assert "closed " in trial.run("people", "--pull-request", **forge.environment)
    assert request_of(forge)["state"] == "closed"
    assert "nothing to propose" in trial.run("people", "--pull-request", **forge.environment)


def test_02_held_teams_come_first(trial: Trial, forge: Any) -> None:
    """What is held is said before everything else; nothing of the source is in the request."""
    many = {f"p{at}": (f"{100 + at}", "Active", "2", "Accounts Payable", "Clerk", "Permanent", "") for at in range(8)}
    write_workers(trial.folder, many)
    trial.run("people")
    trial.commit()
    write_workers(trial.folder, {name: (*row[:3], "Field", *row[4:]) for name, row in many.items()} | LEFT)
    shown = trial.ran("people", "--pull-request", **forge.environment)
    assert shown.code == 3
    body = request_of(forge)["body"]
    assert body.startswith("- **ap-west is held**: it would lose 8 of 10 people")
    assert "MARK" not in body


def test_03_tidied_documents_and_no_credentials(trial: Trial, forge: Any) -> None:
    """Lines of leavers are proposed beside the lock; without credentials roles are not counted."""
    text = RULED.replace("[team:ap-west]", "[team:ap-west, ann@acme.test]")
    trial.write_only({"assignments/invoice.yaml": text})
    trial.commit()
    write_workers(trial.folder, LEFT)
    nothing = dict.fromkeys(("RECONCILER_CLIENT_ID", "RECONCILER_CLIENT_SECRET", "RECONCILER_ACCESS_TOKEN"), "")
    trial.run("people", "--tidy", "--pull-request", **forge.environment, **nothing)
    assert request_of(forge)["title"] == "People: 1 left"
    assert forge.branches[BRANCH]["assignments/invoice.yaml"] == RULED


def test_04_what_it_refuses(trial: Trial, forge: Any) -> None:
    """--check proposes nothing, a folder without git has no base, and a forge must be named."""
    assert "leave one of them out" in trial.ends(64, "people", "--check", "--pull-request", **forge.environment)
    trial.ends(64, "people", "--pull-request")
    write_workers(trial.folder, LEFT)
    (trial.folder / ".git").rename(trial.folder / "git-elsewhere")
    assert "is in no git repository with a commit" in trial.ends(64, "people", "--pull-request", **forge.environment)


def test_05_without_a_forge(trial: Trial) -> None:
    """Where no forge is named, nothing is read and nothing written."""
    write_workers(trial.folder, LEFT)
    assert "which forge? Set GITHUB_REPOSITORY" in trial.ends(64, "people", "--pull-request")
    assert trial.git("status", "--short") == ""
