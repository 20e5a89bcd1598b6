"""From a branch to live: plan, comment, approval, merge, apply, with a real repository and a forge on loopback."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import INVOICE
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox

AS_LIVE = INVOICE.replace("cy@", "bo@")
IGNORED = "*.json\n.reconciler/\nplans*/\n"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository whose main agrees with live."""
    one = Trial(tmp_path / "approvals", sandbox)
    one.write({"assignments/invoice.yaml": AS_LIVE, ".gitignore": IGNORED})
    one.commit("as live")
    return one


def propose(trial: Trial, name: str, documents: dict[str, str]) -> str:
    """Commit documents on a branch of main, and give the commit."""
    trial.git("checkout", "-q", "-b", name, "main")
    trial.write(documents)
    return trial.commit(name)


def merge(trial: Trial, name: str) -> str:
    """Merge a branch into main, and give the commit."""
    trial.git("checkout", "-q", "main")
    trial.git("merge", "-q", "--no-ff", "-m", f"merge {name}", name)
    return trial.git("rev-parse", "HEAD")


def comparable(shown: str) -> str:
    """Take out what differs from run to run: commits and seconds."""
    shown = re.sub(r"\b[0-9a-f]{64}\b", "<digest>", re.sub(r"in \d\.\d s", "in <seconds> s", shown))
    return re.sub(r"\b([0-9a-f]{40}|[0-9a-f]{12})\b", "<commit>", shown)


def green() -> dict[str, Any]:
    """Return a status that tells of an apply."""
    return {
        "context": "reconciler/apply/4211", "state": "success", "description": "", "target_url": None,
        "creator": {"login": "github-actions[bot]"},
    }  # fmt: skip


def test_01_the_whole_way(trial: Trial, github: GitHubStub, whole: SnapshotAssertion) -> None:
    """Branch, edit, plan with base, comment, an edit live, merge, apply: refused when wider, done when narrower."""
    head = propose(trial, "swap", {"assignments/invoice.yaml": INVOICE})
    result = trial.plan_result("--base", "main")
    github.open_pull(5, head)
    shown = [trial.run("comment", result.name, "--pr", "5", "--link", "https://ci.test/7", **github.environment)]
    (body,) = github.bodies(5)
    shown.append(body)
    digest = json.loads(result.read_text())["digest"]
    (status,) = github.statuses[head]
    assert status["description"] == f"{digest} +1 −1 in 1 preset"
    assert f"digest `{digest}`" in body
    assert github.labels(5) == ["roles:removes-people"]
    github.keep(head, (trial.folder / "plan.json").read_bytes())

    trial.sandbox.edit("32", "1042", pm=["1", "2", "5"])  # somebody clicks in the web interface
    base = trial.git("rev-parse", "main")
    merged = merge(trial, "swap")
    github.merge(5, merged)
    unknown = trial.run("approved", "--out", "plans", **github.environment)
    assert unknown.startswith("exit 5")
    assert "no commit is known as applied" in unknown
    github.statuses[base] = [green()]
    shown.append(trial.run("approved", "--out", "plans", **github.environment))
    (plan,) = (trial.folder / "plans").iterdir()
    assert plan.name == f"{digest.removeprefix('sha256:')}.json"
    bound = ("apply", f"plans/{plan.name}", "--approved", digest, "--since", f"{merged}^1")
    wider = trial.run(*bound)
    assert wider.startswith("exit 5")
    assert "no approved plan says so: Eli (eli@acme.test) would lose Project Manager" in wider
    assert trial.writes() == []

    trial.sandbox.edit("32", "1042", pm=["1"])  # taken back, and Bo with it
    narrower = trial.run(*bound)
    assert narrower.startswith("exit 0")
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3"]
    assert len(trial.writes()) == 1
    shown += [wider, narrower, trial.run("plan", "--base", "main", "--detailed-exitcode")]
    assert comparable("\n".join(shown)) == whole

    (trial.folder / "report.json").write_text(trial.ran(*bound, "--format", "json").stdout)
    marked = trial.run("mark", "--code", "0", "--report", "report.json", **github.environment)
    assert f"success: applied: plan sha256:<digest>, 1 preset\n{merged}\n" in marked
    after = json.loads(trial.run("approved", "--out", "later", "--format", "json", **github.environment)
                       .split("--- stdout\n")[1].split("--- stderr")[0])  # fmt: skip
    assert after == {"format": "reconciler/approved/1", "since": merged, "commits": [], "plans": []}


def test_02_one_comment_through_all_of_it(trial: Trial, github: GitHubStub, whole: SnapshotAssertion) -> None:
    """No plan for wrong documents; then a plan; then another way to look at it; then nothing is left to do."""
    head = propose(trial, "swap", {"assignments/invoice.yaml": INVOICE.replace("cy@acme", "cyy@acme")})
    github.open_pull(5, head)
    result = trial.plan_result("--base", "main")
    shown = [trial.run("comment", result.name, "--pr", "5", **github.environment), *github.bodies(5)]
    assert github.statuses[head][0]["state"] == "error"
    trial.write({"assignments/invoice.yaml": INVOICE})
    head = trial.commit("cy")
    github.open_pull(5, head)
    trial.plan_result("--base", "main")
    address = f"{github.address}/acme/approvals/pull/5"
    shown += [trial.run("comment", result.name, "--pr", address, GITHUB_TOKEN="actions"), *github.bodies(5)]
    by_person = trial.run("comment", result.name, "--pr", "5", "--by", "person", **github.environment)
    shown += [by_person, *github.bodies(5)]
    trial.write({"assignments/invoice.yaml": AS_LIVE})
    head = trial.commit("never mind")
    github.open_pull(5, head)
    trial.plan_result("--base", "main")
    shown += [trial.run("comment", result.name, "--pr", "5", **github.environment), *github.bodies(5)]
    assert comparable("\n".join(shown).replace(github.address, "<forge>")) == whole
    assert (github.labels(5), github.minimized) == ([], {1})
    assert [one[0]["state"] for one in github.statuses.values()] == ["error", "success", "success"]


def test_03_a_plan_that_guards_stop(trial: Trial, github: GitHubStub) -> None:
    """The commit is red, and the label says why."""
    head = propose(trial, "swap", {
        "assignments/invoice.yaml": INVOICE, "policy.yaml": "kind: policy\nprotected: [bo@acme.test]\n",
    })  # fmt: skip
    github.open_pull(5, head)
    trial.plan_result("--base", "main")
    trial.run("comment", "result.json", "--pr", "5", **github.environment)
    assert github.labels(5) == ["roles:guarded", "roles:removes-people"]
    assert github.statuses[head][0]["state"] == "failure"
    assert github.statuses[head][0]["description"].endswith(" stopped by guards")


def test_04_a_run_that_comes_too_late(trial: Trial, github: GitHubStub) -> None:
    """Somebody pushed meanwhile: the comment is about the newer commit, and stays so."""
    head = propose(trial, "swap", {"assignments/invoice.yaml": INVOICE})
    trial.plan_result("--base", "main")
    github.open_pull(5, "f" * 40)
    shown = trial.run("comment", "result.json", "--pr", "5", "--commit", head, **github.environment)
    assert shown.startswith("exit 0")
    assert f"the request moved on to {'f' * 12}; only the status of {head[:12]} was set" in shown
    assert (github.bodies(5), list(github.statuses)) == ([], [head])


def test_05_what_comment_cannot_do(trial: Trial, github: GitHubStub, whole: SnapshotAssertion) -> None:
    """No forge, no token, no such request, a file that is neither, a plan that was altered, no company."""
    trial.plan_result("--base", "main")
    plan = (trial.folder / "result.json").read_text()
    (trial.folder / "altered.json").write_text(plan.replace('"complete": true', '"complete": false'))
    (trial.folder / "other.json").write_text("[]")
    failure = {"format": "reconciler/error/1", "code": 7, "message": "no", "diagnostics": []}
    (trial.folder / "failed.json").write_text(json.dumps(failure))
    elsewhere = trial.folder.parent / "elsewhere"
    elsewhere.mkdir()
    to_elsewhere = ("--config", str(elsewhere))
    shown = [
        trial.run("comment", "result.json", "--pr", "5"),
        trial.run("comment", "result.json", "--pr", "5", GITHUB_REPOSITORY="acme/approvals"),
        trial.run("comment", "result.json", "--pr", "five", **github.environment),
        trial.run("comment", "result.json", "--pr", "6", **github.environment),
        trial.run("comment", "result.json", "--pr", "5", "--commit", "HEAD", **github.environment),
        trial.run("comment", "other.json", "--pr", "5", **github.environment),
        trial.run("comment", "altered.json", "--pr", "5", **github.environment),
        trial.run("comment", "missing.json", "--pr", "5", **github.environment),
        trial.run("comment", "failed.json", "--pr", "5", *to_elsewhere, **github.environment),
    ]
    github.open_pull(5, "a" * 40)
    named = trial.run("comment", "failed.json", "--pr", "5", *to_elsewhere, "--company", "4211", **github.environment)
    assert named.startswith("exit 0")
    assert "\n".join(shown).replace(str(elsewhere), "<elsewhere>") == whole
    assert "GITHUB_TOKEN" not in github.bodies(5)[0]


def test_06_the_same_on_gitlab(trial: Trial, gitlab: GitLabStub) -> None:
    """Comment as a thread, labels, status; the plan that the merge request's job kept is the one that is applied."""
    head = propose(trial, "swap", {"assignments/invoice.yaml": INVOICE})
    gitlab.open_request(9, head)
    result = trial.plan_result("--base", "main")
    digest = json.loads(result.read_text())["digest"]
    shown = trial.run("comment", result.name, "--pr", "9", "--commit", head, **gitlab.environment)
    assert "comment created\nlabels: roles:removes-people\n" in shown
    ((body, resolved),) = gitlab.notes()
    assert (digest in body, resolved) == (True, False)
    gitlab.keep(head, (trial.folder / "plan.json").read_bytes())
    base = trial.git("rev-parse", "main")
    merged = merge(trial, "swap")
    gitlab.merge(9, merged)
    known = {
        "name": "reconciler/apply/4211",
        "status": "success",
        "description": "",
        "author": {"id": 7},
        "created_at": "2026-11-22T08:00:00.000Z",
    }
    gitlab.statuses[base] = [{**known, "target_url": None}]
    assert trial.run("approved", "--out", "plans", **gitlab.environment).startswith("exit 0")
    (plan,) = (trial.folder / "plans").iterdir()
    assert trial.run("apply", f"plans/{plan.name}", "--approved", digest).startswith("exit 0")
    trial.plan_result("--base", "main")
    gitlab.open_request(9, merged)
    assert "comment resolved" in trial.run("comment", result.name, "--pr", "9", **gitlab.environment)
    assert gitlab.notes()[0][1] is True
    assert gitlab.requests[9]["labels"] == []


def test_07_commits_that_a_queue_left_behind(trial: Trial, github: GitHubStub) -> None:
    """All since the last one that was applied, each with the plan of its request; one without documents needs none."""
    base = trial.git("rev-parse", "HEAD")
    github.statuses[base] = [green()]
    digests = []
    for number, (name, text) in enumerate((("swap", INVOICE), ("more", AS_LIVE.replace("bo@", "bo@acme.test, gus@")))):
        head = propose(trial, name, {"assignments/invoice.yaml": text})
        github.open_pull(number, head)
        digests.append(json.loads(trial.plan_result("--base", "main").read_text())["digest"])
        trial.run("comment", "result.json", "--pr", str(number), **github.environment)
        github.keep(head, (trial.folder / "plan.json").read_bytes())
    github.merge(0, merge(trial, "swap"))
    (trial.folder / "README.md").write_text("approvals\n")
    (trial.folder / ".github").mkdir()
    (trial.folder / ".github" / "x.yml").write_text("on: push\n")
    words = trial.commit("words")
    trial.git("merge", "-q", "-s", "ours", "--no-commit", "more")
    trial.write({"assignments/invoice.yaml": INVOICE.replace("cy@", "cy@acme.test, gus@")})
    github.merge(1, trial.commit("merge more"))
    answer = trial.ran("approved", "--out", "plans", "--format", "json", **github.environment)
    found = json.loads(answer.stdout)
    assert found["since"] == base
    assert found["plans"] == [f"plans/{digest.removeprefix('sha256:')}.json" for digest in digests]
    assert (len(found["commits"]), found["commits"][1]) == (3, words)
    assert not any(words in one.path and one.path.endswith("pulls") for one in github.asked)
    applied = trial.run("apply", *found["plans"], "--since", base)
    assert applied.startswith("exit 0")
    assert trial.sandbox.groups("32", "1042")["pm"] == ["1", "3", "7"]


def test_08_commits_without_an_approved_plan(trial: Trial, github: GitHubStub, whole: SnapshotAssertion) -> None:
    """Pushed past review; no digest; a plan that was refused; nothing kept; another plan kept; no plan at all kept."""
    base = trial.git("rev-parse", "HEAD")
    trial.write({"assignments/invoice.yaml": AS_LIVE + "# pushed\n"})
    trial.commit("pushed past review")
    digest = f"sha256:{'1' * 64}"
    plan = trial.plan_result("--base", "main").read_bytes()
    cases: tuple[tuple[str, str, bytes | None], ...] = (
        ("success", "no digest here", plan),
        ("failure", f"{digest} stopped by guards", plan),
        ("success", digest, None),
        ("success", digest, plan),
        ("success", digest, b"{}"),
    )
    for number, (state, description, kept) in enumerate(cases):
        head = propose(trial, f"b{number}", {"assignments/invoice.yaml": f"{AS_LIVE}# {number}\n"})
        github.open_pull(number, head)
        github.statuses[head] = [{"context": "reconciler/plan/4211", "state": state, "description": description,
                                  "target_url": None, "creator": {"login": "github-actions[bot]"}}]  # fmt: skip
        if kept is not None:
            github.keep(head, kept)
        github.merge(number, merge(trial, f"b{number}"))
    shown = [
        trial.run("approved", "--out", "plans", "--since", base, **github.environment),
        trial.run("approved", "--out", "assignments", **github.environment),
    ]
    assert comparable("\n".join(shown)) == whole
    assert not (trial.folder / "plans").exists()
    first = trial.run("approved", "--out", "plans", **github.environment)
    assert "no successful status reconciler/apply/4211 on the last 7 commits  [policy/not-proved]" in first


def test_09_a_plan_of_something_else(trial: Trial, github: GitHubStub) -> None:
    """Made with uncommitted changes, or of a commit that is not the request's last: nothing is shown of it."""
    propose(trial, "swap", {"assignments/invoice.yaml": INVOICE})
    github.open_pull(5, "f" * 40)
    trial.plan_result("--base", "main")
    other = trial.run("comment", "result.json", "--pr", "5", **github.environment)
    assert other.startswith("exit 64")
    assert f"and the request's last one is {'f' * 12}" in other
    trial.write({"assignments/invoice.yaml": AS_LIVE.replace("bo@", "hal@")})
    trial.plan_result("--base", "main")
    dirty = trial.run("comment", "result.json", "--pr", "5", "--commit", "f" * 40, **github.environment)
    assert "this plan was made with uncommitted changes; commit them, and plan again" in dirty
    assert (github.statuses, github.bodies(5)) == ({}, [])


def test_10_a_green_status_does_not_outlive_a_comment_that_failed(trial: Trial, github: GitHubStub) -> None:
    """When the comment cannot be made, the commit is marked so."""
    head = propose(trial, "swap", {"assignments/invoice.yaml": INVOICE})
    github.open_pull(5, head)
    trial.plan_result("--base", "main")
    github.faults.append(("POST", "comments", 403))
    failed = trial.run("comment", "result.json", "--pr", "5", **github.environment)
    assert failed.startswith("exit 6")
    assert github.statuses[head][0]["state"] == "error"
    assert trial.run("comment", "result.json", "--pr", "5", **github.environment).startswith("exit 0")
    assert github.statuses[head][0]["state"] == "success"
