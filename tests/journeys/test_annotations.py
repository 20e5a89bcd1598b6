"""The formats for forges through the real command line, in a subfolder of a real git repository."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler import __version__
from tests.support.account import INVOICE, company_seed, write_seed
from tests.support.command_line import clean_environment, reconciler
from tests.support.forges import check_sarif, read_junit, run_line
from tests.support.sandbox import running_sandbox
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.support.sandbox import RunningSandbox

FORMATS = ("github", "sarif", "junit")
FOLDER = "teams/approvals"
OFFLINE = {
    "assignments/invoice.yaml": INVOICE.replace("[ann@acme.test, cy@acme.test]", "[]"),
    "assignments/more.yaml": "kind: assignmnts\n",
}
LIVE = {
    "assignments/invoice.yaml": INVOICE.replace("Harbor", "Habor").replace("cy@", "cyy@"),
    "assignments/more.yaml": INVOICE.replace("Harbor Bridge", "Cedar Tower").replace("Manager", "Manger"),
}
APART = {
    "assignments/invoice.yaml": f"{INVOICE}      Accounting: [cy@acme.test, dee@acme.test]\n",
    "policy.yaml": "kind: policy\nseparate: [[Project Manager, Accounting]]\n",
}
GOOD = {"assignments/invoice.yaml": INVOICE.replace("cy@", "bo@")}


def in_repository(folder: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial in a subfolder of a git repository, everything committed."""
    folder.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True, env=clean_environment())
    trial = Trial(folder / FOLDER, sandbox)
    trial.git("add", "-A")
    trial.git("commit", "-qm", "change")
    return trial


@pytest.fixture
def trial(tmp_path: Path, sandbox: RunningSandbox) -> Trial:
    """Return a trial with one change to make, two folders below the root of its repository."""
    return in_repository(tmp_path / "work", sandbox)


def together(shown: list[str]) -> str:
    """Return what was shown as one text that stays the same from release to release."""
    return "\n".join(shown).replace(f'"{__version__}"', '"<version>"')


def checked(trial: Trial, *arguments: str) -> list[int]:
    """Run a command in each format, read stdout as its readers do, and give the number of problems in each."""
    github, sarif, junit = (
        reconciler(trial.folder, *arguments, "--format", one, environment=trial.sandbox.environment).stdout
        for one in FORMATS
    )
    assert all(run_line(line) for line in github.splitlines())
    cases = [case for case in read_junit(junit) if case.get("name") != "documents"]
    return [len(github.splitlines()), len(check_sarif(json.loads(sarif))), len(cases)]


@pytest.mark.parametrize("shown_as", FORMATS)
def test_01_wrong_documents(trial: Trial, whole: SnapshotAssertion, shown_as: str) -> None:
    """Problems of documents, offline and live: exit 7, on stdout as asked for, with paths from the root."""
    trial.write(OFFLINE)
    shown = [trial.run("validate", "--format", shown_as)]
    trial.write(LIVE)
    shown.append(trial.run("plan", f"--format={shown_as}"))
    assert together(shown) == whole
    assert checked(trial, "plan") == [2, 2, 2]


@pytest.mark.parametrize("shown_as", FORMATS)
def test_02_a_good_repository(trial: Trial, whole: SnapshotAssertion, shown_as: str) -> None:
    """A warning stops nothing; no problem is an empty log, a run without results, a test case that passed."""
    shown = [trial.run("plan", "--base", "main", "--format", shown_as)]
    trial.write(GOOD)
    settings = trial.folder / "reconciler.yaml"
    settings.write_text(f"{settings.read_text()}service_account: hal@acme.test\n")
    shown += [trial.run("validate", "--format", shown_as), trial.run("plan", "--format", shown_as)]
    assert together(shown) == whole
    assert checked(trial, "validate") == checked(trial, "plan") == [0, 0, 0]


@pytest.mark.parametrize("shown_as", FORMATS)
def test_03_a_refused_plan(tmp_path: Path, whole: SnapshotAssertion, shown_as: str) -> None:
    """Exit 3, and a saved plan tells the same later; what breaks the policy without the service is told alike."""
    seed = company_seed()
    seed["eligible"] = [{"list": "possible_assignees", "project_id": "1042", "people": ["1", "2"]}]
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = in_repository(tmp_path / "work", sandbox)
        planned = reconciler(
            trial.folder, "plan", "--out", "plan.json", "--format", shown_as, environment=sandbox.environment
        )
        again = reconciler(trial.folder, "show", "plan.json", "--format", shown_as)
        trial.run("show", "plan.json", "--format", shown_as, "--out", "report")
        assert (again.code, again.stdout) == (3, planned.stdout)
        assert (trial.folder / "report").read_text() == planned.stdout
        trial.write(APART)
        assert together([planned.shown, trial.run("validate", "--format", shown_as)]) == whole


def test_04_failures_of_another_kind(trial: Trial, whole: SnapshotAssertion) -> None:
    """Without a diagnostic the message is one: settings, usage, files, an altered plan, the service."""
    trial.run("plan", "--out", "plan.json")
    path = trial.folder / "plan.json"
    path.write_text(path.read_text().replace('"3"', '"6"'))
    shown = [
        trial.run("validate", "--format", "github", "--config", "elsewhere"),
        trial.run("validate", "--format", "github", "--fromat"),
        trial.run("show", "missing.json", "--format", "github"),
        trial.run("show", "plan.json", "--format", "junit"),
        trial.run("plan", "--format", "sarif", RECONCILER_CLIENT_SECRET="hunter2"),
        trial.run("validate", "--format", "github", "--format", "terminal", "--config", "elsewhere"),
    ]
    assert together(shown) == whole


def test_05_paths_from_the_root_wherever_it_runs(trial: Trial, tmp_path: Path) -> None:
    """From above, from below, from another folder, through a link, outside of git."""
    trial.write(OFFLINE)

    def files(folder: Path, *arguments: str) -> set[str]:
        ran = reconciler(folder, "validate", "--format", "github", *arguments)
        commands = [run_line(line) for line in ran.stdout.splitlines()]
        assert ran.code == 7
        return {one.properties["file"] for one in commands if one}

    wanted = {f"{FOLDER}/assignments/invoice.yaml", f"{FOLDER}/assignments/more.yaml"}
    (tmp_path / "link").symlink_to(trial.folder)
    assert files(trial.folder) == wanted
    assert files(trial.folder / "assignments") == wanted
    assert files(tmp_path / "work", "--config", FOLDER) == wanted
    assert files(tmp_path / "work", f"--config={FOLDER}/reconciler.yaml") == wanted
    assert files(tmp_path, "--config", "link") == wanted
    (tmp_path / "work" / ".git").rename(tmp_path / "gone")
    assert files(trial.folder) == {"assignments/invoice.yaml", "assignments/more.yaml"}


def test_06_hostile_documents(trial: Trial) -> None:
    """No text of a document starts a command in the log, on neither stream, and nothing of it is lost."""
    evil = r'"x\r\n::stop-commands::y\u202e ##[add-mask]Project Manager 100%25, \0"'
    trial.write({"assignments/invoice.yaml": INVOICE.replace("Project Manager:", f"{evil}:")})
    ran = reconciler(trial.folder, "plan", "--format", "github", environment=trial.sandbox.environment)
    (line,) = ran.stdout.splitlines()
    command = run_line(line)
    assert command is not None
    assert (ran.code, command.name) == (7, "error")
    assert r"x\u000d\u000a::stop-commands::y\u202e ##[add-mask]Project Manager 100%25, \u0000" in command.message
    assert "stop-commands" in ran.stderr
    assert [run_line(one) for one in ran.stderr.splitlines()] == [None] * 2
    assert checked(trial, "plan") == [1, 1, 1]
