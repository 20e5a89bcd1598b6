"""A repository that routes, beside its service: looks once, and shows what became of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.routed_account import ROUTING
from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

__all__ = ["AS_BOT", "ONE", "RouteTrial", "route_trial"]

AS_BOT = {"RECONCILER_ROUTE_CLIENT_ID": "erp", "RECONCILER_ROUTE_CLIENT_SECRET": "erp"}
ONE = "/rest/v2.0/companies/4211/projects/1042/workflows/instances/6501"


class RouteTrial(Trial):
    """A trial that routes."""

    def route(self, code: int, *options: str, **environment: str) -> dict[str, Any]:
        """Look once; return the report."""
        ran = self.ran("route", "--once", "--format", "json", *options, **AS_BOT, **environment)
        assert ran.code == code, ran.shown
        report: dict[str, Any] = json.loads(ran.stdout)
        return report

    def statuses(self, code: int, *options: str, **environment: str) -> list[tuple[str, str]]:
        """Look once; return the statuses by instance."""
        return [(one["instance_id"], one["status"]) for one in self.route(code, *options, **environment)["steps"]]

    def journal(self) -> list[dict[str, Any]]:
        """Return the lines of the journal of routes."""
        files = sorted((self.folder / ".reconciler" / "journal" / "route").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def step(self, path: str = ONE) -> dict[str, Any]:
        """Return the current step of an instance."""
        shown: dict[str, Any] = self.sandbox.request("GET", path).json()["data"]["current_step_occurrence"]
        return shown

    def responses(self) -> list[dict[str, Any]]:
        """Return the responses that the service got."""
        return [one for one in self.sandbox.log() if one["path"].endswith("/responses")]

    def rules(self, old: str = "", new: str = "") -> None:
        """Change the rules, and commit them."""
        assert old in ROUTING
        self.write_only({"routing.yaml": ROUTING.replace(old, new, 1) if old else ROUTING})
        self.commit()


def route_trial(folder: Path, sandbox: RunningSandbox) -> RouteTrial:
    """Return a repository with a routing."""
    made = committed(folder / "approvals", sandbox, {"routing.yaml": ROUTING})
    made.__class__ = RouteTrial
    assert isinstance(made, RouteTrial)
    return made
