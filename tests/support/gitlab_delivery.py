"""A configuration repository on GitLab, whose pipeline is the file that is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.delivery import APPLY, Delivery
from tests.support.pipelines import GITLAB, load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.gitlab_stub import GitLabStub
    from tests.support.loopback import Receiver
    from tests.support.sandbox import RunningSandbox

__all__ = ["GitLabDelivery"]


class GitLabDelivery(Delivery):
    """On GitLab, by the file that is copied."""

    def __init__(self, folder: Path, sandbox: RunningSandbox, forge: GitLabStub, elsewhere: Receiver) -> None:
        super().__init__(folder, sandbox, elsewhere)
        self.forge = forge
        self.runner.use_the_tool()

    def start(self, digest: str) -> int:
        """Run the script of the job that applies."""
        return self._run("apply", DIGEST=digest, RECONCILER_FREEZE=self.freeze, CI_DEFAULT_BRANCH="main")

    def start_plan(self, number: int, head: str) -> int:
        """Run the script of the job that plans, with the branch of the request checked out."""
        code = self._run(
            "plan", CI_COMMIT_SHA=head, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", CI_MERGE_REQUEST_IID=str(number)
        )
        plan = self.runner.workspace / "plan.json"
        self.forge.keep(head, plan.read_bytes() if plan.exists() else None)
        return code

    def _run(self, job: str, **more: str) -> int:
        """Run the script of a job in a clean checkout."""
        self.git("clean", "-qffdx")
        environment: dict[str, Any] = {
            **self.sandbox.environment, **self.forge.environment, "CI_JOB_URL": "https://gitlab.example/jobs/5", **more,
        }  # fmt: skip
        return self.runner.run_script(load(GITLAB)[job]["script"], **environment)

    def statuses(self, context: str = APPLY) -> list[tuple[str, str, str]]:
        """Return the statuses of a name that were set."""
        return [
            (one.path.rsplit("/", 1)[1], one.body["state"], one.body["description"])
            for one in self.forge.asked
            if one.method == "POST" and "/statuses/" in one.path and one.body["name"] == context
        ]

    def open_request(self, number: int, head: str) -> None:
        """Let the forge know a request."""
        self.forge.open_request(number, head)

    def merge_request(self, number: int) -> None:
        """Let the forge know that a request was merged as the last commit."""
        self.forge.merge(number, self.commits[-1])

    def comments(self, number: int) -> str:  # noqa: ARG002 - the threads of this forge are of one request
        """Return what was said on a request."""
        return "\n".join(body for body, _ in self.forge.notes())

    def labels(self, number: int) -> list[str]:
        """Return the labels of a request."""
        return list(self.forge.requests[number]["labels"])

    def plan_of(self, head: str) -> bytes:
        """Return the plan file that the run of a commit kept."""
        return self.forge.files[max(one["id"] for one in self.forge.pipelines if one["sha"] == head)]

    def keep_plan(self, head: str, plan: bytes) -> None:
        """Let the run of a commit have kept this plan file."""
        self.forge.keep(head, plan)

    def keep_status(self, commit: str, context: str, description: str) -> None:
        """Let the forge have this green status of a commit, and no other one."""
        status = {"name": context, "status": "success", "description": description, "target_url": None}
        self.forge.statuses[commit] = [{**status, "author": {"id": 7}, "created_at": "2026-11-22T08:00:00.000Z"}]
