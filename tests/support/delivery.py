"""A configuration repository with its pipelines for planning and applying, run by their real scripts on a forge."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.plan import Plan
from reconciler.planning.digests import plan_digest
from reconciler.planning.plan_file import check_plan
from tests.support.account import INVOICE
from tests.support.command_line import reconciler
from tests.support.runner import Runner
from tests.support.traps import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.loopback import Receiver
    from tests.support.sandbox import RunningSandbox

__all__ = ["APPLY", "DOCUMENTS", "Delivery"]

APPLY = "reconciler/apply/4211"
_PLAN = "reconciler/plan/4211"
_SETTINGS = 'kind: settings\nversion: 1\ncompany_id: "4211"\n'
_CEDAR = "  - project: Cedar Tower\n    groups: {Accounting: [%s]}\n"
_LEAVER = INVOICE.replace("ann@acme.test, cy@", "ann@acme.test, left@")
DOCUMENTS = {
    "as live": INVOICE.replace("cy@", "bo@"),
    "as live, in other words": f"{INVOICE.replace('cy@', 'bo@')}# reviewed\n",
    "otherwise": INVOICE,
    "otherwise again": INVOICE.replace("cy@", "gus@"),
    "broken": "kind: assignments\n",
    "a leaver in an old line": _LEAVER,
    "the same, and a line of somebody who is there": _LEAVER + _CEDAR % "cy@acme.test, dee@acme.test, eli@acme.test",
    "the same, and a new line of a leaver": _LEAVER + _CEDAR % "gone@acme.test",
}
_POLICY = "kind: policy\nprotected: [hal@acme.test]\n"


class Delivery:
    """A repository whose commits are called c1, c2, …; every run of a pipeline leaves a line in ``outcomes``.

    A line tells the exit code, the number of writes to the service, and which commits were marked with what. In
    descriptions a digest is shown as ``<digest>`` and a commit by its name. Heads of requests are called r1, r2, …;
    the line of a plan job begins with ``plan`` and ends with its labels and with what its comment says is held. Once
    a document has named another host, lines end with the number of connections that this host got.
    """

    def __init__(self, folder: Path, sandbox: RunningSandbox, elsewhere: Receiver) -> None:
        self.runner = Runner(folder)
        self.sandbox = sandbox
        self.commits: list[str] = []
        self.requests: dict[int, str] = {}
        self.outcomes: list[str] = []
        self.freeze = ""
        self._said: list[str] = []
        self._edited = ""
        self._origin = folder / "origin.git"
        self._elsewhere = elsewhere
        self._named = False
        self._files = 0
        self._write(_SETTINGS, "reconciler.yaml")
        self._write("*.json\nplans/\njournal/\nproblems.xml\nreport.html\n", ".gitignore")
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Run git in the repository, as somebody."""
        return git(self.runner.workspace, *arguments)

    @property
    def told(self) -> str:
        """What people were told in logs, summaries and comments, without what keeps Markdown from meaning anything."""
        summary = self.runner.summary.read_text(encoding="utf-8") if self.runner.summary.exists() else ""
        return re.sub("[\\\\\u200b]", "", "\n".join([self.runner.log, summary, *self._said]))

    def do(self, *step: str) -> None:
        """Take one step, named as one of the methods below, with its arguments."""
        name, *arguments = step
        method: Callable[..., None] = getattr(self, name.replace(" ", "_"))
        method(*arguments)

    def push(self, document: str) -> None:
        """Push a document to the default branch, past review."""
        self._edit(document)
        self._commit()

    def push_words(self) -> None:
        """Push a commit that changes no document."""
        self._files += 1
        self._write("words\n", f"README-{self._files}.md")
        self._commit()

    def push_a_policy(self) -> None:
        """Push a policy in a folder of its own, past review."""
        self._write(_POLICY, "rules/policy.yaml")
        self._commit()

    def merge(self, document: str) -> None:
        """Let a request with a document be planned, approved and merged, without its pipeline."""
        number, head = self._branch(document)
        command = ("plan", "--base", "main", "--out", "plan.json", "--format", "json")
        plan = reconciler(self.runner.workspace, *command, environment=self.sandbox.environment).stdout.encode()
        self.keep_plan(head, plan)
        self.keep_status(head, _PLAN, json.loads(plan)["digest"])
        self._merge(number)

    def request(self, document: str) -> None:
        """Open a request with a document, and run the pipeline that plans it."""
        number, head = self._branch(document)
        before = len(self.statuses(_PLAN))
        self.sandbox.log(forget=True)
        code = self.start_plan(number, head)
        self._said.append(self.comments(number))
        held = re.findall(r"\d+ lines? held", self._said[-1])
        self._tell(f"plan {code}", self.statuses(_PLAN)[before:], *self.labels(number), *held[:1])
        self.git("checkout", "-q", "--force", "main")
        self.update_submodules()

    def merge_it(self) -> None:
        """Merge the last request, whatever its plan came to."""
        self._merge(max(self.requests))

    def edit_the_plan(self) -> None:
        """Replace the plan file of the last request by one that adds somebody else, with a digest that fits."""
        plan = json.loads(self.plan_of(self.requests[max(self.requests)]))
        (change,) = plan["changes"]
        (group,) = change["groups"]
        change["after"]["pm"] = ["1", "7"]
        for one in (*group["add"], plan["people"][1]):
            one |= {"id": "7", "login": "gus@acme.test", "name": "Gus"}
        edited = msgspec.convert(plan, Plan)
        edited = msgspec.structs.replace(edited, digest=plan_digest(edited))
        check_plan(edited, "the edited plan")
        self.keep_plan(self.requests[max(self.requests)], msgspec.json.encode(edited))
        self._edited = edited.digest

    def edit_status(self) -> None:
        """Let the status of the last request carry the digest of the edited plan."""
        self.keep_status(self.requests[max(self.requests)], _PLAN, self._edited)

    def known(self) -> None:
        """Let the last commit be known as applied."""
        self.keep_status(self.commits[-1], APPLY, "applied: an earlier plan")

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

    def check_out_a_part(self) -> None:
        """Let the jobs check out the assignments alone."""
        self.git("sparse-checkout", "set", "assignments")

    def check_out_everything(self) -> None:
        """Let the jobs check out everything again."""
        self.git("sparse-checkout", "disable")

    def clone_shallowly(self) -> None:
        """Let the jobs have the last commit alone."""
        workspace = self.runner.workspace
        shutil.rmtree(workspace)
        git(workspace.parent, "clone", "-q", "--depth", "1", f"file://{self._origin}", str(workspace))

    def fetch_the_whole_history(self) -> None:
        """Do what is told to be done about it."""
        self.git("fetch", "-q", "--unshallow")

    def move_documents_to_a_submodule(self) -> None:
        """Push a commit from which on the assignments are a submodule, which the jobs check out."""
        inner = self.runner.workspace.parent / "inner"
        self.git("rm", "-rq", "--cached", "assignments")
        (self.runner.workspace / "assignments").rename(inner)
        git(inner, "init", "-q", "-b", "main")
        git(inner, "add", "-A")
        git(inner, "commit", "-qm", "documents")
        self.git("submodule", "--quiet", "add", str(inner), "assignments")
        self._commit()

    def leave_the_submodule_out(self) -> None:
        """Let the jobs not check out submodules any more."""
        self.git("submodule", "--quiet", "deinit", "--force", "--all")

    def run(self, digest: str = "") -> None:
        """Run the pipeline, for a push or by hand; ``shown`` stands for the digest that a plan of now has."""
        if digest == "shown":
            command = ("plan", "--format", "json")
            plan = reconciler(self.runner.workspace, *command, environment=self.sandbox.environment).stdout
            digest = json.loads(plan)["digest"]
        before = len(self.statuses())
        self.sandbox.log(forget=True)
        code = self.start(digest)
        self._tell(f"{code}", self.statuses()[before:])

    def start(self, digest: str) -> int:
        """Run the scripts of the pipeline that applies; gives the exit code."""
        raise NotImplementedError

    def start_plan(self, number: int, head: str) -> int:
        """Run the scripts of the pipeline that plans a request, and keep its plan file; gives the exit code."""
        raise NotImplementedError

    def statuses(self, context: str = APPLY) -> list[tuple[str, str, str]]:
        """Return the statuses of a name that were set: commit, state, description."""
        raise NotImplementedError

    def open_request(self, number: int, head: str) -> None:
        """Let the forge know a request."""
        raise NotImplementedError

    def merge_request(self, number: int) -> None:
        """Let the forge know that a request was merged as the last commit."""
        raise NotImplementedError

    def comments(self, number: int) -> str:
        """Return what was said on a request."""
        raise NotImplementedError

    def labels(self, number: int) -> list[str]:
        """Return the labels of a request."""
        raise NotImplementedError

    def plan_of(self, head: str) -> bytes:
        """Return the plan file that the run of a commit kept."""
        raise NotImplementedError

    def keep_plan(self, head: str, plan: bytes) -> None:
        """Let the run of a commit have kept this plan file."""
        raise NotImplementedError

    def keep_status(self, commit: str, context: str, description: str) -> None:
        """Let the forge have this green status of a commit, and no other one."""
        raise NotImplementedError

    def update_submodules(self) -> None:
        """Check out submodules at the commits that are named now, those that are there at all."""
        if (self.runner.workspace / ".gitmodules").exists():
            self.git("submodule", "--quiet", "update")

    def _tell(self, code: str, statuses: list[tuple[str, str, str]], *more: str) -> None:
        writes = sum(one["method"] == "PATCH" for one in self.sandbox.log(forget=True))
        # what 'mark --begin' sets before the first write is replaced in the same run, or was there before
        passing = ("begun: ", "applied: an earlier plan")
        marks = [self._told(*one) for one in statuses if not one[2].startswith(passing)]
        if self._named:
            more = (*more, f"{len(self._elsewhere.taken)} connections elsewhere")
        self.outcomes.append("; ".join([f"{code}, {writes} writes", *(marks or ["no mark"]), *more]))

    def _told(self, commit: str, state: str, description: str) -> str:
        names = {one: f"c{number}" for number, one in enumerate(self.commits, 1)}
        names |= {one: f"r{number}" for number, one in enumerate(self.requests.values(), 1)}
        text = re.sub(r"sha256:[0-9a-f]{64}", "<digest>", description)
        for one, name in names.items():
            text = text.replace(one[:12], name)
        return f"{names[commit]} {'green' if state == 'success' else 'red'}: {text}"

    def _edit(self, document: str) -> None:
        if document != "addresses elsewhere":
            self._write(DOCUMENTS[document], "assignments/invoice.yaml")
        else:
            self._named = True
            address = self._elsewhere.address
            self._write(f"{_SETTINGS}auth_url: {address}\napi_url: {address}\n", "reconciler.yaml")
        inner = self.runner.workspace / "assignments"
        if (inner / ".git").exists():
            git(inner, "add", "-A")
            git(inner, "commit", "-qm", document)

    def _write(self, text: str, name: str) -> None:
        path = self.runner.workspace / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _branch(self, document: str) -> tuple[int, str]:
        """Open a request with a document; gives its number and its commit, which is checked out."""
        number = 100 + len(self.requests)
        self.git("checkout", "-q", "-B", "main")
        self.git("checkout", "-q", "-b", f"request-{number}")
        self._edit(document)
        self.git("add", "-A")
        self.git("commit", "-qm", document)
        self.requests[number] = self.git("rev-parse", "HEAD")
        self.open_request(number, self.requests[number])
        return number, self.requests[number]

    def _merge(self, number: int) -> None:
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "--no-edit", self.requests[number])
        self.update_submodules()
        self.commits.append(self.git("rev-parse", "HEAD"))
        self._publish()
        self.merge_request(number)

    def _commit(self) -> None:
        self.git("checkout", "-q", "-B", "main")
        self.git("add", "-A")
        self.git("commit", "-qm", "change")
        self.commits.append(self.git("rev-parse", "HEAD"))
        self._publish()

    def _publish(self) -> None:
        """Let the pipeline see what is on the default branch."""
        if not self._origin.exists():
            self.git("clone", "-q", "--bare", ".", str(self._origin))
            self.git("remote", "add", "origin", str(self._origin))
        self.git("push", "-q", "--force", "origin", "main")
