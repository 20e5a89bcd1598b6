"""Plan and apply under accounts of their own, and accounts that may not do everything, on both forges."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.test_formats import check
from tests.support.account import INVOICE
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox

AS_LIVE = INVOICE.replace("cy@", "bo@")
SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\ncompany_name: Acme\n'
TRUSTED = {"github": 'forge: {trusted: ["Acme-Plans[bot]"]}\n', "gitlab": "forge: {trusted: [Plans]}\n"}
NAMES = {"github": "acme-plans[bot]", "gitlab": "plans"}


class Accounts:
    """A repository on a forge, and the two accounts: ``plans`` on pull requests, another one on the default branch."""

    def __init__(self, trial: Trial, forge: GitHubStub | GitLabStub, kind: str) -> None:
        self.trial = trial
        self.forge: Any = forge
        self.kind = kind
        self.environment = forge.environment
        self.planning = {**forge.environment, "GITHUB_TOKEN": "plans", "GITLAB_TOKEN": "plans"}

    def settings(self, more: str) -> None:
        """Write the settings."""
        (self.trial.folder / "reconciler.yaml").write_text(SETTINGS + more)

    def request(self, number: int, name: str, document: str, more: str = "") -> str:
        """Propose, plan, comment as the planning account, merge; gives the merged commit."""
        trial = self.trial
        trial.git("checkout", "-q", "-b", name, "main")
        (trial.folder / "assignments" / "invoice.yaml").write_text(document)
        if more:
            self.settings(more)
        head = trial.commit(name)
        (self.forge.open_pull if self.kind == "github" else self.forge.open_request)(number, head)
        trial.plan_result("--base", "main")
        command = ("comment", "result.json", "--pr", str(number), "--commit", head)
        assert trial.run(*command, **self.planning).startswith("exit 0")
        self.forge.keep(head, (trial.folder / "plan.json").read_bytes())
        trial.git("checkout", "-q", "main")
        trial.git("merge", "-q", "--no-ff", "-m", f"merge {name}", name)
        merged = trial.git("rev-parse", "HEAD")
        self.forge.merge(number, merged)
        return merged

    def applied(self, *arguments: str) -> None:
        """Mark what waits as applied, without applying anything."""
        proof = self.trial.ran("plan", "--out", "proof.json")
        assert proof.code == 0, proof.shown
        shown = self.trial.run("mark", "--code", "0", "--plan", "proof.json", *arguments, **self.environment)
        assert shown.startswith("exit 0\n--- stdout\nsuccess"), shown


@pytest.fixture(params=["github", "gitlab"])
def accounts(
    request: pytest.FixtureRequest, tmp_path: Path, sandbox: RunningSandbox, github: GitHubStub, gitlab: GitLabStub
) -> Accounts:
    """Return a repository whose main agrees with live, and which is known as applied."""
    trial = Trial(tmp_path / "approvals", sandbox)
    trial.write({"assignments/invoice.yaml": AS_LIVE, ".gitignore": "*.json\n.reconciler/\nplans*/\n"})
    one = Accounts(trial, github if request.param == "github" else gitlab, request.param)
    one.settings("")
    trial.commit("as live")
    one.applied()
    return one


def test_01_two_accounts(accounts: Accounts) -> None:
    """The account of the plans is named where it does not count; it counts once a commit that trusts it is applied."""
    trial, name = accounts.trial, NAMES[accounts.kind]
    accounts.request(1, "swap", INVOICE, TRUSTED[accounts.kind])
    refused = trial.run("approved", "--out", "plans", **accounts.environment)
    assert refused.startswith("exit 5"), refused
    assert f"there is one of {name}, and the token is of another account: name that one under 'forge" in refused
    assert trial.run("apply", "--yes", "--base", "HEAD^1").startswith("exit 0")
    accounts.applied()
    accounts.request(2, "back", AS_LIVE)
    found = trial.ran("approved", "--out", "plans", "--format", "json", **accounts.environment)
    assert found.code == 0, found.shown
    (plan,) = json.loads(found.stdout)["plans"]
    begun = trial.ran("mark", "--begin", "--format", "json", **accounts.environment)
    check("marked", json.loads(begun.stdout))
    assert json.loads(begun.stdout)["state"] == "pending"
    assert trial.run("apply", plan, "--since", "HEAD^1").startswith("exit 0")
    accounts.applied()
    assert "0 commits since" in trial.run("approved", "--out", "plans2", **accounts.environment)


def test_02_one_comment_of_two_accounts(accounts: Accounts) -> None:
    """Ours goes first; a trusted account's is updated where we have none, and ours is made where that is refused."""
    trial = accounts.trial
    accounts.settings(TRUSTED[accounts.kind])
    trial.commit("trust")
    trial.git("checkout", "-q", "-b", "swap", "main")
    (trial.folder / "assignments" / "invoice.yaml").write_text(INVOICE)
    head = trial.commit("swap")
    (accounts.forge.open_pull if accounts.kind == "github" else accounts.forge.open_request)(5, head)
    trial.plan_result("--base", "main")
    command = ("comment", "result.json", "--pr", "5")

    def told(**environment: str) -> str:
        return trial.run(*command, **environment).splitlines()[2]

    assert told(**accounts.planning) == "comment created"
    assert told(**accounts.environment) == "comment unchanged"
    trial.plan_result()
    trial.plan_result("--base", "main", "--adds-only")
    path = "/comments/" if accounts.kind == "github" else "/notes/"
    accounts.forge.faults = [("PATCH", path, 403), ("PUT", path, 403)]
    assert told(**accounts.environment) == "comment created"
    trial.plan_result("--base", "main")
    assert told(**accounts.environment) == "comment updated"
    texts = accounts.forge.bodies(5) if accounts.kind == "github" else [one for one, _ in accounts.forge.notes()]
    assert len(texts) == 1, "what the trusted account said is taken away once ours is there"


def test_03_a_status_that_may_not_be_set(accounts: Accounts) -> None:
    """Nothing is applied where the commits cannot be marked, and that is known before."""
    accounts.request(1, "swap", INVOICE)
    accounts.forge.faults = [("POST", "/statuses/", 403), ("POST", "/deployments", 403)]
    refused = accounts.trial.run("mark", "--begin", **accounts.environment)
    assert refused.startswith("exit 6"), refused
    assert "refuses the status of commit" in refused


def test_04_a_tip_that_is_applied_already(accounts: Accounts) -> None:
    """It is marked as begun too; a run that wrote nothing makes it green again, one that was cut off does not."""
    trial = accounts.trial
    tip = trial.git("rev-parse", "HEAD")
    (green,) = accounts.forge.statuses[tip]
    assert "pending: begun" in trial.run("mark", "--begin", **accounts.environment)
    assert trial.run("approved", "--out", "plans", **accounts.environment).startswith("exit 5")
    trial.run("mark", "--code", "5", "--began", **accounts.environment)
    newest = accounts.forge.statuses[tip][0]
    assert (newest["state"], newest["description"]) == ("success", green["description"])
    assert "0 commits since" in trial.run("approved", "--out", "plans", **accounts.environment)
    assert "no mark changed" in trial.run("mark", "--begin", RECONCILER_FREEZE="audit", **accounts.environment)
    accounts.forge.faults = [("POST", "/statuses/", 403), ("POST", "/deployments", 403)]
    assert trial.run("mark", "--begin", **accounts.environment).startswith("exit 6")


def test_05_a_deployment_where_statuses_are_not_allowed(
    tmp_path: Path, sandbox: RunningSandbox, gitlab: GitLabStub
) -> None:
    """On GitLab it remembers what was applied, what failed and what was not tried, for the next run to go on from."""
    trial = Trial(tmp_path / "approvals", sandbox)
    trial.write({"assignments/invoice.yaml": AS_LIVE, ".gitignore": "*.json\n.reconciler/\nplans*/\n"})
    one = Accounts(trial, gitlab, "gitlab")
    one.settings(TRUSTED["gitlab"])
    trial.commit("as live")
    gitlab.may_set_statuses = False
    unprotected = trial.run("mark", "--begin", **one.environment)
    assert unprotected.startswith("exit 6"), unprotected
    assert "the environment reconciler/apply/4211 is not protected against Developers" in unprotected
    gitlab.protected["reconciler/apply/4211"] = [40]
    one.applied()
    gitlab.may_set_statuses = True
    one.request(1, "swap", INVOICE)
    gitlab.may_set_statuses = False
    found = trial.ran("approved", "--out", "plans", "--format", "json", **one.environment)
    assert found.code == 0, found.shown
    for _ in range(2):
        assert trial.run("mark", "--begin", **one.environment).startswith("exit 0")
    (plan,) = json.loads(found.stdout)["plans"]
    report = trial.ran("apply", plan, "--since", "HEAD^1", "--format", "json")
    (trial.folder / "report.json").write_text(report.stdout)
    (trial.folder / "approved.json").write_text(found.stdout)
    marked = ("mark", "--code", "0", "--report", "report.json", "--approved-plans", "approved.json")
    assert "success: applied: plan" in trial.run(*marked, **one.environment)
    assert [one["status"] for one in gitlab.deployments] == ["success", "failed", "success"]
    assert "0 commits since" in trial.run("approved", "--out", "plans2", **one.environment)
    for code, status in (("64", "canceled"), ("1", "failed")):
        (trial.folder / "README.md").write_text(code)
        trial.commit(code)
        journal = trial.folder / "journal"
        journal.mkdir(exist_ok=True)
        if status == "failed":
            (journal / "x.jsonl").write_text("x\n")
        trial.run("mark", "--code", code, "--journal", "journal", **one.environment)
        assert gitlab.deployments[-1]["status"] == status


def test_06_a_label_that_is_dropped(accounts: Accounts) -> None:
    """Where an account may set no label, its issue is found by its marker, and none is opened again."""
    trial = accounts.trial
    trial.sandbox.edit("32", "1042", pm=["1", "2", "4"])
    for done in ("issue 101 opened", "issue 101 updated"):
        ran = trial.ran("drift", "--issue", **accounts.environment)
        assert (ran.code, done in ran.stderr) == (2, True), ran.shown
        for issue in accounts.forge.issues.values():
            issue["labels"] = []
    assert len(accounts.forge.issues) == 1


def test_07_what_an_earlier_apply_left_is_not_forgotten(accounts: Accounts) -> None:
    """A failed apply, and one that was cut off, stay so through runs that write nothing, until a proof."""
    trial = accounts.trial
    (trial.folder / "README.md").write_text("words\n")
    tip = trial.commit("words")
    trial.write_only({"journal/x.jsonl": "x\n"})
    trial.run("mark", "--code", "4", "--journal", "journal", **accounts.environment)

    def newest() -> tuple[str, str]:
        one = accounts.forge.statuses[tip][0]
        return one["state"], one["description"]

    failed = newest()
    assert failed[1].startswith("not wholly applied (exit code 4)")
    trial.run("mark", "--code", "5", **accounts.environment)
    assert newest() == failed, "a run that wrote nothing"
    trial.run("mark", "--begin", **accounts.environment)
    trial.run("mark", "--code", "5", "--began", **accounts.environment)
    assert newest() == failed, "one that had begun"
    assert trial.run("approved", "--out", "plans", **accounts.environment).startswith("exit 5")
    trial.run("mark", "--begin", **accounts.environment)
    trial.run("mark", "--code", "6", **accounts.environment)
    assert newest()[1].startswith("begun: "), "the one before was cut off"
    trial.run("mark", "--begin", **accounts.environment)
    trial.run("mark", "--code", "6", "--began", **accounts.environment)
    assert newest()[1] == "not wholly applied: an apply was cut off here"
    assert trial.run("approved", "--out", "plans", **accounts.environment).startswith("exit 5")
    accounts.applied()
    assert "0 commits since" in trial.run("approved", "--out", "plans", **accounts.environment)


def test_08_nobody_else_says_what_was_applied(accounts: Accounts) -> None:
    """Not even an account whose plans count: whoever may push a branch can get at its token."""
    trial = accounts.trial
    accounts.settings(TRUSTED[accounts.kind])
    trial.commit("trust")
    accounts.applied()
    accounts.request(1, "swap", INVOICE)
    proof = trial.ran("plan", "--out", "proof.json")
    assert proof.code == 0
    (trial.folder / "approved.json").write_text(
        json.dumps(
            {
                "format": "reconciler/approved/1",
                "since": trial.git("rev-parse", "HEAD^1"),
                "commits": [trial.git("rev-parse", "HEAD")],
                "plans": [],
            }
        )
    )
    marked = trial.run("mark", "--code", "0", "--approved-plans", "approved.json", **accounts.planning)
    assert "success: no document changed" in marked
    assert "1 commit since" in trial.run("approved", "--out", "plans", **accounts.environment)
