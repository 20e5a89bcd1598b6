"""Proposes another people lock as a pull request: one branch on top of the commit that is checked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.git.changed_files import read_changed_files
from reconciler.errors import ReconcilerError
from reconciler.model.people_lock import is_of_lock
from reconciler.model.proposal import Proposal
from reconciler.operations.forges import open_forge_here
from reconciler.operations.people_files import read_lock_files
from reconciler.operations.plan import PlanOrder, plan_repository
from reconciler.operations.workspace import open_workspace
from reconciler.render.messages.people_request_text import request_body, request_title
from reconciler.settings import has_credentials

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.people_report import PeopleReport
    from reconciler.operations.run import Run

__all__ = ["propose_people", "require_forge"]


def propose_people(run: Run, settings_file: Path | None, report: PeopleReport) -> str:
    """Open, update or close the one pull request of a company's people; return what was done, in words.

    What differs from the commit is proposed: files of the lock, and documents that were tidied. Raises UsageError where
    there is no commit or no forge, and ForgeError.
    """
    workspace = open_workspace(run, settings_file)
    forge = open_forge_here(run)
    contents = read_lock_files(workspace.root)
    contents |= {one.path: (workspace.root / one.path).read_bytes() for one in report.tidied if one.lines}
    base, files = read_changed_files(workspace.root, contents, is_of_lock)
    proposal = Proposal(
        branch=f"reconciler/people-{workspace.settings.company_id}",
        base=base,
        body=request_body(report),
        files=files,
    )
    # roles are counted by a plan, which asks Procore: an open request that is up to date costs nothing
    return forge.keep_proposal(proposal, lambda: request_title(report, _roles(run, settings_file)))


def require_forge(run: Run) -> None:
    """Raise what opening the forge raises, before anything is written."""
    open_forge_here(run)


def _roles(run: Run, settings_file: Path | None) -> tuple[int, int] | None:
    """Return how many roles in how many presets change; null without credentials, or without a plan."""
    if not has_credentials(run.environment):
        return None
    try:
        plan = plan_repository(run, settings_file, PlanOrder(base="HEAD", only="requested"))
    except ReconcilerError as error:
        run.reporter.note(f"roles are not counted: {error.message}")
        return None
    return plan.summary.additions + plan.summary.removals, plan.summary.changed
