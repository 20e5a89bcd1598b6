"""Gathers the approved plans of merged commits from the forge; it applies nothing."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from reconciler.desired.git.revision import read_changed_documents, read_history
from reconciler.errors import DocumentsError, FileError, StaleError
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.phrases import counted
from reconciler.model.review import ApprovedPlans, apply_context, plan_context
from reconciler.operations.commits import MOST_COMMITS, WaitingCommits, find_waiting
from reconciler.operations.files import write_file
from reconciler.operations.forges import open_forge_here
from reconciler.operations.trusted_accounts import not_trusted, of_others, trusted_at
from reconciler.operations.workspace import open_workspace
from reconciler.planning.plan_file import decode_plan

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.forge import Forge
    from reconciler.model.review import MergedChange
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace

__all__ = ["gather_approved"]

MOST_PLAN_FILES = 5
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})\b")
_BY_DIGEST = "reconciler apply --yes --approved DIGEST"


def gather_approved(run: Run, settings_file: Path | None, out: Path, since: str | None) -> ApprovedPlans:
    """Write the approved plans of every waiting commit to a new or empty folder, and return their paths and commits.

    Raises FileError for any other folder, and StaleError where a commit has no approved plan, or nothing is proved.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileError(f"{out} is not an empty folder; name a new one")
    workspace = open_workspace(run, settings_file)
    forge = open_forge_here(run)
    waiting = _waiting(forge, workspace, since)
    plans = _plans(forge, workspace, waiting)
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for digest, content in plans.items():
        file = out / f"{digest}.json"
        write_file(file, content)
        files.append(str(file))
    return ApprovedPlans(
        format="reconciler/approved/1", since=waiting.since, commits=waiting.commits, plans=tuple(files)
    )


def _waiting(forge: Forge, workspace: Workspace, since: str | None) -> WaitingCommits:
    """Return the commits after the last one that was applied, as a person or the statuses say.

    Raises StaleError if no commit is known as applied: plans of single commits could then leave something out.
    """
    if since is not None:
        return WaitingCommits(since=since, commits=tuple(reversed(read_history(workspace.root, since))))
    waiting = find_waiting(forge, workspace)
    if waiting.since is None:
        context = apply_context(workspace.settings.company_id)
        looked_at = "the only commit" if waiting.looked_at == 1 else f"the last {waiting.looked_at:,} commits"
        older = " (if an older one was applied, name it with --since)" if waiting.looked_at == MOST_COMMITS else ""
        raise StaleError(
            f"no commit is known as applied: plan all documents, have that plan reviewed, and run: {_BY_DIGEST}{older}",
            diagnostics=[_not_proved(f"no successful status {context} on {looked_at}{of_others(waiting.strangers)}")],
        )
    return waiting


def _plans(forge: Forge, workspace: Workspace, waiting: WaitingCommits) -> dict[str, bytes]:
    """Return the plan files by the digits of their digests, in the order of the commits; raises StaleError."""
    found: dict[str, bytes] = {}
    missing: list[Diagnostic] = []
    seen: set[MergedChange] = set()
    changed = {
        commit: bool(read_changed_documents(workspace.root, commit, settings=workspace.settings_file.name))
        for commit in waiting.commits
    }
    # an apply that failed marks all it covers: the plan of any of them with documents repeats it
    repeated = any(changed[commit] for commit in waiting.failed if commit in changed)
    for commit in waiting.commits:
        if not changed[commit]:
            if commit in waiting.failed and not repeated:
                missing.append(_not_proved(f"commit {commit[:12]}: an apply failed there, and no plan repeats it"))
            continue
        change = forge.merged(commit)
        if change is None:
            missing.append(_missing(commit, "it came with no merged request"))
            continue
        if change in seen:
            continue
        seen.add(change)
        plan = _approved_plan(forge, workspace, change, waiting.since)
        if isinstance(plan, str):
            missing.append(_missing(commit, f"request {change.number}: {plan}"))
        else:
            found[plan[0]] = plan[1]
    if missing:
        raise StaleError(
            f"{counted(len(missing), 'commit has', 'commits have')} no approved plan; plan what is checked "
            f"out, have it reviewed, and run: {_BY_DIGEST}",
            diagnostics=missing,
        )
    return found


def _not_proved(why: str) -> Diagnostic:
    return Diagnostic(severity="error", code="policy/not-proved", message=why)


def _missing(commit: str, why: str) -> Diagnostic:
    return Diagnostic(severity="error", code="policy/no-approved-plan", message=f"commit {commit[:12]}: {why}")


def _approved_plan(
    forge: Forge, workspace: Workspace, change: MergedChange, since: str | None
) -> tuple[str, bytes] | str:
    """Return the digits of the digest and the plan file of a merged request, or say why there is none.

    Accounts are trusted as the last applied commit (``since``) has it: no waiting request can name its own judges.
    """
    company_id = workspace.settings.company_id
    found = forge.status(change.head, plan_context(company_id), trusted_at(workspace.settings_file, since))
    status = found.status
    digest = _DIGEST.search(status.description) if status is not None else None
    if status is None or digest is None:
        return f"its last commit {change.head[:12]} carries no digest of a plan{not_trusted(found.strangers)}"
    if status.state != "success":
        return f"its plan was not one that may be applied ({status.description})"
    plan: tuple[str, bytes] | str = "its run kept no plan, or not for long enough"
    for content in islice(forge.plan_files(change), MOST_PLAN_FILES):
        plan = _just_that(content, f"the plan of request {change.number}", digest.group(), company_id)
        if not isinstance(plan, str):
            break
    return plan


def _just_that(content: bytes, name: str, digest: str, company_id: str) -> tuple[str, bytes] | str:
    """Return the first kept plan file that is the reviewed one, or why there is none."""
    try:
        plan = decode_plan(content, name)
    except (DocumentsError, StaleError) as error:
        return error.message
    if plan.company_id != company_id:
        return f"the plan that was kept is of company {plan.company_id}"
    if plan.digest != digest:
        return f"the plan that was kept is {plan.digest}, and {digest} was reviewed"
    return digest.removeprefix("sha256:"), content
