"""The pipeline for GitLab really run: its own rules, installs, git and shell, by gitlab-ci-local."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import INVOICE
from tests.support.command_line import clean_environment
from tests.support.pipelines import GITLAB, ROOT
from tests.support.traps import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.slow

AS_LIVE = INVOICE.replace("cy@", "bo@")
SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\nforge: {trusted: [plans]}\n'
VERSION = "4.70.0"  # the newest that runs on the Node.js of long-term support


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install what runs the pipeline; gives its program."""
    for program in ("npm", "rsync"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program}")
    folder = tmp_path_factory.mktemp("runner")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    done = subprocess.run(
        ["npm", "install", "--no-fund", "--no-audit", "--ignore-scripts", f"gitlab-ci-local@{VERSION}"],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        pytest.skip(f"gitlab-ci-local cannot be had here: {done.stderr.splitlines()[:1]}")
    return folder / "node_modules" / ".bin" / "gitlab-ci-local"


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a repository of this very checkout, and its commit."""
    folder = tmp_path_factory.mktemp("tool")
    for name in ("reconciler", "schemas", "examples", ".github", "pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "tool")
    return folder, git(folder, "rev-parse", "HEAD")


class Project:
    """A project on GitLab, with a checkout in which jobs run."""

    def __init__(
        self, folder: Path, sandbox: RunningSandbox, forge: GitLabStub, runner: Path, tool: tuple[Path, str]
    ) -> None:
        self.folder = folder / "approvals"
        self.forge = forge
        self.log = ""
        self._home = folder / "home"
        self._runner = runner
        self._variables = {
            **sandbox.environment,
            "CI_PROJECT_PATH": forge.environment["CI_PROJECT_PATH"],
            "CI_SERVER_URL": forge.address,
            "CI_DEFAULT_BRANCH": "main",
            "CI_JOB_URL": "https://gitlab.example/jobs/5",
            "RECONCILER_REPOSITORY": f"file://{tool[0]}",
            "RECONCILER_COMMIT": tool[1],
        }
        self._home.mkdir()
        self.folder.mkdir()
        self._origin = folder / "origin.git"
        git(self.folder, "init", "-q", "-b", "main")
        self.write(".gitlab-ci.yml", GITLAB.read_text(encoding="utf-8"))
        self.write("reconciler.yaml", SETTINGS)
        self.write("assignments/invoice.yaml", AS_LIVE)
        self.write(".gitignore", "*.json\n*.txt\nplans/\njournal/\nproblems.xml\nreport.html\n.gitlab-ci-local/\n")
        self.commit("as live")

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self, message: str) -> str:
        """Commit everything to the branch that is checked out, and publish main."""
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", message)
        if not self._origin.exists():
            git(self.folder, "clone", "-q", "--bare", ".", str(self._origin))
            git(self.folder, "remote", "add", "origin", f"file://{self._origin}")
        git(self.folder, "push", "-q", "--force", "origin", "main")
        return git(self.folder, "rev-parse", "HEAD")

    def run(self, job: str, token: str, **more: str) -> int:
        """Run a job as a pipeline on the default branch, or as ``more`` says; gives its exit code."""
        pipeline = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", **more}
        variables = {**self._variables, **pipeline, "GITLAB_TOKEN": token}
        given = [part for name, text in variables.items() for part in ("--variable", f"{name}={text}")]
        environment = {**clean_environment(), "HOME": str(self._home), "PIP_CACHE_DIR": str(self._home.parent / "pip")}
        done = subprocess.run(
            [self._runner, job, "--force-shell-executor", "--no-artifacts-to-source", *given],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        self.log = done.stdout + done.stderr
        return done.returncode

    def request(self, number: int, document: str) -> str:
        """Propose a document, run the job that plans it, and merge it; gives the merged commit."""
        git(self.folder, "checkout", "-q", "-B", f"request-{number}", "main")
        self.write("assignments/invoice.yaml", document)
        head = self.commit("request")
        self.forge.open_request(number, head)
        event = {
            "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": str(number), "CI_COMMIT_SHA": head,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1", "CI_MERGE_REQUEST_PROJECT_ID": "1",
        }  # fmt: skip
        assert self.run("plan", "plans", **event) == 0, self.log
        self.forge.keep(head, (self.folder / "plan.json").read_bytes())
        git(self.folder, "checkout", "-q", "--force", "main")
        git(self.folder, "merge", "-q", "--no-ff", "--no-edit", head)
        merged = git(self.folder, "rev-parse", "HEAD")
        git(self.folder, "push", "-q", "--force", "origin", "main")
        self.forge.merge(number, merged)
        return merged


def test_the_pipeline(
    tmp_path: Path, sandbox: RunningSandbox, gitlab: GitLabStub, runner: Path, tool: tuple[Path, str]
) -> None:
    """Two tokens, of which the one that applies may set no status; then a push past review, which is told."""
    project = Project(tmp_path, sandbox, gitlab, runner, tool)
    first = git(project.folder, "rev-parse", "HEAD")
    gitlab.may_set_statuses = False
    assert project.run("apply", "bot") == 0, project.log
    (known,) = gitlab.deployments
    assert (known["sha"], known["status"], known["environment"]) == (
        first,
        "success",
        {"name": "reconciler/apply/4211"},
    )

    gitlab.may_set_statuses = True
    merged = project.request(9, INVOICE)
    ((comment, _),) = gitlab.notes()
    assert "1 of 1 preset changes" in comment
    assert gitlab.threads["d1"]["notes"][0]["author"]["username"] == "plans"

    gitlab.may_set_statuses = False
    assert project.run("apply", "bot") == 0, project.log
    assert sandbox.groups("32", "1042")["pm"] == ["1", "3"]
    assert [(one["sha"], one["status"]) for one in gitlab.deployments[1:]] == [(merged, "success")]
    assert json.loads((project.folder / "report.json").read_text())["summary"]["applied"] == 1

    git(project.folder, "checkout", "-q", "--force", "main")
    project.write("assignments/invoice.yaml", AS_LIVE)
    pushed = project.commit("past review")
    assert project.run("apply", "bot") == 1, project.log
    assert "it came with no merged request" in project.log
    assert "digest sha256:" in project.log
    kept: dict[str, Any] = json.loads((project.folder / "approved.json").read_text())
    assert (kept["code"], (project.folder / "code.txt").read_text()) == (5, "5\n")
    assert (gitlab.deployments[-1]["sha"], gitlab.deployments[-1]["status"]) == (pushed, "canceled")
    assert sandbox.groups("32", "1042")["pm"] == ["1", "3"]

    assert project.run("tell", "plans") == 0, project.log
    (issue,) = gitlab.issues.values()
    assert issue["title"].startswith("Apply failed: ")
    assert "it came with no merged request" in issue["description"]
    assert os.environ.get("GITLAB_CI") is None
