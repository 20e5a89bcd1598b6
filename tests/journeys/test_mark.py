"""How an apply ended, as a status on the commits it covers, through the real command line and a forge on loopback."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.model.review import BEGUN
from tests.contract.test_formats import check
from tests.support.account import INVOICE
from tests.support.command_line import reconciler
from tests.support.forge_stub import Answer
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox

CONTEXT = "reconciler/apply/4211"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Two commits whose documents ask for what live has, and an empty plan of the second."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": INVOICE.replace("cy@", "bo@"), ".gitignore": "*.json\n.reconciler/\n"})
    one.commit("documents")
    (one.folder / "README.md").write_text("words\n")
    one.commit("words")
    one.run("plan", "--out", "plan.json")
    return one


def green(github: GitHubStub, commit: str, *, login: str = "github-actions[bot]") -> None:
    """Let a commit be known as applied."""
    status = {"context": CONTEXT, "state": "success", "description": "applied", "target_url": None}
    github.statuses[commit] = [{**status, "creator": {"login": login}}]


def marked(trial: Trial, github: GitHubStub, *arguments: str) -> tuple[int, dict[str, Any], list[str]]:
    """Run the command; gives its exit code, what it told, and the commits that got a status, in order."""
    github.asked.clear()
    ran = reconciler(trial.folder, "mark", *arguments, "--format", "json", environment=github.environment)
    told = json.loads(ran.stdout)
    check("marked", told)
    set_at = [one for one in github.asked if one.method == "POST" and "/statuses/" in one.path]
    assert all((one.body["state"], one.body["context"]) == (told["state"], CONTEXT) for one in set_at)
    assert [one.path.rsplit("/", 1)[1] for one in set_at] == told["commits"]
    return ran.code, told, told["commits"]


def test_01_an_empty_plan_of_what_is_checked_out(trial: Trial, github: GitHubStub) -> None:
    """It proves every commit behind the green one; of another commit, work tree, company or altered it proves none."""
    tip, first = trial.git("rev-list", "HEAD").split()
    green(github, first)
    proof = ("--code", "0", "--plan", "plan.json")
    code, told, commits = marked(trial, github, *proof, "--link", "https://ci.test/7")
    assert (code, told["state"], commits) == (0, "success", [tip])
    assert told["description"].startswith("nothing differed: plan sha256:")
    kept = (trial.folder / "plan.json").read_text()
    for wrong in (kept.replace('"complete": true', '"complete": false'), kept.replace(tip, first), "{}", "no JSON"):
        (trial.folder / "plan.json").write_text(wrong)
        del github.statuses[tip]
        code, told, commits = marked(trial, github, *proof)
        assert (code, told["state"], commits) == (5, "failure", [tip])
        assert told["description"].startswith("not proved: neither an apply nor an empty plan")
    (trial.folder / "plan.json").write_text(kept.replace('"dirty": false', '"dirty": true'))
    assert marked(trial, github, *proof)[0] == 5
    (trial.folder / "plan.json").write_text(kept)
    (trial.folder / "reconciler.yaml").write_text('kind: settings\nversion: 1\ncompany_id: "9"\n')
    assert "exit 5" in trial.run("mark", *proof, **github.environment)


def test_02_a_run_that_wrote_nothing_leaves_a_green_commit_green(trial: Trial, github: GitHubStub) -> None:
    """A typo in the digest, wrong usage, a freeze; a run that was cut off before it began anything."""
    tip, first = trial.git("rev-list", "HEAD").split()
    green(github, tip)
    for digest, environment in (
        (f"sha256:{'0' * 64}", {}),
        ("sha256:9c1f", {}),
        (f"sha256:{'0' * 64}", {"RECONCILER_FREEZE": "year end"}),
    ):
        command = ("apply", "--yes", "--approved", digest, "--format", "json")
        ran = reconciler(trial.folder, *command, environment={**trial.sandbox.environment, **environment})
        (trial.folder / "report.json").write_text(ran.stdout)
        code, told, commits = marked(trial, github, "--code", str(ran.code), "--report", "report.json")
        assert (code, told["state"], commits) == (0, "failure", [])
        assert told["description"].startswith(f"not tried (exit code {ran.code}): ")
    assert marked(trial, github)[1:] == (
        {"format": "reconciler/marked/1", "state": "failure", "description": "not tried: the run was cut off",
         "commits": []}, [],
    )  # fmt: skip
    shown = trial.run("mark", "--code", "64", **github.environment)
    assert shown == "exit 0\n--- stdout\nno mark changed: not tried (exit code 64)\n--- stderr\n"
    del github.statuses[tip]
    green(github, first)
    assert marked(trial, github, "--code", "64")[2] == [tip]


def test_03_a_run_that_was_cut_off_while_it_wrote(trial: Trial, github: GitHubStub) -> None:
    """Its journal was begun and its report never came: a green commit is green no more, and nothing is known now."""
    tip, _ = trial.git("rev-list", "HEAD").split()
    green(github, tip)
    trial.sandbox.edit("32", "1042", pm=["1"])
    trial.run("apply", "--yes", "--journal", "journal")
    (trial.folder / "report.json").write_text("")
    code, told, commits = marked(trial, github, "--report", "report.json", "--journal", "journal")
    assert (code, told["description"], commits) == (0, "not wholly applied: its report is missing", [tip])
    shutil.rmtree(trial.folder / "journal")
    assert "no commit is known as applied" in trial.run("approved", "--out", "plans", **github.environment)


def test_04_what_others_say_does_not_count(trial: Trial, github: GitHubStub) -> None:
    """A green status that somebody else set is none."""
    tip, _ = trial.git("rev-list", "HEAD").split()
    green(github, tip, login="kim")
    assert marked(trial, github, "--code", "64")[2] == [tip]
    assert "no commit is known as applied" in trial.run("approved", "--out", "plans", **github.environment)


def test_05_a_report_of_another_commit(trial: Trial, github: GitHubStub) -> None:
    """It proves nothing of the one that is checked out, nor of another company."""
    ran = trial.ran("apply", "--yes", "--format", "json")
    (trial.folder / "report.json").write_text(ran.stdout)
    assert ran.code == 0, ran.stderr
    tip = trial.git("rev-parse", "HEAD")
    assert marked(trial, github, "--code", "0", "--report", "report.json")[1]["state"] == "success"
    del github.statuses[tip]
    (trial.folder / "report.json").write_text(ran.stdout.replace('"company_id": "4211"', '"company_id": "9"'))
    assert marked(trial, github, "--code", "0", "--report", "report.json")[1]["state"] == "failure"
    (trial.folder / "report.json").write_text(ran.stdout)
    trial.write_only({"README.md": "more words\n"})
    trial.commit("another")
    code, told, _ = marked(trial, github, "--code", "0", "--report", "report.json")
    assert (code, told["state"]) == (5, "failure")
    assert "a part of what the documents ask for was not planned" in told["description"]


def test_06_a_begun_mark_that_was_sent_twice(trial: Trial, github: GitHubStub) -> None:
    """The forge set it and answered late: a run that wrote nothing leaves the commit green all the same."""
    tip, _ = trial.git("rev-list", "HEAD").split()
    green(github, tip)
    github.late = [("POST", "/statuses/", Answer(502, {"message": "bad gateway"}))]
    assert trial.run("mark", "--begin", **github.environment).startswith("exit 0")
    assert [one["state"] for one in github.statuses[tip]] == ["pending", "pending", "success"]
    trial.run("mark", "--began", "--code", "64", **github.environment)
    assert github.statuses[tip][0]["state"] == "success"
    assert "0 commits since" in trial.run("approved", "--out", "plans", **github.environment)


def test_07_a_beginning_that_is_refused_midway(trial: Trial, github: GitHubStub) -> None:
    """Nothing is applied then, so what was begun is taken back: nobody is told of an apply that failed."""
    tip, first = trial.git("rev-list", "HEAD").split()
    green(github, first)
    trial.write_only({"README.md": "more words\n"})
    last = trial.commit("another")
    github.faults = [("POST", f"/statuses/{last}", 403)]
    assert trial.run("mark", "--begin", **github.environment).startswith("exit 6")
    github.faults = []
    states = [(one["state"], one["description"]) for one in github.statuses[tip]]
    assert states == [("error", "not tried: begun in vain"), ("pending", BEGUN)]
    assert "2 commits since" in trial.run("approved", "--out", "plans", **github.environment)
    green(github, last)
    github.faults = [("POST", f"/statuses/{last}", 403)]
    assert trial.run("mark", "--begin", **github.environment).startswith("exit 6")
    newest = github.statuses[last][0]
    assert (newest["state"], newest["description"]) == ("success", "applied")
