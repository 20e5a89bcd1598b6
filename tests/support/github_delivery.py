"""A configuration repository on GitHub, whose pipelines are the reusable workflows and their actions."""

from __future__ import annotations

import io
import shutil
import zipfile
from typing import TYPE_CHECKING

from tests.support.delivery import APPLY, Delivery
from tests.support.pipelines import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.github_stub import GitHubStub
    from tests.support.loopback import Receiver
    from tests.support.sandbox import RunningSandbox

__all__ = ["GitHubDelivery"]

_SECRETS = ("PLAN_CLIENT_ID", "PLAN_CLIENT_SECRET", "APPLY_CLIENT_ID", "APPLY_CLIENT_SECRET")


class GitHubDelivery(Delivery):
    """On GitHub, by the reusable workflows and their actions."""

    def __init__(self, folder: Path, sandbox: RunningSandbox, forge: GitHubStub, elsewhere: Receiver) -> None:
        super().__init__(folder, sandbox, elsewhere)
        self.forge = forge
        own = {name: text for name, text in forge.environment.items() if name != "GITHUB_TOKEN"}
        self.runner.use_the_tool(**own)
        self.runner.context["github"] |= {"token": "actions", "event": {"repository": {"default_branch": "main"}}}
        self.runner.context["secrets"] = dict.fromkeys(_SECRETS, "sandbox")

    def start(self, digest: str) -> int:
        """Run the job that applies."""
        return self._run("apply", digest)

    def start_plan(self, number: int, head: str) -> int:
        """Run the job that plans, on the merge that the forge makes of a request."""
        self.git("checkout", "-q", "--detach", "main")
        self.git("merge", "-q", "--no-ff", "--no-edit", head)
        self.update_submodules()
        self.runner.context["github"]["event"]["pull_request"] = {"number": number, "head": {"sha": head}}
        code = self._run("plan", "")
        plan = self.runner.temporary / "reconciler" / "plan.json"
        if plan.exists():
            self.forge.keep(head, plan.read_bytes())
        return code

    def _run(self, job: str, digest: str) -> int:
        """Run the job of a workflow in a new folder for temporary files."""
        shutil.rmtree(self.runner.temporary / "reconciler", ignore_errors=True)
        self.runner.context["vars"] = {"RECONCILER_FREEZE": self.freeze}
        self.runner.context["inputs"] = {
            "reconciler-ref": "a" * 40, "folder": ".", "digest": digest,
            "api-url": self.sandbox.address, "auth-url": self.sandbox.address,
        }  # fmt: skip
        return self.runner.run_job(ROOT / ".github" / "workflows" / f"{job}.yml", job)

    def statuses(self, context: str = APPLY) -> list[tuple[str, str, str]]:
        """Return the statuses of a name that were set."""
        return [
            (one.path.rsplit("/", 1)[1], one.body["state"], one.body["description"])
            for one in self.forge.asked
            if one.method == "POST" and "/statuses/" in one.path and one.body["context"] == context
        ]

    def open_request(self, number: int, head: str) -> None:
        """Let the forge know a request."""
        self.forge.open_pull(number, head)

    def merge_request(self, number: int) -> None:
        """Let the forge know that a request was merged as the last commit."""
        self.forge.merge(number, self.commits[-1])

    def comments(self, number: int) -> str:
        """Return what was said on a request."""
        return "\n".join(self.forge.bodies(number))

    def labels(self, number: int) -> list[str]:
        """Return the labels of a request."""
        return self.forge.labels(number)

    def plan_of(self, head: str) -> bytes:
        """Return the plan file that the run of a commit kept."""
        last = max(one["id"] for one in self.forge.artifacts if one["name"].endswith(head))
        return zipfile.ZipFile(io.BytesIO(self.forge.archives[last])).read("plan.json")

    def keep_plan(self, head: str, plan: bytes) -> None:
        """Let the run of a commit have kept this plan file."""
        self.forge.artifacts = [one for one in self.forge.artifacts if not one["name"].endswith(head)]
        self.forge.keep(head, plan)

    def keep_status(self, commit: str, context: str, description: str) -> None:
        """Let the forge have this green status of a commit, and no other one."""
        creator = {"login": "github-actions[bot]"}
        status = {"context": context, "state": "success", "description": description, "target_url": None}
        self.forge.statuses[commit] = [{**status, "creator": creator}]
