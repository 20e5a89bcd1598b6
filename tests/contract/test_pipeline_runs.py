"""The ready-made pipelines, run: their own steps in real shells, with stand-ins for the tool and the forge."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import INVOICE
from tests.support.forge_stub import Answer, Asked
from tests.support.pipelines import GITLAB, WORKFLOWS, load, recipe
from tests.support.runner import Runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox

OURS = {path.stem: path for path in WORKFLOWS}
HEAD = "a" * 40
RUN = "https://github.com/acme/approvals/actions/runs/77"
ADDRESSES = {"RECONCILER_API_URL", "RECONCILER_AUTH_URL"}
SECRETS = ("PLAN_CLIENT_ID", "PLAN_CLIENT_SECRET", "APPLY_CLIENT_ID", "APPLY_CLIENT_SECRET")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner with a checkout that holds a settings file and three commits."""
    made = Runner(tmp_path)
    made.context["github"]["event"] = {
        "pull_request": {"number": 7, "head": {"sha": HEAD, "repo": {"full_name": "acme/approvals"}}},
        "repository": {"default_branch": "main"},
    }
    made.context["github"]["workflow_ref"] = "acme/approvals/.github/workflows/nightly.yml@refs/heads/main"
    made.context["inputs"] = {
        "reconciler-repository": "acme/reconciler",
        "reconciler-ref": HEAD,
        "folder": ".",
        "drift-workflow": "drift.yml",
        "issue": "true",
        "push-metrics": "",
        "digest": "",
    }
    made.context["secrets"] = {name: f"value of {name}" for name in SECRETS}
    (made.workspace / "reconciler.yaml").write_text(
        'kind: settings\nversion: 1\ncompany_id: "4211"\n', encoding="utf-8"
    )
    git(made.workspace, "init", "-q", "-b", "main")
    for number in range(3):
        git(made.workspace, "commit", "-q", "--allow-empty", "-m", str(number))
    return made


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody."""
    identity = ("-c", "user.name=T", "-c", "user.email=t@acme.test", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commits(runner: Runner) -> list[str]:
    """Return the commits of the checkout, the newest first."""
    return git(runner.workspace, "rev-list", "HEAD").split()


def of(runner: Runner, *commands: str) -> list[str]:
    """Return the calls that begin with one of these words."""
    return [call for call in runner.calls if call.startswith(commands)]


def planned(code: int) -> list[tuple[str, dict[str, Any]]]:
    """Return the answers of a tool whose plan has this exit code, and that shows it with the same."""
    return [
        ("reconciler plan", {"code": code, "stdout": "{}", "files": {"--out": "{}"}}),
        ("--format html", {"code": code, "files": {"--out": "<html>"}}),
        ("--format markdown", {"code": code, "stdout": "the plan in Markdown"}),
        ("reconciler show", {"code": code, "stdout": "::error file=a.yaml::no"}),
        ("reconciler", {"code": 0}),
    ]


@pytest.mark.parametrize("code", [0, 3, 6])
def test_a_plan_is_shown_before_its_exit_code_counts(runner: Runner, code: int) -> None:
    """Annotations, report, summary, artefact and comment, in this order, and only then does the job turn red."""
    runner.answers = planned(code)
    assert runner.run_job(OURS["plan"], "plan") == code
    assert runner.calls == [
        "uses actions/checkout",
        "uses actions/checkout .reconciler-tool",
        "uses ./.reconciler-tool/.github/actions/setup",
        "reconciler plan --base HEAD^1 --out TEMP/reconciler/plan.json --format json",
        "reconciler show TEMP/reconciler/plan.json --format github",
        "reconciler show TEMP/reconciler/plan.json --format html --out TEMP/reconciler/report.html",
        f"reconciler show TEMP/reconciler/plan.json --format markdown --budget 1MiB --link {RUN}",
        f"uses actions/upload-artifact reconciler-plan-{HEAD}",
        f"reconciler comment TEMP/reconciler/result.json --pr 7 --commit {HEAD} --link {RUN}",
    ]
    assert runner.summary.read_text(encoding="utf-8") == "the plan in Markdown\n"
    assert "::error file=a.yaml::no" in runner.log


def test_credentials_and_token_of_a_plan_are_apart(runner: Runner) -> None:
    """The step that plans has the credentials, the one that comments has the token, the rest has neither."""
    runner.answers = planned(0)
    runner.run_job(OURS["plan"], "plan")
    holding = {" ".join(call.split()[:2]): here for call, here in runner.calls_with_environment if here}
    assert {name: set(here) for name, here in holding.items()} == {
        "reconciler plan": ADDRESSES | {"RECONCILER_CLIENT_ID", "RECONCILER_CLIENT_SECRET"},
        "reconciler comment": {"GITHUB_TOKEN"},
    }


def test_documents_without_a_plan_are_told_too(runner: Runner) -> None:
    """Their problems become annotations, a summary in which nothing is read as Markdown, and a comment; then 7."""
    problem = {
        "severity": "error",
        "code": "documents/x",
        "message": "<b>@all</b>",
        "origin": {"path": "a.yaml", "line": 2, "column": 3},
    }
    error = json.dumps({"format": "reconciler/error/1", "code": 7, "message": "1 problem", "diagnostics": [problem]})
    runner.answers = [("reconciler plan", {"code": 7, "stdout": error}), ("show", {"code": 7}), ("comment", {})]
    assert runner.run_job(OURS["plan"], "plan") == 7
    assert [call.split(" ")[1] for call in of(runner, "reconciler")] == ["plan", "show", "comment"]
    assert runner.summary.read_text(encoding="utf-8") == (
        "### No plan (exit code 7: invalid documents or settings)\n\n"
        "<pre>1 problem\na.yaml:2:3: &lt;b&gt;@all&lt;/b&gt;  [documents/x]\n</pre>\n"
    )


def test_showing_that_fails_by_itself_is_no_success(runner: Runner) -> None:
    """An exit code of 'show' that is not the plan's ends the job there."""
    runner.answers = [("--format github", {"code": 1}), *planned(0)]
    assert runner.run_job(OURS["plan"], "plan") == 1
    assert of(runner, "reconciler comment") == []


@pytest.mark.parametrize("code", [0, 3])
def test_a_fork_is_planned_against_the_last_scheduled_snapshot(runner: Runner, code: int) -> None:
    """Found by its run, with a token that can only read; no credentials, no comment."""
    runner.answers = [
        ("actions/workflows/drift.yml/runs", {"stdout": "501\n502"}),
        ("runs/501/artifacts", {"stdout": "0"}),
        ("runs/502/artifacts", {"stdout": "1"}),
        *planned(code),
    ]
    assert runner.run_job(OURS["plan"], "plan-without-credentials") == code
    asked = of(runner, "gh")
    assert "-f event=schedule -f branch=main -f status=completed" in asked[0]
    (fetched,) = [given for name, given in runner.used if name == "actions/download-artifact"]
    assert (fetched["name"], fetched["run-id"]) == ("reconciler-snapshot", "502")
    (plan,) = of(runner, "reconciler plan")
    assert fetched["path"] == f"{runner.temporary}/snapshot"
    assert "--snapshot TEMP/snapshot/live.json " in plan
    assert of(runner, "reconciler comment") == []
    assert all(not here.get("RECONCILER_CLIENT_SECRET") for _, here in runner.calls_with_environment)


@pytest.mark.parametrize(("listing", "code"), [({"stdout": ""}, 0), ({"code": 1}, 0), ({"stdout": ""}, 7)])
def test_without_a_snapshot_a_fork_is_told_so(runner: Runner, listing: dict[str, Any], code: int) -> None:
    """The documents alone are checked, also where the repository has no drift workflow."""
    runner.answers = [("gh", listing), ("validate", {"code": code})]
    assert runner.run_job(OURS["plan"], "plan-without-credentials") == code
    assert of(runner, "reconciler") == ["reconciler validate --base HEAD^1 --format github"]
    assert "no drift run has kept a snapshot" in runner.summary.read_text(encoding="utf-8")


def approved(runner: Runner, *, since: str | None, covered: list[str], plans: int = 1) -> tuple[str, dict[str, Any]]:
    """Return the answer of 'reconciler approved'."""
    folder = f"{runner.temporary}/reconciler/plans"
    files = [f"{folder}/{number:064}.json" for number in range(plans)]
    found = {"format": "reconciler/approved/1", "commits": covered, "plans": files, "since": since}
    return "reconciler approved", {"stdout": json.dumps(found), "files": dict.fromkeys(files, "{}")}


def applied(revision: str, code: int, **counts: int) -> tuple[str, dict[str, Any]]:
    """Return the answer of 'reconciler apply', of all that the documents of a commit ask for."""
    report = {
        "format": "reconciler/apply/1",
        "run_id": "1",
        "digest": "",
        "outcomes": [],
        "whole": True,
        "company_id": "4211",
        "revision": revision,
        "summary": counts,
    }
    return "reconciler apply", {"code": code, "stdout": json.dumps(report)}


@pytest.fixture
def marking(runner: Runner, github: GitHubStub) -> GitHubStub:
    """A GitHub on which the runner's own 'reconciler mark' sets statuses."""
    token = {"GITHUB_TOKEN"}
    runner.use_the_tool("mark", **{name: text for name, text in github.environment.items() if name not in token})
    runner.context["github"]["token"] = "actions"
    return github


def green(github: GitHubStub, commit: str) -> None:
    """Let a commit be known as applied."""
    github.statuses[commit] = [
        {"context": "reconciler/apply/4211", "state": "success", "description": "applied: a plan", "target_url": None,
         "creator": {"login": "github-actions[bot]"}}
    ]  # fmt: skip


def marks(github: GitHubStub) -> list[dict[str, str]]:
    """Return the statuses that were set in the end, in order, each with its commit."""
    return [one for one in all_marks(github) if one["state"] != "pending"]


def all_marks(github: GitHubStub) -> list[dict[str, str]]:
    """Return the statuses that were set, those of an apply that begins too."""
    return [
        {"commit": one.path.rsplit("/", 1)[1], **one.body}
        for one in github.asked
        if one.method == "POST" and "/statuses/" in one.path
    ]


def marked(github: GitHubStub) -> list[tuple[str, str, str]]:
    """Return what was marked: the commit, the state, and the name of the status."""
    return [(one["commit"], one["state"], one["context"]) for one in marks(github)]


@pytest.mark.parametrize(
    ("code", "state"), [(0, "success"), (3, "failure"), (4, "failure"), (5, "failure"), (6, "failure")]
)
def test_apply_marks_every_commit_it_covers(runner: Runner, marking: GitHubStub, code: int, state: str) -> None:
    """Whatever became of it, the tip last; then the journal is kept, and only then does the job turn red."""
    tip, middle, first = commits(runner)
    runner.answers = [
        approved(runner, since=first, covered=[middle, tip], plans=2),
        applied(commits(runner)[0], code, applied=3, failed=int(code != 0)),
    ]
    assert runner.run_job(OURS["apply"], "apply") == code
    (apply,) = of(runner, "reconciler apply")
    assert apply == (
        f"reconciler apply TEMP/reconciler/plans/{0:064}.json TEMP/reconciler/plans/{1:064}.json --since {first} "
        "--journal TEMP/reconciler/journal --format json"
    )
    status = "reconciler/apply/4211"
    assert marked(marking) == [(middle, state, status), (tip, state, status)]
    assert {one["target_url"] for one in marks(marking)} == {RUN}
    assert runner.calls[-1] == "uses actions/upload-artifact reconciler-journal-1"
    told = runner.summary.read_text(encoding="utf-8")
    assert told.startswith("### Applied\n" if code == 0 else "### Not applied, or not wholly (exit code")
    assert "Presets: 3 applied" in told
    assert f"Commits: {middle}, {tip}" in told


def test_credentials_and_token_of_an_apply_are_apart(runner: Runner, marking: GitHubStub) -> None:
    """Only the step that applies has the credentials and hears of a freeze."""
    tip, _, first = commits(runner)
    runner.context["vars"] = {"RECONCILER_FREEZE": "year end"}
    runner.answers = [approved(runner, since=first, covered=[tip]), applied(commits(runner)[0], 3)]
    assert runner.run_job(OURS["apply"], "apply") == 3
    holding = {" ".join(call.split()[:2]): here for call, here in runner.calls_with_environment if here}
    assert {name: set(here) for name, here in holding.items()} == {
        "reconciler approved": {"GITHUB_TOKEN"},
        "reconciler apply": ADDRESSES | {"RECONCILER_CLIENT_ID", "RECONCILER_CLIENT_SECRET", "RECONCILER_FREEZE"},
        "reconciler mark": {"GITHUB_TOKEN"},
    }
    assert holding["reconciler apply"]["RECONCILER_FREEZE"] == "year end"
    assert holding["reconciler apply"]["RECONCILER_CLIENT_SECRET"] == "value of APPLY_CLIENT_SECRET"
    assert marked(marking) == [(tip, "failure", "reconciler/apply/4211")]


def test_an_apply_that_cannot_be_marked_is_none(runner: Runner, marking: GitHubStub) -> None:
    """The commits say that an apply begins, before it does; where that is refused, nothing is applied."""
    tip, middle, first = commits(runner)
    runner.answers = [approved(runner, since=first, covered=[middle, tip], plans=1), applied(tip, 0, applied=1)]
    assert runner.run_job(OURS["apply"], "apply") == 0
    assert [(one["commit"], one["state"]) for one in all_marks(marking)][:2] == [(middle, "pending"), (tip, "pending")]
    assert [call.split()[1] for call in of(runner, "reconciler")] == ["approved", "mark", "apply", "mark"]
    marking.faults += [("POST", "/statuses/", 403)] * 3
    assert runner.run_job(OURS["apply"], "apply") == 6
    assert len(of(runner, "reconciler apply")) == 1
    assert "refuses the status of commit" in runner.summary.read_text(encoding="utf-8")


@pytest.mark.parametrize("planned_code", [2, 3, 6])
def test_a_commit_without_an_approved_plan_stops_everything(
    runner: Runner, marking: GitHubStub, planned_code: int
) -> None:
    """Nothing is applied, every commit behind the last green one turns red, and a plan of the whole is shown."""
    tip, middle, first = commits(runner)
    green(marking, first)
    error = {"format": "reconciler/error/1", "code": 5, "message": "no plan for <this>", "diagnostics": []}
    runner.answers = [("reconciler approved", {"code": 5, "stdout": json.dumps(error)}), *planned(planned_code)]
    assert runner.run_job(OURS["apply"], "apply") == 5
    assert of(runner, "reconciler apply") == []
    assert [(commit, state) for commit, state, _ in marked(marking)] == [(middle, "failure"), (tip, "failure")]
    told = runner.summary.read_text(encoding="utf-8")
    assert "<pre>no plan for &lt;this&gt;\n</pre>" in told
    assert "with the digest for an apply by hand:\n\nthe plan in Markdown" in told


def test_a_plan_of_the_whole_that_cannot_be_made(runner: Runner, marking: GitHubStub) -> None:
    """The summary says why; what is red for want of a proof is red all the same."""
    tip, *_ = commits(runner)
    error = {"format": "reconciler/error/1", "code": 5, "message": "nothing is known", "diagnostics": []}
    failure = {**error, "code": 7, "message": "2 problems"}
    runner.answers = [
        ("reconciler approved", {"code": 5, "stdout": json.dumps(error)}),
        ("reconciler plan", {"code": 7, "stdout": json.dumps(failure)}),
    ]
    assert runner.run_job(OURS["apply"], "apply") == 5
    assert [(one["commit"], one["description"]) for one in marks(marking)] == [
        (tip, "not tried (exit code 5): nothing is known")
    ]
    told = runner.summary.read_text(encoding="utf-8")
    assert "### No plan (exit code 7: invalid documents or settings)\n\n<pre>2 problems" in told


def test_commits_that_changed_no_document_need_no_plan(runner: Runner, marking: GitHubStub) -> None:
    """Where the search for plans ends well and finds none, there is nothing to apply, and the commits turn green."""
    tip, middle, first = commits(runner)
    runner.answers = [approved(runner, since=first, covered=[middle, tip], plans=0)]
    runner.answers[0][1]["files"] = {}
    assert runner.run_job(OURS["apply"], "apply") == 0
    assert of(runner, "reconciler apply") == []
    assert [(one["commit"], one["state"], one["description"]) for one in marks(marking)] == [
        (one, "success", f"no document changed since {first[:12]}, which is applied") for one in (middle, tip)
    ]


def test_nothing_new_is_nothing_to_apply(runner: Runner, marking: GitHubStub) -> None:
    """A run whose commits an earlier one has covered ends green, and leaves the marks as they are."""
    tip, *_ = commits(runner)
    green(marking, tip)
    runner.answers = [approved(runner, since=tip, covered=[], plans=0)]
    assert runner.run_job(OURS["apply"], "apply") == 0
    assert of(runner, "reconciler apply") == []
    assert marks(marking) == []
    assert "There was nothing to apply." in runner.summary.read_text(encoding="utf-8")


def test_a_digest_given_by_hand(runner: Runner, marking: GitHubStub) -> None:
    """The plan made now is applied if it is that one, and every commit behind the last green one turns green."""
    tip, middle, first = commits(runner)
    green(marking, first)
    runner.context["inputs"]["digest"] = "sha256:9c1f"
    runner.answers = [applied(commits(runner)[0], 0, applied=1)]
    assert runner.run_job(OURS["apply"], "apply") == 0
    (apply,) = of(runner, "reconciler apply")
    assert apply.startswith("reconciler apply --yes --approved sha256:9c1f --journal ")
    assert [(commit, state) for commit, state, _ in marked(marking)] == [(middle, "success"), (tip, "success")]


def test_the_first_run_marks_the_tip_alone(runner: Runner, marking: GitHubStub) -> None:
    """Where no commit was ever green, the history before is not painted over."""
    tip, *_ = commits(runner)
    runner.context["inputs"]["digest"] = "sha256:9c1f"
    runner.answers = [applied(commits(runner)[0], 0)]
    assert runner.run_job(OURS["apply"], "apply") == 0
    assert [commit for commit, _, _ in marked(marking)] == [tip]


def test_a_mark_that_fails_leaves_the_tip_unmarked(runner: Runner, marking: GitHubStub) -> None:
    """So the next run covers the same commits again; summary and journal are there all the same."""
    tip, middle, first = commits(runner)

    def refuse(asked: Asked) -> Answer:
        return marking._set_status(asked, tip) if asked.body["state"] == "pending" else Answer(403, {"message": "no"})

    marking.routes.insert(0, ("POST", re.compile(rf".*/statuses/{tip}"), refuse))
    runner.answers = [approved(runner, since=first, covered=[middle, tip]), applied(commits(runner)[0], 0, applied=1)]
    assert runner.run_job(OURS["apply"], "apply") == 6
    assert [marking.statuses[one][0]["state"] for one in (middle, tip)] == ["success", "pending"]
    assert runner.calls[-1] == "uses actions/upload-artifact reconciler-journal-1"
    assert runner.summary.read_text(encoding="utf-8").startswith("### Applied")


def test_what_troubled_presets_is_told(runner: Runner, marking: GitHubStub) -> None:
    """Those that were written are counted; the others are named with what the service said."""
    tip, _, first = commits(runner)
    outcomes = [
        {"address": "company/1/a", "preset_id": "1", "status": "applied"},
        {"address": "projects/2/b", "preset_id": "2", "status": "failed", "error": "<script>403"},
    ]
    report = {"format": "reconciler/apply/1", "run_id": "1", "digest": "", "outcomes": outcomes, "whole": True,
              "company_id": "4211", "revision": tip, "summary": {"applied": 1, "failed": 1, "stale": 0}}  # fmt: skip
    answer = {"code": 4, "stdout": json.dumps(report)}
    runner.answers = [approved(runner, since=first, covered=[tip]), ("reconciler apply", answer)]
    assert runner.run_job(OURS["apply"], "apply") == 4
    assert runner.summary.read_text(encoding="utf-8") == (
        "### Not applied, or not wholly (exit code 4: partly applied)\n\nPresets: 1 applied, 1 failed.\n\n"
        "<pre>failed  projects/2/b  &lt;script&gt;403\n</pre>\n\n"
        f"<pre>not wholly applied (exit code 4): 1 applied, 1 failed\n</pre>\n\nCommits: {tip}\n"
    )
    assert [one["state"] for one in marks(marking)] == ["failure"]


def drifting(code: int, plan: int = 2, report: str | None = "{}") -> list[tuple[str, dict[str, Any]]]:
    """Return the answers of a drift run with this exit code, and of a forge without an earlier report."""
    return [
        ("reconciler snapshot", {"files": {"--out": "{}"}}),
        ("reconciler drift", {"code": code, "files": {} if report is None else {"--out": report}}),
        ("drift.json --format html", {"files": {"--out": "<html>"}}),
        ("drift.json --format markdown", {"stdout": "the report in Markdown"}),
        ("show drift.json", {"stdout": "the report"}),
        *planned(plan),
        ("gh", {"stdout": ""}),
    ]


@pytest.mark.parametrize(("code", "plan", "ends"), [(0, 0, 0), (2, 2, 2), (0, 2, 0), (2, 3, 2), (2, 1, 1), (6, 2, 6)])
def test_drift_is_told_and_kept(runner: Runner, code: int, plan: int, ends: int) -> None:
    """Live is read once; issue, figures, report and plan come of that; the exit code comes last."""
    runner.answers = drifting(code, plan)
    assert runner.run_job(OURS["drift"], "drift") == ends
    assert runner.calls[3:5] == [
        "reconciler snapshot --out TEMP/reconciler/live.json",
        "uses actions/upload-artifact reconciler-snapshot",
    ]
    assert runner.calls[6:] == [
        "reconciler drift --snapshot TEMP/reconciler/live.json --issue --metrics TEMP/reconciler/drift.prom "
        f"--link {RUN} --journal TEMP/reconciler/journal --format json --out TEMP/reconciler/drift.json",
        "uses actions/upload-artifact reconciler-drift-report",
        "reconciler plan --base HEAD --snapshot TEMP/reconciler/live.json --detailed-exitcode "
        "--out TEMP/reconciler/plan.json --format json",
        "reconciler show TEMP/reconciler/drift.json --format html --out TEMP/reconciler/drift.html",
        f"reconciler show TEMP/reconciler/drift.json --format markdown --budget 500KiB --link {RUN}",
        "reconciler show TEMP/reconciler/plan.json --detailed-exitcode --format html --out TEMP/reconciler/report.html",
        f"reconciler show TEMP/reconciler/plan.json --detailed-exitcode --format markdown --budget 400KiB --link {RUN}",
        "uses actions/upload-artifact reconciler-drift",
    ]
    summary = runner.summary.read_text(encoding="utf-8")
    assert summary.startswith("the report in Markdown\n")
    assert summary.endswith("by hand</summary>\n\nthe plan in Markdown\n\n</details>\n")
    assert ("Not every message could be delivered" in summary) is (code == 6)


def test_credentials_token_and_webhooks_of_drift_are_apart(runner: Runner) -> None:
    """Live is read with the credentials alone; the report is told with the token and the webhooks alone."""
    runner.context["secrets"]["NOTIFY"] = "https://hooks.slack.com/services/x"
    runner.context["inputs"] |= {"issue": "true", "push-metrics": "https://gateway.test"}
    runner.answers = drifting(2)
    assert runner.run_job(OURS["drift"], "drift") == 2
    holding = {
        " ".join(call.split()[:2]): set(here) for call, here in runner.calls_with_environment if any(here.values())
    }
    assert holding == {
        "reconciler snapshot": ADDRESSES | {"RECONCILER_CLIENT_ID", "RECONCILER_CLIENT_SECRET"},
        "gh api": {"GH_TOKEN", "GH_HOST"},
        "reconciler drift": ADDRESSES | {"GITHUB_TOKEN", "RECONCILER_NOTIFY", "RECONCILER_METRICS_TOKEN"},
        "reconciler plan": ADDRESSES,
    }
    (drift,) = of(runner, "reconciler drift")
    assert " --issue --metrics " in drift
    assert " --push-metrics https://gateway.test --notify --link " in drift
    assert "hooks.slack.com" not in "".join(runner.calls) + runner.log


@pytest.mark.parametrize(("readable", "used"), [(0, True), (7, False)])
def test_drift_is_compared_with_the_last_report(runner: Runner, readable: int, *, used: bool) -> None:
    """Of the newest run of this very workflow that kept one; one that cannot be read any more is none."""
    (runner.temporary / "reconciler" / "before").mkdir(parents=True)
    (runner.temporary / "reconciler" / "before" / "drift.json").write_text("{}", encoding="utf-8")
    runner.answers = [
        ("actions/workflows/nightly.yml/runs", {"stdout": "501\n502"}),
        ("runs/501/artifacts", {"code": 1}),
        ("runs/502/artifacts", {"stdout": "1"}),
        ("before/drift.json --format json", {"code": readable}),
        *drifting(2),
    ]
    assert runner.run_job(OURS["drift"], "drift") == 2
    asked = of(runner, "gh")
    assert "-f branch=main -f status=completed" in asked[0]
    assert 'select(.event == "schedule" or .event == "workflow_dispatch")' in asked[0]
    (fetched,) = [given for name, given in runner.used if name == "actions/download-artifact"]
    assert (fetched["name"], fetched["run-id"]) == ("reconciler-drift-report", "502")
    assert fetched["path"] == f"{runner.temporary}/reconciler/before"
    (drift,) = of(runner, "reconciler drift")
    assert ("--previous TEMP/reconciler/before/drift.json " in drift) is used


def test_drift_without_issues(runner: Runner) -> None:
    """For a repository that has none."""
    runner.context["inputs"]["issue"] = "false"
    runner.answers = drifting(2)
    assert runner.run_job(OURS["drift"], "drift") == 2
    assert "--issue" not in of(runner, "reconciler drift")[0]


def test_drift_that_cannot_be_told_of(runner: Runner) -> None:
    """Documents that are wrong leave no report; the summary says why, and the report before stays the last one."""
    error = json.dumps({"format": "reconciler/error/1", "code": 7, "message": "1 <problem>", "diagnostics": []})
    runner.answers = drifting(7, 7, None)
    runner.answers[1][1]["stdout"] = error
    runner.answers[5][1]["files"] = {}
    assert runner.run_job(OURS["drift"], "drift") == 7
    summary = runner.summary.read_text(encoding="utf-8")
    assert summary.startswith(
        "### No report of drift (exit code 7: invalid documents or settings)\n\n<pre>1 &lt;problem"
    )
    assert "### No plan (exit code 7" in summary
    assert of(runner, "reconciler show") == []


def test_drift_that_cannot_read_live_is_red_and_keeps_no_snapshot(runner: Runner) -> None:
    """What was read in part is no basis for anybody, and no alarm is raised or ended by it."""
    runner.answers = [("reconciler snapshot", {"code": 6})]
    assert runner.run_job(OURS["drift"], "drift") == 6
    assert runner.calls[3:] == [runner.calls[3], "uses actions/upload-artifact reconciler-drift"]
    assert "(exit code 6: the service could not be read" in runner.summary.read_text(encoding="utf-8")


def test_with_the_tool_itself(runner: Runner, sandbox: RunningSandbox, github: GitHubStub) -> None:
    """Drift is found in the sandbox, and the snapshot it keeps is enough for a pull request without credentials."""
    runner.use_the_tool(**sandbox.environment, **github.environment)
    runner.context["github"]["token"] = "actions"
    runner.context["secrets"] = {"PLAN_CLIENT_ID": "sandbox", "PLAN_CLIENT_SECRET": "sandbox"}
    runner.context["inputs"] |= {"api-url": sandbox.address, "auth-url": sandbox.address}
    folder = runner.workspace / "assignments"
    folder.mkdir()
    (folder / "invoice.yaml").write_text(INVOICE, encoding="utf-8")
    git(runner.workspace, "add", "-A")
    git(runner.workspace, "commit", "-q", "-m", "documents")
    assert runner.run_job(OURS["drift"], "drift") == 2, runner.log
    at = runner.temporary / "reconciler"
    assert {path.name for path in at.iterdir()} == {
        "live.json", "drift.json", "drift.html", "drift.prom", "failure.json", "journal", "plan.json", "report.html",
        "result.json",
    }  # fmt: skip
    assert (at / "failure.json").read_text(encoding="utf-8") == ""
    (issue,) = github.issues.values()
    assert (issue["state"], issue["title"]) == ("open", "Drift: company 4211")
    assert "Exit code" not in runner.summary.read_text(encoding="utf-8")
    assert json.loads((at / "result.json").read_text(encoding="utf-8"))["source"]["dirty"] is False
    assert "Harbor Bridge" in runner.summary.read_text(encoding="utf-8")

    runner.use_the_tool()
    runner.context["inputs"] |= {"api-url": "http://127.0.0.1:9", "auth-url": "http://127.0.0.1:9"}
    runner.answers = [("actions/workflows", {"stdout": "501"}), ("runs/501/artifacts", {"stdout": "1"})]
    (runner.temporary / "snapshot").mkdir()
    (at / "live.json").rename(runner.temporary / "snapshot" / "live.json")
    (folder / "invoice.yaml").write_text(INVOICE.replace("cy@", "dee@"), encoding="utf-8")
    git(runner.workspace, "commit", "-q", "-a", "-m", "a change")
    assert runner.run_job(OURS["plan"], "plan-without-credentials") == 0, runner.log
    assert "dee@acme.test" in (at / "report.html").read_text(encoding="utf-8")


def with_origin(runner: Runner) -> dict[str, str]:
    """Set up the checkout with an origin; return the environment of a job on GitLab."""
    origin = runner.workspace.parent / "origin.git"
    git(runner.workspace, "clone", "-q", "--bare", ".", str(origin))
    git(runner.workspace, "remote", "add", "origin", str(origin))
    return {
        "CI_DEFAULT_BRANCH": "main",
        "CI_JOB_URL": "https://gitlab.example/jobs/5",
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": "9",
        "GITLAB_TOKEN": "the-token",
    }


@pytest.mark.parametrize("code", [0, 3, 7])
def test_gitlab_plans_what_the_merge_will_give(runner: Runner, code: int) -> None:
    """Both branches together against the tip of the target; the comment comes before the exit code."""
    environment = with_origin(runner)
    base = git(runner.workspace, "rev-parse", "HEAD")
    git(runner.workspace, "checkout", "-q", "-b", "feature", "HEAD~1")
    (runner.workspace / "new.yaml").write_text("kind: teams\n", encoding="utf-8")
    git(runner.workspace, "add", "-A")
    git(runner.workspace, "commit", "-q", "-m", "feature")
    head = git(runner.workspace, "rev-parse", "HEAD")
    environment |= {
        "CI_COMMIT_SHA": head,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_IID": "12",
    }
    runner.answers = planned(code)
    if code == 7:
        runner.answers[0][1]["files"] = {}
    assert runner.run_script(load(GITLAB)["plan"]["script"], **environment) == code, runner.log
    assert of(runner, "reconciler")[0] == f"reconciler plan --base {base} --out plan.json --format json"
    assert git(runner.workspace, "rev-parse", "HEAD^1", "HEAD^2").split() == [base, head]
    assert (
        runner.calls[-1]
        == f"reconciler comment result.json --pr 12 --commit {head} --link https://gitlab.example/jobs/5"
    )
    shown = ["show"] if code == 7 else ["show", "show"]
    assert [call.split()[1] for call in of(runner, "reconciler")] == ["plan", *shown, "comment"]


def on_gitlab(runner: Runner, gitlab: GitLabStub) -> dict[str, str]:
    """Let the runner's own 'reconciler mark' set statuses on a GitLab; gives the environment of a job there."""
    runner.use_the_tool("mark")
    return {**with_origin(runner), **gitlab.environment}


def gitlab_marks(gitlab: GitLabStub) -> list[tuple[str, str, str, str]]:
    """Return the statuses that were set: the commit, the state, the name, and the branch."""
    return [
        (one.path.rsplit("/", 1)[1], one.body["state"], one.body["name"], one.body["ref"])
        for one in gitlab.asked
        if one.method == "POST" and "/statuses/" in one.path and one.body["state"] != "running"
    ]


@pytest.mark.parametrize(("code", "state"), [(0, "success"), (4, "failed")])
def test_gitlab_applies_the_tip_and_marks_every_commit(
    runner: Runner, gitlab: GitLabStub, code: int, state: str
) -> None:
    """The newest commit of the default branch, whichever the pipeline was started for; the log says why it is red."""
    environment = on_gitlab(runner, gitlab)
    tip, middle, first = commits(runner)
    git(runner.workspace, "checkout", "-q", "--detach", middle)
    found = {"format": "reconciler/approved/1", "commits": [middle, tip], "plans": ["plans/1.json"], "since": first}
    plan = str(runner.workspace / "plans" / "1.json")
    runner.answers = [
        ("reconciler approved", {"stdout": json.dumps(found), "files": {plan: "{}"}}),
        applied(tip, code, applied=1, failed=int(code != 0)),
    ]
    assert runner.run_script(load(GITLAB)["apply"]["script"], **environment) == code, runner.log
    assert git(runner.workspace, "rev-parse", "HEAD") == tip
    assert ('"format": "reconciler/apply/1"' in runner.log) is (code != 0)
    assert of(runner, "reconciler apply") == [
        f"reconciler apply plans/1.json --since {first} --journal journal --format json"
    ]
    status = "reconciler/apply/4211"
    assert gitlab_marks(gitlab) == [(middle, state, status, "main"), (tip, state, status, "main")]
    assert {one.body["target_url"] for one in gitlab.asked if one.method == "POST"} == {"https://gitlab.example/jobs/5"}


NO_PLANS = {"format": "reconciler/approved/1", "commits": ["x"], "plans": [], "since": "y"}


@pytest.mark.parametrize(
    ("digest", "answers", "code", "applies"),
    [
        ("sha256:9c1f", [applied("x", 0, applied=1)], 0, True),
        ("", [("reconciler approved", {"code": 5, "stdout": "{}"}), ("reconciler plan", {"code": 2})], 5, False),
        ("", [("reconciler approved", {"code": 6, "stdout": "{}"})], 6, False),
        ("", [("reconciler approved", {"stdout": json.dumps(NO_PLANS)})], 0, False),
    ],
)
def test_gitlab_without_an_approved_plan(
    runner: Runner,
    gitlab: GitLabStub,
    digest: str,
    answers: list[tuple[str, dict[str, Any]]],
    code: int,
    applies: bool,  # noqa: FBT001
) -> None:
    """Only a digest given by hand lets a commit through that has none."""
    environment = {**on_gitlab(runner, gitlab), "DIGEST": digest}
    tip, *_ = commits(runner)
    runner.answers = json.loads(json.dumps(answers).replace('\\"x\\"', f'\\"{tip}\\"'))
    assert runner.run_script(load(GITLAB)["apply"]["script"], **environment) == code, runner.log
    assert bool(of(runner, "reconciler apply")) is applies
    assert gitlab_marks(gitlab) == [(tip, "failed" if code else "success", "reconciler/apply/4211", "main")]


@pytest.mark.parametrize(
    ("before", "code", "plan", "ends"),
    [(None, 2, 2, 2), ("{}", 0, 2, 0), ("broken", 2, 3, 2), ("{}", 6, 2, 6), ("{}", 2, 1, 1), ("{}", 7, 7, 7)],
)
def test_gitlab_looks_for_drift(runner: Runner, before: str | None, code: int, plan: int, ends: int) -> None:
    """What the cache holds is the report before, if it can be read; the new one replaces it; the code comes last."""
    environment = {**with_origin(runner), "RECONCILER_NOTIFY": "https://hooks.slack.com/services/x"}
    kept = runner.workspace / "previous.json"
    if before is not None:
        kept.write_text(before, encoding="utf-8")
    runner.answers = [
        ("show previous.json", {"code": 7 if before == "broken" else 0}),
        *drifting(code, plan, None if code == 7 else "the report"),
    ]
    assert runner.run_script(load(GITLAB)["drift"]["script"], **environment) == ends, runner.log
    (drift,) = of(runner, "reconciler drift")
    assert drift == (
        f"reconciler drift --snapshot live.json {'--previous previous.json ' if before == '{}' else ''}--issue "
        "--metrics drift.prom --notify --link https://gitlab.example/jobs/5 --journal journal --format json "
        "--out drift.json"
    )
    assert kept.read_text(encoding="utf-8") == (before if code == 7 else "the report")
    job = load(GITLAB)["drift"]
    assert job["cache"]["paths"] == ["previous.json"]
    assert {"live.json", "drift.json", "drift.html", "plan.json"} <= set(job["artifacts"]["paths"])


@pytest.mark.parametrize(
    ("code", "answer", "ends", "applied"),
    [
        (0, '{"since": "5e5e"}', 0, ["apply --self-heal --base 5e5e --yes --journal TEMP/journal"]),
        (0, '{"since": null}', 1, []),
        (5, '{"format": "reconciler/error/1", "code": 5}', 5, []),
        (6, "{}", 6, []),
    ],
)
def test_the_recipe_heals_only_what_it_knows(
    runner: Runner, tmp_path: Path, code: int, answer: str, ends: int, applied: list[str]
) -> None:
    """From the commit that was applied last; not where none was, where one has no approved plan, or nobody answers."""
    path = tmp_path / "heal.yml"
    path.write_text(recipe(), encoding="utf-8")
    runner.answers = [("reconciler approved", {"code": code, "stdout": answer}), ("reconciler apply", {"code": 0})]
    runner.context["secrets"] = {"HEAL_CLIENT_ID": "an id", "HEAL_CLIENT_SECRET": "a secret"}
    assert runner.run_job(path, "heal") == ends
    assert [one.removeprefix("reconciler ") for one in of(runner, "reconciler apply")] == applied
    assert [one for one in runner.calls if "upload-artifact" in one] == [
        "uses actions/upload-artifact reconciler-journal-heal-1"
    ]
    holding = {" ".join(call.split()[:2]): set(here) for call, here in runner.calls_with_environment if here}
    assert holding.get("reconciler approved") == {"GITHUB_TOKEN"}
    expected = ADDRESSES | {"RECONCILER_CLIENT_ID", "RECONCILER_CLIENT_SECRET", "RECONCILER_FREEZE"}
    assert holding.get("reconciler apply", expected) == expected


def test_a_merge_queue_gets_a_plan_and_a_status(runner: Runner) -> None:
    """What the queue tries is planned from where it begins; it has no request of its own to comment on."""
    tip, _, first = commits(runner)
    runner.context["github"] |= {"event_name": "merge_group"}
    runner.context["github"]["event"] = {"merge_group": {"head_sha": tip, "base_sha": first}}
    runner.answers = planned(3)
    assert runner.run_job(OURS["plan"], "plan") == 3
    checkout = next(given for name, given in runner.used if name == "actions/checkout")
    assert (checkout["ref"], checkout["fetch-depth"]) == ("", "0")
    assert of(runner, "reconciler plan") == [
        f"reconciler plan --base {first} --out TEMP/reconciler/plan.json --format json"
    ]
    assert f"uses actions/upload-artifact reconciler-plan-{tip}" in runner.calls
    assert of(runner, "reconciler comment") == [
        f"reconciler comment TEMP/reconciler/result.json --status-only --commit {tip} --link {RUN}"
    ]


def with_merge(runner: Runner) -> str:
    """Check out a merge, as the forge makes one of a request; gives the request's commit."""
    git(runner.workspace, "checkout", "-q", "-b", "fork", "HEAD^1")
    git(runner.workspace, "commit", "-q", "--allow-empty", "-m", "of a fork")
    head = git(runner.workspace, "rev-parse", "HEAD")
    git(runner.workspace, "checkout", "-q", "main")
    git(runner.workspace, "merge", "-q", "--no-ff", "--no-edit", "fork")
    return head


def started_by_hand(runner: Runner, number: str, head: str) -> None:
    """Let somebody start a plan of a pull request, whose last commit the forge names."""
    runner.context["github"] |= {"event_name": "workflow_dispatch", "event": {}}
    runner.context["inputs"]["pull-request"] = number
    runner.answers = [("gh api repos/acme/approvals/pulls", {"stdout": head}), *planned(0)]


def test_a_pull_request_of_a_fork_that_somebody_looked_at(runner: Runner) -> None:
    """It is planned as any other: comment, status and artefact are of its last commit."""
    head = with_merge(runner)
    started_by_hand(runner, "7", head)
    assert runner.run_job(OURS["plan"], "plan") == 0, runner.log
    checkout = next(given for name, given in runner.used if name == "actions/checkout")
    assert checkout["ref"] == "refs/pull/7/merge"
    assert f"uses actions/upload-artifact reconciler-plan-{head}" in runner.calls
    assert runner.calls[-1] == (f"reconciler comment TEMP/reconciler/result.json --pr 7 --commit {head} --link {RUN}")


@pytest.mark.parametrize(("number", "moved", "said"), [("7; x", False, "is '7; x'"), ("7", True, "moved on")])
def test_what_is_not_planned_by_hand(runner: Runner, number: str, moved: bool, said: str) -> None:  # noqa: FBT001
    """What is no number, and a request that got another commit between the look and the checkout."""
    head = with_merge(runner)
    started_by_hand(runner, number, HEAD if moved else head)
    assert runner.run_job(OURS["plan"], "plan") == 1
    assert said in runner.log
    assert of(runner, "reconciler") == []


@pytest.mark.parametrize("job", ["plan", "apply", "drift"])
def test_one_commit_of_the_tool_in_both_places(runner: Runner, job: str) -> None:
    """A caller that names another commit behind the @ than in reconciler-ref is told so, with the line."""
    uses = f"    # uses: acme/reconciler/.github/workflows/{job}.yml@main\n    uses: Acme/reconciler/.github/workflows/"
    asked = "contents/.github/workflows/nightly.yml?ref="
    for wrong in (f"{'b' * 40} # v1", f"{'b' * 40} # was @{HEAD}"):
        runner.answers = [(asked, {"stdout": f"{uses}{job}.yml@{wrong}"})]
        assert runner.run_job(OURS[job], job) == 1
        assert f"::error file=.github/workflows/nightly.yml::reconciler-ref is '{HEAD}', and" in runner.log
        assert of(runner, "reconciler") == []
    runner.answers = [(asked, {"stdout": f"{uses}{job}.yml@{HEAD} # v1"}), *planned(0)]
    runner.run_job(OURS[job], job)
    assert of(runner, "reconciler") != []


@pytest.mark.parametrize(("code", "told"), [("", 0), ("4", 0), ("0", 5), ("5", 6)])
def test_a_failure_is_told_by_a_job_of_its_own(runner: Runner, code: str, told: int) -> None:
    """It sets no status; what could not be told makes it red, and what is red already does not."""
    runner.context["needs"] = {"apply": {"outputs": {"code": code}}}
    runner.context["secrets"] |= {"NOTIFY": "json://chat.test"}
    runner.answers = [("reconciler mark", {"code": told})]
    if not code:
        assert runner.run_job(OURS["apply"], "tell") == 0
        assert of(runner, "reconciler") == [], "a run that the queue dropped left nothing"
    (runner.temporary / "reconciler").mkdir()
    assert runner.run_job(OURS["apply"], "tell") == (0 if told == 5 else told)
    (call,) = of(runner, "reconciler")
    given = f" --code {code}" if code else ""
    assert call == (
        f"reconciler mark --no-status{given} --marked TEMP/reconciler/marked.json --approved-plans "
        "TEMP/reconciler/approved.json --report TEMP/reconciler/report.json --plan TEMP/reconciler/plan.json --journal "
        f"TEMP/reconciler/journal --issue --notify --link {RUN}"
    )
    (holding,) = [here for line, here in runner.calls_with_environment if line.startswith("reconciler mark")]
    assert set(holding) == {"GITHUB_TOKEN", "RECONCILER_NOTIFY", "RECONCILER_METRICS_TOKEN"}


@pytest.mark.parametrize("code", ["", "4"])
def test_gitlab_tells_of_a_failure_by_a_job_of_its_own(runner: Runner, gitlab: GitLabStub, code: str) -> None:
    """With the code that the other job kept."""
    environment = on_gitlab(runner, gitlab)
    runner.use_the_tool("none of them")
    if code:
        (runner.workspace / "code.txt").write_text(f"{code}\n", encoding="utf-8")
    runner.answers = [("reconciler mark", {"code": 0})]
    assert runner.run_script(load(GITLAB)["tell"]["script"], **environment) == 0, runner.log
    given = f" --code {code}" if code else ""
    (call,) = of(runner, "reconciler")
    assert call == (
        f"reconciler mark --no-status{given} --marked marked.json --approved-plans approved.json --report report.json "
        "--plan plan.json --journal journal --issue --link https://gitlab.example/jobs/5"
    )


def test_gitlab_shows_why_nothing_was_applied(runner: Runner, gitlab: GitLabStub) -> None:
    """In words, in the log; and the job keeps it."""
    environment = on_gitlab(runner, gitlab)
    runner.use_the_tool("mark", "show")
    problem = {"severity": "error", "code": "policy/no-approved-plan", "message": "pushed past review", "origin": None}
    failure = {"format": "reconciler/error/1", "code": 6, "message": "GitLab is gone", "diagnostics": [problem]}
    runner.answers = [("reconciler approved", {"code": 6, "stdout": json.dumps(failure)})]
    assert runner.run_script(load(GITLAB)["apply"]["script"], **environment) == 6
    assert "pushed past review  [policy/no-approved-plan]\nerror: GitLab is gone\n" in runner.log
    assert {"approved.json", "begun.json", "report.json", "code.txt"} < set(load(GITLAB)["apply"]["artifacts"]["paths"])
