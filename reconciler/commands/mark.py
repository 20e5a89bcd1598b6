"""``reconciler mark``: how an apply ended, as a status on the commits it covers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click
import msgspec

from reconciler.commands.alarming import alarm_options, prepare_alarms
from reconciler.commands.apply_alarms import applied, open_workspace_or_tell, refused, tell_of_apply
from reconciler.commands.commits import find_waiting, proved_status
from reconciler.commands.forges import open_forge_here
from reconciler.commands.options import common_options, emit, text_or_json
from reconciler.desired import describe_source, find_tracked, read_history
from reconciler.errors import ReconcilerError, StaleError, UsageError
from reconciler.model.failure import Failure
from reconciler.model.outcomes import ApplyReport
from reconciler.model.review import BEGUN, CUT_OFF, ApprovedPlans, CommitStatus, MarkedCommits, apply_context
from reconciler.render.marks import FinishedRun, Mark, mark_of
from reconciler.settings import read_freeze

if TYPE_CHECKING:
    from reconciler.commands.options import Common
    from reconciler.commands.workspace import Workspace
    from reconciler.forge import Forge
    from reconciler.model.alerts import FinishedApply
    from reconciler.model.plan import Plan

__all__ = ["mark"]

Shape = TypeVar("Shape")


@click.command(
    epilog="Example: reconciler apply plans/*.json --since REV --format json > report.json; "
    "reconciler mark --code $? --approved-plans approved.json --report report.json"
)
@common_options
@click.option("--begin", is_flag=True, help="Before the first write: show that this account can mark the commits.")
@click.option("--began", is_flag=True, help="This run did --begin; if it wrote nothing, that is undone.")
@click.option("--no-status", is_flag=True, help="Set no status; report alone, for a job without these rights.")
@click.option("--code", type=int, help="The exit code of the run; left out where it was cut off.")
@click.option("--approved-plans", "found_at", type=click.Path(path_type=Path), help="What 'approved' wrote (JSON).")
@click.option("--report", "report_at", type=click.Path(path_type=Path), help="What 'apply' wrote (JSON).")
@click.option(
    "--marked",
    "marked_at",
    type=click.Path(path_type=Path),
    help="What 'mark' wrote before (JSON): with --no-status, report that, and judge nothing again.",
)
@click.option(
    "--plan",
    "plan_at",
    type=click.Path(path_type=Path),
    help="A plan of the whole, made of live now; an empty one is a proof as well.",
)
@click.option(
    "--journal",
    "journal_at",
    type=click.Path(path_type=Path),
    help="The journal of this run alone; one that was begun shows that something may have been written.",
)
@alarm_options
@text_or_json
def mark(  # noqa: PLR0913 - one parameter an option
    common: Common,
    *,
    begin: bool,
    began: bool,
    no_status: bool,
    marked_at: Path | None,
    code: int | None,
    found_at: Path | None,
    report_at: Path | None,
    plan_at: Path | None,
    journal_at: Path | None,
    shown_as: Literal["terminal", "json"],
    **alarmed: Any,
) -> int:
    """Set the status reconciler/apply/COMPANY on the commits that a run of apply covers.

    They are those after the last one with a successful status. Green needs a proof: an apply that ended well, an empty
    plan of the whole, or no changed document since a commit that is green. A run that wrote nothing leaves green
    commits green, and failed ones failed. Files that are not there, or hold something else, prove nothing.

    With --begin the commits are marked as begun. Run it before apply, and apply nothing where it fails; then say
    --began. While applying is frozen (RECONCILER_FREEZE) nothing begins.

    --issue, --metrics, --push-metrics and --notify report a run that failed or was refused, as those of drift do.

    Exit codes: 0 done, 5 the run ended with 0 and nothing proves it, 6 the forge refuses or cannot be reached, 7 no
    settings, 64 wrong usage.
    """
    if begin and no_status:
        raise UsageError("--begin sets a status, so it does not go with --no-status")
    alarms = prepare_alarms(**alarmed)
    workspace = open_workspace_or_tell(alarms, common)
    found = _read(found_at, ApprovedPlans) or _read(found_at, Failure)
    if begin:
        _begin(workspace, common, found, alarms.link, shown_as)
        return 0
    run = FinishedRun(
        code=code,
        begun=journal_at is not None and _begun(workspace, journal_at),
        found=found,
        report=_read_report(report_at, workspace) or _read(report_at, Failure),
        plan=_read_plan(plan_at, workspace),
    )
    made = mark_of(run)
    before = _read(marked_at, MarkedCommits)
    if no_status and before is not None:
        made = Mark(state=before.state, description=before.description, tried=True)
    commits: tuple[str, ...] = ()
    if not no_status:
        forge = open_forge_here(quiet=common.quiet)
        commits = _set(forge, workspace, _commits(forge, workspace, found, made), made, alarms.link, began=began)
    _show(made, commits, shown_as)
    told = tell_of_apply(alarms, _finished(workspace, run, made), common)
    return StaleError.exit_code if code == 0 and made.state != "success" else told


def _finished(workspace: Workspace, run: FinishedRun, made: Mark) -> FinishedApply:
    """Return what to tell of a run."""
    code = run.code if run.code or made.state == "success" else StaleError.exit_code
    if isinstance(run.report, ApplyReport) and run.report.run_id:
        return applied(workspace, run.report, code, made.description)
    failure = run.report if isinstance(run.report, Failure) else run.found
    diagnostics = failure.diagnostics if isinstance(failure, Failure) else ()
    return refused(workspace, code, made.description, diagnostics)


def _begin(
    workspace: Workspace, common: Common, found: ApprovedPlans | Failure | None, link: str | None, shown_as: str
) -> None:
    """Mark the commits that an apply will cover as begun, the tip where none waits; nothing while it is frozen."""
    made = Mark(state="pending", description=BEGUN, tried=False)
    commits: tuple[str, ...] = ()
    if read_freeze(os.environ) is None:
        forge = open_forge_here(quiet=common.quiet)
        commits = _commits(forge, workspace, found, made) or read_history(workspace.root, None, most=1)
        context = apply_context(workspace.settings.company_id)
        for commit in commits:
            known = proved_status(forge.status(commit, context).history)
            if known is not None and known.description.startswith(BEGUN):
                # else the end of this run would be taken for the end of one that was cut off
                forge.mark(commit, _status(workspace, Mark(state="failure", description=CUT_OFF, tried=True), link))
            forge.mark(commit, _status(workspace, made, link))
    _show(made, commits, shown_as)


def _branch() -> str | None:
    return os.environ.get("CI_DEFAULT_BRANCH") or None


def _begun(workspace: Workspace, folder: Path) -> bool:
    """Return whether a run left its journal; a file that git tracks is not of this run."""
    tracked = find_tracked(workspace.root, folder)
    return any(path.name not in tracked for path in folder.glob("*.jsonl"))


def _read(path: Path | None, shape: type[Shape]) -> Shape | None:
    """Read what a command wrote; null where it wrote nothing, or something else."""
    try:
        content = b"" if path is None else path.read_bytes()
        return msgspec.json.decode(content, type=shape)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _read_report(path: Path | None, workspace: Workspace) -> ApplyReport | None:
    """Read a report, which proves nothing of another company or commit than those that are checked out."""
    report = _read(path, ApplyReport)
    if report is None or (report.company_id, report.revision) == _here(workspace):
        return report
    return msgspec.structs.replace(report, whole=False)


def _here(workspace: Workspace) -> tuple[str, str | None]:
    return (workspace.settings.company_id, describe_source(workspace.root).revision)


def _read_plan(path: Path | None, workspace: Workspace) -> Plan | None:
    """Read a plan of just what is checked out; null where it is of another company, commit or work tree."""
    from reconciler.planning import decode_plan  # noqa: PLC0415 - start-up is measured

    try:
        plan = None if path is None else decode_plan(path.read_bytes(), str(path))
    except (OSError, ReconcilerError):
        return None
    if plan is None or plan.source.dirty or (plan.company_id, plan.source.revision) != _here(workspace):
        return None
    return plan


def _commits(forge: Forge, workspace: Workspace, found: ApprovedPlans | Failure | None, made: Mark) -> tuple[str, ...]:
    """Return what is marked, the tip last: the next search begins behind the newest green commit."""
    waiting = found.commits if isinstance(found, ApprovedPlans) else find_waiting(forge, workspace).commits
    # if none waits, the tip is green: only a run that wrote something says anything new of it
    return waiting or (read_history(workspace.root, None, most=1) if made.tried else ())


def _set(
    forge: Forge, workspace: Workspace, commits: tuple[str, ...], made: Mark, link: str | None, *, began: bool
) -> tuple[str, ...]:
    """Mark commits, and return those that got a mark.

    A run that wrote nothing leaves what earlier ones say of a write; where it had begun, that is said once more.
    """
    marked = []
    for commit in commits:
        status = _status(workspace, made, link)
        if made.state != "success" and not made.tried:
            history = forge.status(commit, status.context).history
            begun_now = began and history[:1] != () and history[0].description.startswith(BEGUN)
            known = proved_status(history[1:] if begun_now else history)
            if known is not None and not begun_now:
                continue
            if known is not None:
                status = msgspec.structs.replace(known, ref=status.ref)
        forge.mark(commit, status)
        marked.append(commit)
    return tuple(marked)


def _status(workspace: Workspace, made: Mark, link: str | None) -> CommitStatus:
    return CommitStatus(
        context=apply_context(workspace.settings.company_id),
        state=made.state,
        description=made.description,
        link=link,
        ref=_branch(),
    )


def _show(made: Mark, commits: tuple[str, ...], shown_as: str) -> None:
    if shown_as == "json":
        answer = MarkedCommits(
            format="reconciler/marked/1", state=made.state, description=made.description, commits=commits
        )
        emit(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")
        return
    lines = [f"{made.state}: {made.description}", *commits] if commits else [f"no mark changed: {made.description}"]
    emit("\n".join(lines) + "\n")
