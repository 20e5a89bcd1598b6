"""What a command wrote that failed, shown by 'show'; statuses without a request, and reports without a status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.account import INVOICE
from tests.support.trial import committed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox


def test_01_a_typo_in_a_login(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Only the plan can know it: its own problems are annotated, and 'show' ends as 'plan' ended."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE.replace("cy@", "cyy@")})
    result = trial.plan_result()
    for shown_as, said in (
        ("github", "::error file=assignments/invoice.yaml,line=6,col=40,title=documents/unknown-person::"),
        ("junit", '<failure message="nobody with'),
        ("junit-strict", '<failure message="nobody with'),
        ("sarif", '"ruleId": "documents/unknown-person"'),
        ("terminal", "documents/unknown-person"),
        ("json", '"code": "documents/unknown-person"'),
    ):
        ran = trial.ran("show", result.name, "--format", shown_as)
        assert ran.code == 7, ran.shown
        assert said in ran.stdout + ran.stderr, ran.shown


@pytest.mark.parametrize(("code", "ends"), [(6, 6), (0, 7), (99, 7)])
def test_02_codes_of_a_failure(tmp_path: Path, sandbox: RunningSandbox, code: int, ends: int) -> None:
    """A file that says 0, or what no command ends with, is no success."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
    failure = {"format": "reconciler/error/1", "code": code, "message": "m", "diagnostics": []}
    (trial.folder / "result.json").write_text(json.dumps(failure))
    assert trial.ran("show", "result.json").code == ends
    (trial.folder / "result.json").write_text('{"format": "reconciler/error/1"}')
    assert "is not reconciler/error/1" in trial.ends(7, "show", "result.json")


def test_03_a_commit_of_a_merge_queue(tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """Its status is set, and no request is commented."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
    commit = trial.git("rev-parse", "HEAD")
    trial.plan_result()
    shown = trial.run("comment", "result.json", "--status-only", "--commit", commit, **github.environment)
    assert shown.startswith("exit 0")
    (status,) = github.statuses[commit]
    assert (status["context"], status["state"]) == ("reconciler/plan/4211", "success")
    assert not any("/issues/" in one.path or "/pulls/" in one.path for one in github.asked)
    for wrong in (("--status-only",), (), ("--pr", "5", "--status-only", "--commit", commit)):
        assert "name the pull request with --pr" in trial.ends(64, "comment", "result.json", *wrong)
    (trial.folder / "assignments" / "invoice.yaml").write_text(INVOICE.replace("cy@", "gus@"))
    trial.plan_result()
    assert "uncommitted changes" in trial.run(
        "comment", "result.json", "--status-only", "--commit", commit, **github.environment
    )


def test_04_a_report_without_a_status(tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """A job that may set none reports all the same."""
    trial = committed(tmp_path / "approvals", sandbox, {"assignments/invoice.yaml": INVOICE})
    ran = trial.ran("mark", "--no-status", "--code", "6", "--issue", **github.environment)
    assert (ran.code, "issue 101 opened" in ran.stderr) == (0, True), ran.shown
    assert github.statuses == {}
    assert "no mark changed: not tried" in trial.run("mark", "--no-status", "--code", "6")
    assert "--no-status" in trial.ends(64, "mark", "--begin", "--no-status")
