"""A configuration repository with its pipeline for applying, run by its real scripts: on GitHub, or on GitLab."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.model.plan import Plan
from reconciler.planning import plan_digest
from tests.support.account import INVOICE
from tests.support.command_line import clean_environment, reconciler
from tests.support.pipelines import GITLAB, ROOT, load
from tests.support.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.gitlab_stub import GitLabStub
    from tests.support.sandbox import RunningSandbox

__all__ = ["DOCUMENTS", "Delivery", "GitHubDelivery", "GitLabDelivery"]

SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\n'
DOCUMENTS = {
    "as live": INVOICE.replace("cy@", "bo@"),
    "as live, in other words": f"{INVOICE.replace('cy@', 'bo@')}# reviewed\n",
    "otherwise": INVOICE,
    "otherwise again": INVOICE.replace("cy@", "gus@"),
    "broken": "kind: assignments\n",
    "a leaver": INVOICE.replace("cy@", "gone@"),
    "a leaver, and a project more": INVOICE.replace("cy@", "gone@")
    + "  - project: Cedar Tower\n    groups: {Accounting: [cy@acme.test, dee@acme.test, eli@acme.test]}\n",
}
_CONTEXT = "reconciler/apply/4211"


class Delivery:
    """A repository whose commits are called c1, c2, …; every run of its pipeline leaves a line in ``outcomes``.

    A line tells the exit code, the number of writes to the service, and which commits were marked with what. In
    descriptions a digest is shown as ``<digest>`` and a commit by its name.
    """

    def __init__(self, folder: Path, sandbox: RunningSandbox) -> None:
        self.runner = Runner(folder)
        self.sandbox = sandbox
        self.commits: list[str] = []
        self.outcomes: list[str] = []
        self.freeze = ""
        self.thief = ""
        self._files = 0
        self._write(SETTINGS, "reconciler.yaml")
        self._write("*.json\nplans/\njournal/\n", ".gitignore")
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Run git in the repository, as somebody."""
        identity = ("-c", "user.name=T", "-c", "user.email=t@acme.test", "-c", "commit.gpgsign=false")
        command = ["git", *identity, *arguments]
        done = subprocess.run(
            command, cwd=self.runner.workspace, env=clean_environment(), capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def do(self, *step: str) -> None:
        """Take one step, named as one of the methods below, with its arguments."""
        name, *arguments = step
        method: Callable[..., None] = getattr(self, name.replace(" ", "_"))
        method(*arguments)

    def push(self, document: str) -> None:
        """Push a document to the default branch, past review."""
        self._write(DOCUMENTS[document], "assignments/invoice.yaml")
        self._commit()

    def push_words(self) -> None:
        """Push a commit that changes no document."""
        self._files += 1
        self._write("words\n", f"README-{self._files}.md")
        self._commit()

    def merge(self, document: str) -> None:
        """Let a request with a document be planned, approved and merged."""
        self._merge({"assignments/invoice.yaml": DOCUMENTS[document]}, lambda plan: plan)

    def merge_edited(self, document: str) -> None:
        """Let somebody edit the plan that the run kept, and give it the digest that goes with it."""

        def edited(content: bytes) -> bytes:
            plan = msgspec.json.decode(content, type=Plan)
            change = plan.changes[0]
            group = change.groups[0]
            after = {**change.after, group.uuid: (*(one.id for one in group.keep), "7")}
            mallory = msgspec.structs.replace(group.add[0], id="7")
            wider = msgspec.structs.replace(
                change, after=after, groups=(msgspec.structs.replace(group, add=(mallory,)),)
            )
            plan = msgspec.structs.replace(plan, changes=(wider,), people=())
            return msgspec.json.encode(msgspec.structs.replace(plan, digest=plan_digest(plan)))

        self._merge({"assignments/invoice.yaml": DOCUMENTS[document]}, edited)

    def merge_addresses(self) -> None:
        """Let a request send the credentials elsewhere, and be merged all the same."""
        elsewhere = f"api_url: {self.thief}\nauth_url: {self.thief}\n"
        self._merge({"reconciler.yaml": f"{SETTINGS}{elsewhere}"}, lambda plan: plan)

    def push_submodule(self) -> None:
        """Push a submodule with documents, past review."""
        rules = self.runner.workspace.parent / "rules"
        rules.mkdir()
        (rules / "teams.yaml").write_text("kind: teams\nteams: {}\n")
        for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "x")):
            self.git("-C", str(rules), *arguments)
        self.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(rules), "rules")
        self._commit()

    def move_submodule(self) -> None:
        """Push a commit that moves the submodule and nothing else."""
        rules = self.runner.workspace / "rules"
        (rules / "teams.yaml").write_text("kind: teams\nteams: {west: [ann@acme.test]}\n")
        self.git("-C", str(rules), "commit", "-qam", "y")
        self._commit()

    def hide_documents(self) -> None:
        """Make the checkout sparse, so that it lacks the assignments."""
        self.git("sparse-checkout", "set", "--no-cone", "/reconciler.yaml", "/.gitignore")

    def make_shallow(self) -> None:
        """Replace the clone by one that holds the last commit alone."""
        workspace = self.runner.workspace
        shallow = workspace.parent / "shallow"
        self.git("clone", "-q", "--depth", "1", f"file://{workspace}", str(shallow))
        origin = self.git("remote", "get-url", "origin") if self.git("remote") else ""
        shutil.rmtree(workspace / ".git")
        (shallow / ".git").rename(workspace / ".git")
        if origin:
            self.git("remote", "set-url", "origin", f"file://{origin}")

    def _merge(self, files: dict[str, str], keep: Callable[[bytes], bytes]) -> None:
        """Plan a request with these files, and keep what becomes of the plan beside the digest that was approved."""
        number = len(self.commits) + 100
        self.git("checkout", "-q", "-B", "main")
        self.git("checkout", "-q", "-b", f"request-{number}")
        for name, text in files.items():
            self._write(text, name)
        self.git("add", "-A")
        self.git("commit", "-qm", "request")
        head = self.git("rev-parse", "HEAD")
        command = ("plan", "--base", "main", "--out", "plan.json", "--format", "json")
        plan = reconciler(self.runner.workspace, *command, environment=self.sandbox.environment).stdout.encode()
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "--no-edit", f"request-{number}")
        self.commits.append(self.git("rev-parse", "HEAD"))
        self._publish()
        self.keep_request(number, head, keep(plan), json.loads(plan)["digest"])

    def known(self) -> None:
        """Let the last commit be known as applied."""
        self.keep_green(self.commits[-1])

    def click(self, *people: str) -> None:
        """Change the project managers of Harbor Bridge in the web interface."""
        self.sandbox.edit("32", "1042", pm=list(people))

    def refuse_writes(self) -> None:
        """Let the service refuse the next writes."""
        self.sandbox.fail({"method": "PATCH", "path": "assignees", "status": 403, "times": 1})

    def freeze_applies(self) -> None:
        """Set the variable that stops every apply."""
        self.freeze = "year end"

    def thaw(self) -> None:
        """Take it away again."""
        self.freeze = ""

    def run(self, digest: str = "") -> None:
        """Run the pipeline, for a push or by hand; ``shown`` stands for the digest that a plan of now has."""
        if digest == "shown":
            command = ("plan", "--format", "json")
            plan = reconciler(self.runner.workspace, *command, environment=self.sandbox.environment).stdout
            digest = json.loads(plan)["digest"]
        before = len(self.statuses())
        self.sandbox.log(forget=True)
        code = self.start(digest)
        writes = sum(one["method"] == "PATCH" for one in self.sandbox.log(forget=True))
        marks = [self._told(*one) for one in self.statuses()[before:]]
        self.outcomes.append(f"{code}, {writes} writes; {'; '.join(marks) or 'no mark'}")

    def start(self, digest: str) -> int:
        """Run the pipeline's own scripts; gives the exit code."""
        raise NotImplementedError

    def statuses(self) -> list[tuple[str, str, str]]:
        """Give the apply statuses that were set: commit, state, description."""
        raise NotImplementedError

    def keep_request(self, number: int, head: str, plan: bytes, digest: str) -> None:
        """Let the forge know a merged request, its plan, and the digest that was approved."""
        raise NotImplementedError

    def keep_green(self, commit: str) -> None:
        """Let the forge have a green apply status of a commit."""
        raise NotImplementedError

    def _told(self, commit: str, state: str, description: str) -> str:
        names = {one: f"c{number}" for number, one in enumerate(self.commits, 1)}
        text = re.sub(r"sha256:[0-9a-f]{64}", "<digest>", description)
        for one, name in names.items():
            text = text.replace(one[:12], name)
        return f"{names[commit]} {'green' if state == 'success' else 'red'}: {text}"

    def _write(self, text: str, name: str) -> None:
        path = self.runner.workspace / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _commit(self) -> None:
        self.git("checkout", "-q", "-B", "main")
        self.git("add", "-A")
        self.git("commit", "-qm", "change")
        self.commits.append(self.git("rev-parse", "HEAD"))
        self._publish()

    def _publish(self) -> None:
        """Let the pipeline see what is on the default branch."""


class GitHubDelivery(Delivery):
    """On GitHub, by the reusable workflow and its actions."""

    def __init__(self, folder: Path, sandbox: RunningSandbox, forge: GitHubStub) -> None:
        super().__init__(folder, sandbox)
        self.forge = forge
        own = {name: text for name, text in forge.environment.items() if name != "GITHUB_TOKEN"}
        self.runner.use_the_tool(**own)
        self.runner.context["github"] |= {"token": "actions", "event": {"repository": {"default_branch": "main"}}}
        self.runner.context["secrets"] = {"APPLY_CLIENT_ID": "sandbox", "APPLY_CLIENT_SECRET": "sandbox"}

    def start(self, digest: str) -> int:
        """Run the job of the workflow in a new folder for temporary files."""
        shutil.rmtree(self.runner.temporary / "reconciler", ignore_errors=True)
        self.runner.context["vars"] = {"RECONCILER_FREEZE": self.freeze}
        self.runner.context["inputs"] = {
            "reconciler-ref": "a" * 40, "folder": ".", "digest": digest,
            "api-url": self.sandbox.address, "auth-url": self.sandbox.address,
        }  # fmt: skip
        return self.runner.run_job(ROOT / ".github" / "workflows" / "apply.yml", "apply")

    def statuses(self) -> list[tuple[str, str, str]]:
        """Give the apply statuses that were set."""
        return [
            (one.path.rsplit("/", 1)[1], one.body["state"], one.body["description"])
            for one in self.forge.asked
            if one.method == "POST" and "/statuses/" in one.path and one.body["context"] == _CONTEXT
        ]

    def keep_request(self, number: int, head: str, plan: bytes, digest: str) -> None:
        """Let the forge know a merged request."""
        self.forge.open_pull(number, head)
        self.forge.keep(head, plan)
        self._keep_status(head, "reconciler/plan/4211", digest)
        self.forge.merge(number, self.commits[-1])

    def keep_green(self, commit: str) -> None:
        """Let the forge have a green apply status of a commit."""
        self._keep_status(commit, _CONTEXT, "applied: an earlier plan")

    def _keep_status(self, commit: str, context: str, description: str) -> None:
        creator = {"login": "github-actions[bot]"}
        status = {"context": context, "state": "success", "description": description, "target_url": None}
        self.forge.statuses[commit] = [{**status, "creator": creator}]


class GitLabDelivery(Delivery):
    """On GitLab, by the file that is copied."""

    def __init__(self, folder: Path, sandbox: RunningSandbox, forge: GitLabStub) -> None:
        super().__init__(folder, sandbox)
        self.forge = forge
        self.runner.use_the_tool()
        self._origin = folder / "origin.git"

    def start(self, digest: str) -> int:
        """Run the script of the job in a clean checkout."""
        self.git("clean", "-qffdx")
        environment: dict[str, Any] = {
            **self.sandbox.environment, **self.forge.environment, "DIGEST": digest, "RECONCILER_FREEZE": self.freeze,
            "CI_DEFAULT_BRANCH": "main", "CI_JOB_URL": "https://gitlab.example/jobs/5",
        }  # fmt: skip
        return self.runner.run_script(load(GITLAB)["apply"]["script"], **environment)

    def statuses(self) -> list[tuple[str, str, str]]:
        """Give the apply statuses that were set."""
        return [
            (one.path.rsplit("/", 1)[1], one.body["state"], one.body["description"])
            for one in self.forge.asked
            if one.method == "POST" and "/statuses/" in one.path and one.body["name"] == _CONTEXT
        ]

    def keep_request(self, number: int, head: str, plan: bytes, digest: str) -> None:
        """Let the forge know a merged request."""
        self.forge.open_request(number, head)
        self.forge.keep(head, plan)
        self._keep_status(head, "reconciler/plan/4211", digest)
        self.forge.merge(number, self.commits[-1])

    def keep_green(self, commit: str) -> None:
        """Let the forge have a green apply status of a commit."""
        self._keep_status(commit, _CONTEXT, "applied: an earlier plan")

    def _keep_status(self, commit: str, name: str, description: str) -> None:
        status = {"name": name, "status": "success", "description": description, "target_url": None}
        self.forge.statuses[commit] = [{**status, "author": {"id": 7}}]

    def _publish(self) -> None:
        if not self._origin.exists():
            self.git("clone", "-q", "--bare", ".", str(self._origin))
            self.git("remote", "add", "origin", str(self._origin))
        self.git("push", "-q", "--force", "origin", "main")
