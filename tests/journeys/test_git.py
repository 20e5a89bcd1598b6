"""What git does not show, through the real command line: nothing is planned on a part of the documents."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.account import INVOICE
from tests.support.traps import SECRETS, arm, git, recording_git
from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.github_stub import GitHubStub
    from tests.support.sandbox import RunningSandbox

READING = (
    ("validate",),
    ("plan",),
    ("plan", "--base", "HEAD"),
    ("apply", "--yes"),
    ("drift",),
    ("snapshot", "--out", "live.json"),
    ("adopt", "--all", "--yes"),
)
POLICY = "kind: policy\nprotected: [bo@acme.test]\n"


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a repository whose documents take out Bo, whom a policy in a folder of its own protects."""
    return committed(tmp_path / "approvals", sandbox, {"rules/policy.yaml": POLICY})


def elsewhere(trial: Trial, folder: Path) -> Trial:
    """Return the same trial in another folder."""
    other = copy.copy(trial)
    other.folder = folder
    return other


def comparable(shown: str) -> str:
    """Take out what differs from run to run: commits and days."""
    return re.sub(
        r"\b([0-9a-f]{40}|[0-9a-f]{12})\b", "<commit>", re.sub(r"since \d{4}-\d\d-\d\d", "since <day>", shown)
    )


def test_01_a_sparse_checkout(trial: Trial, whole: SnapshotAssertion) -> None:
    """The policy that protects Bo is outside of it: no command goes on, and the remedy that is named works."""
    assert "policy/protected-person" in trial.run("plan")
    trial.git("sparse-checkout", "set", "assignments")
    assert not (trial.folder / "rules").exists()
    shown = {arguments: trial.run(*arguments) for arguments in READING}
    assert {one.split("\n")[0] for one in shown.values()} == {"exit 7"}
    assert trial.writes() == []
    answer = json.loads(trial.plan_result().read_text())
    assert (answer["code"], [one["code"] for one in answer["diagnostics"]]) == (7, ["documents/not-checked-out"])
    trial.git("sparse-checkout", "disable")
    assert "policy/protected-person" in trial.run("plan")
    assert "\n".join([shown["validate",], shown["apply", "--yes"]]) == whole


@pytest.mark.parametrize("flag", ["skip-worktree", "assume-unchanged"])
@pytest.mark.parametrize("edit", ["gone", "edited"])
def test_02_a_policy_that_git_was_told_not_to_look_at(trial: Trial, flag: str, edit: str) -> None:
    """What nobody can see in git status is no plan's basis; an ordinary deletion is, and says so."""
    trial.git("update-index", f"--{flag}", "rules/policy.yaml")
    assert "policy/protected-person" in trial.run("plan")
    if edit == "gone":
        (trial.folder / "rules" / "policy.yaml").unlink()
    else:
        (trial.folder / "rules" / "policy.yaml").write_text(POLICY.replace("bo@", "hal@"))
    for command in (("plan",), ("apply", "--yes")):
        shown = trial.run(*command)
        assert shown.startswith("exit 7"), command
        assert f"--no-{flag} FILE'" in shown
    trial.git("update-index", f"--no-{flag}", "rules/policy.yaml")
    shown = trial.run("plan")
    assert shown.startswith("exit 0")
    assert "with uncommitted changes" in shown


def test_03_settings_that_are_not_checked_out(trial: Trial, tmp_path: Path) -> None:
    """The error says why they are not there, in the folder and by their name."""
    trial.git("sparse-checkout", "set", "--no-cone", "assignments/")
    for where, arguments in ((trial, ()), (elsewhere(trial, tmp_path), ("--config", "approvals"))):
        shown = where.run("validate", *arguments)
        assert shown.startswith("exit 7")
        assert "marked skip-worktree (reconciler.yaml): run 'git sparse-checkout disable'" in shown
    shown = elsewhere(trial, tmp_path).run("validate", "--config", "nowhere/reconciler.yaml")
    assert "not-checked-out" not in shown


def test_04_documents_in_a_submodule(trial: Trial, tmp_path: Path, whole: SnapshotAssertion) -> None:
    """Not checked out they are an error; checked out they count, with edits in them, and at the base too."""
    rules = tmp_path / "rules"
    git(tmp_path, "init", "-q", "-b", "main", "rules")
    (rules / "policy.yaml").write_text(POLICY)
    git(rules, "add", "-A")
    git(rules, "commit", "-qm", "x")
    trial.git("rm", "-qr", "rules")
    git(trial.folder, "submodule", "--quiet", "add", str(rules), "rules")
    trial.commit()
    git(tmp_path, "clone", "-q", str(trial.folder), "clone")
    clone = elsewhere(trial, tmp_path / "clone")
    refused = clone.run("plan")
    assert refused.startswith("exit 7")
    git(clone.folder, "submodule", "--quiet", "update", "--init")
    plan = clone.run("plan", "--base", "HEAD")
    assert "policy/protected-person" in plan
    assert "with uncommitted changes" not in plan
    assert "not-checked-out" not in plan
    (clone.folder / "rules" / "policy.yaml").write_text(POLICY.replace("bo@", "hal@"))
    assert "with uncommitted changes" in clone.run("plan")
    git(clone.folder, "submodule", "--quiet", "deinit", "--force", "rules")
    git(clone.folder, "rm", "-q", "--cached", "rules")
    (clone.folder / "rules").rmdir()
    clone.write({"more.yaml": "kind: teams\nteams: {}\n"})
    warned = clone.run("plan", "--base", "HEAD")
    assert warned.startswith("exit 3"), "the policy may have been in it"
    assert comparable(f"{refused}\n{warned}") == whole
    assert clone.run("plan", "--base", "HEAD", "--only-requested").startswith("exit 64")


def test_05_a_shallow_clone(trial: Trial, tmp_path: Path, github: GitHubStub, whole: SnapshotAssertion) -> None:
    """Where the clone ends is not the first time: nothing waits unseen, and the remedy that is named works."""
    github.open_pull(5, trial.git("rev-parse", "HEAD"))
    first = trial.git("rev-parse", "HEAD")
    for number in range(3):
        trial.write({"teams.yaml": f"kind: teams\nteams: {{}}\n# {number}\n"})
        trial.commit()
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{trial.folder}", "clone")
    clone = elsewhere(trial, tmp_path / "clone")
    shown = [clone.run("approved", "--out", "plans", **github.environment)]
    shown.append(clone.run("apply", "--yes", "--since", first))
    git(clone.folder, "fetch", "-q", "--depth", "1", "origin", first)
    shown.append(clone.run("apply", "--yes", "--since", first))
    assert [one.split("\n")[0] for one in shown] == ["exit 64"] * 3
    assert trial.writes() == []
    assert comparable("\n".join(shown)) == whole
    git(clone.folder, "fetch", "-q", "--unshallow")
    assert clone.run("approved", "--out", "plans", **github.environment).startswith("exit 5"), "no plan was approved"


def test_06_names_that_are_nearly_right(trial: Trial, whole: SnapshotAssertion) -> None:
    """A file renamed out of sight and a folder emptied are said, in validate, plan and drift."""
    trial.write({"rules/b.yaml": "kind: teams\nteams: {}\n"})
    trial.commit()
    (trial.folder / "rules" / "policy.yaml").rename(trial.folder / "rules" / "policy.YAML")
    (trial.folder / "rules" / "b.yaml").rename(trial.folder / "rules" / "b.yaml.txt")
    shown = [trial.run("validate"), trial.run("plan", "--base", "HEAD"), trial.run("drift")]
    assert comparable("\n".join(shown)) == whole
    assert "documents/not-a-document" in trial.run("validate", "--format", "github")


def test_07_no_program_of_the_repository_runs(trial: Trial, tmp_path: Path) -> None:
    """Its filters, hooks and monitors stay what they are, and git sees no credential, whatever is asked."""
    marker, record, program = tmp_path / "marker", tmp_path / "record", tmp_path / "programs" / "trap"
    program.parent.mkdir()
    trial.git("commit", "-q", "--allow-empty", "-m", "x")
    arm(trial.folder, program, marker)
    (trial.folder / "assignments" / "invoice.yaml").write_text(INVOICE + "# edited\n")
    path = f"{recording_git(tmp_path / 'bin', record)}:/usr/local/bin:/usr/bin:/bin"
    secrets = {name: text for name, text in SECRETS.items() if name != "RECONCILER_ACCESS_TOKEN"}
    more = (("apply", "--yes", "--since", "HEAD~1"), ("apply", "--yes", "--base", "HEAD", "--only-drift"))
    for command in (*READING, *more, ("validate", "--format", "sarif")):
        trial.run(*command, **{**secrets, **trial.sandbox.environment, "PATH": path})
    assert not marker.exists(), marker.read_text()
    names = {line.partition("=")[0] for line in record.read_text().splitlines()}
    assert "s3cret" not in record.read_text()
    assert {"PATH", "HOME"} <= names
    assert not [name for name in names if name.startswith("RECONCILER_")]
    assert not names & SECRETS.keys()


def test_08_a_partial_clone(trial: Trial, tmp_path: Path) -> None:
    """What it lacks of the base is said; nothing is fetched on the way."""
    trial.git("config", "uploadpack.allowFilter", "true")
    trial.write({"rules/policy.yaml": POLICY + "# more\n"})
    trial.commit()
    marker, program = tmp_path / "marker", tmp_path / "programs" / "trap"
    program.parent.mkdir()
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{trial.folder}", "clone")
    clone = elsewhere(trial, tmp_path / "clone")
    git(clone.folder, "config", "remote.origin.url", "ssh://host.test/x")
    arm(clone.folder, program, marker)
    assert "policy/protected-person" in clone.run("plan")
    shown = clone.run("plan", "--base", "HEAD~1")
    assert shown.startswith("exit 64")
    assert "a partial clone is not completed here" in shown
    assert not marker.exists(), marker.read_text()


def test_09_other_line_ends(trial: Trial) -> None:
    """A checkout with CRLF is the same documents, so healing, which needs a clean work tree, goes on."""
    settings = (trial.folder / "reconciler.yaml").read_text() + 'self_heal: ["*"]\n'
    (trial.folder / "rules" / "policy.yaml").unlink()
    (trial.folder / "reconciler.yaml").write_text(settings)
    trial.commit()
    for path in ("reconciler.yaml", "assignments/invoice.yaml"):
        (trial.folder / path).write_bytes((trial.folder / path).read_text().replace("\n", "\r\n").encode())
    heal = ("apply", "--yes", "--self-heal", "--base", "HEAD")
    assert trial.run(*heal).startswith("exit 0")
    (trial.folder / "assignments" / "invoice.yaml").write_text(INVOICE + "# edited\n")
    assert "the documents here differ from HEAD" in trial.run(*heal)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (b"kind: assignments\ntemplate: [\n", "not valid YAML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 5\n", "git holds an LFS pointer here"),
        (b"\0GITCRYPT\0\x01\x02", "git holds this document encrypted (git-crypt)"),
    ],
)
def test_10_what_is_wrong_at_the_base(tmp_path: Path, sandbox: RunningSandbox, broken: bytes, said: str) -> None:
    """It is told as that, with its place; a group that loses somebody is not said to be managed for the first time."""
    trial = Trial(tmp_path / "approvals", sandbox)
    (trial.folder / "assignments" / "invoice.yaml").write_bytes(broken)
    trial.commit("broken")
    trial.write({"assignments/invoice.yaml": INVOICE})
    told = trial.ends(3, "plan", "--base", "HEAD")
    assert "documents/wrong-at-base" in told
    assert "assignments/invoice.yaml:" in told
    assert said in told
    trial.ends(0, "plan", "--out", "plan.json")
    for shown in (told, trial.ends(3, "apply", "plan.json", "--since", "HEAD")):
        assert "may be managed for the first time (not all documents at" in shown
        assert "is managed for the first time" not in shown


def test_11_documents_that_git_ignores(trial: Trial, tmp_path: Path) -> None:
    """They count, no reviewer sees them, and git status says nothing: they are named, in a submodule too."""
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "-q", "-b", "main")
    (inner / "teams.yaml").write_text("kind: teams\nteams: {leads: [ann@acme.test]}\n")
    (inner / ".gitignore").write_text("secret.yaml\n")
    git(inner, "add", "-A")
    git(inner, "commit", "-qm", "inner")
    trial.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "inner")
    trial.write_only({".gitignore": "*.json\n.reconciler/\nlocal/\n"})
    trial.commit()
    assert "documents/ignored" not in trial.run("plan")
    mine = "kind: policy\noverrides: [{reason: mine, address: '*', allow_removals: 9, until: 2099-01-31}]\n"
    trial.write_only({"local/mine.yaml": mine, "inner/secret.yaml": "kind: teams\nteams: {}\n"})
    trial.write_only({"local/:!x.yaml": "kind: teams\nteams: {}\n"})
    assert trial.git("status", "--porcelain") == ""
    for command in (("validate",), ("plan",), ("apply", "--yes"), ("drift",)):
        shown = trial.run(*command)
        assert (
            "3 documents that git ignores are read all the same (inner/secret.yaml, local/:!x.yaml, local/mine.yaml)"
            in shown
        ), shown
    plan = json.loads(trial.ran("plan", "--format", "json").stdout)
    assert plan["source"]["dirty"] is True
