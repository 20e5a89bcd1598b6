"""Sets a status on the commits that an apply covers, which says how it ended."""

from __future__ import annotations

from contextlib import suppress
from itertools import dropwhile
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from reconciler.desired.git.checkout import describe_source
from reconciler.desired.git.revision import read_history
from reconciler.desired.git.tracked import find_tracked
from reconciler.errors import ForgeError, ReconcilerError, StaleError
from reconciler.model.failure import Failure
from reconciler.model.outcomes import ApplyReport
from reconciler.model.review import BEGUN, CUT_OFF, NOT_TRIED, ApprovedPlans, CommitStatus, MarkedCommits, apply_context
from reconciler.operations.apply_news import applied, open_workspace_or_tell, refused, tell_of_apply
from reconciler.operations.commits import find_waiting, proved_status
from reconciler.operations.forges import open_forge_here
from reconciler.planning.plan_file import decode_plan
from reconciler.render.messages.marks import FinishedRun, Mark, mark_of
from reconciler.settings import read_freeze

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.forge import Forge
    from reconciler.model.alerts import FinishedApply
    from reconciler.model.plan import Plan
    from reconciler.operations.alarms import Alarms
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace

__all__ = ["Evidence", "Marked", "begin_commits", "mark_commits"]

Shape = TypeVar("Shape")


class Evidence(NamedTuple):
    """Results left of a run: its exit code (null where it was cut off), and the files of its commands.

    ``found_at`` was written by 'approved', ``report_at`` by 'apply', and ``marked_at`` by an earlier 'mark'.
    ``plan_at`` is a plan of the whole that was made afterwards. ``journal_at`` is the journal of this run alone.
    ``began`` says that this run marked the commits as begun. ``no_status`` sets no status, and only reports.
    """

    code: int | None
    found_at: Path | None = None
    report_at: Path | None = None
    marked_at: Path | None = None
    plan_at: Path | None = None
    journal_at: Path | None = None
    began: bool = False
    no_status: bool = False


class Marked(NamedTuple):
    """The result of marking, and the exit code, which also depends on the alarms."""

    answer: MarkedCommits
    code: int


def mark_commits(run: Run, settings_file: Path | None, evidence: Evidence, alarms: Alarms) -> Marked:
    """Judge a run by what is left of it, mark the commits it covers, and raise the alarms."""
    workspace = open_workspace_or_tell(alarms, run, settings_file)
    found = _found(evidence.found_at)
    finished = FinishedRun(
        code=evidence.code,
        begun=evidence.journal_at is not None and _begun(workspace, evidence.journal_at),
        found=found,
        report=_read_report(evidence.report_at, workspace) or _read(evidence.report_at, Failure),
        plan=_read_plan(evidence.plan_at, workspace),
    )
    made = mark_of(finished)
    before = _read(evidence.marked_at, MarkedCommits)
    if evidence.no_status and before is not None:
        made = Mark(state=before.state, description=before.description, tried=True)
    commits: tuple[str, ...] = ()
    if not evidence.no_status:
        forge = open_forge_here(run)
        covered = _commits(forge, workspace, found, made)
        commits = _set(forge, workspace, covered, made, alarms.link, began=evidence.began)
    told = tell_of_apply(alarms, _finished(workspace, finished, made), run)
    code = StaleError.exit_code if evidence.code == 0 and made.state != "success" else told
    return Marked(_answer(made, commits), code)


def begin_commits(run: Run, settings_file: Path | None, found_at: Path | None, alarms: Alarms) -> MarkedCommits:
    """Mark the commits of the next apply as begun, or the tip if none waits; during a freeze mark none."""
    workspace = open_workspace_or_tell(alarms, run, settings_file)
    found = _found(found_at)
    made = Mark(state="pending", description=BEGUN, tried=False)
    commits: tuple[str, ...] = ()
    if read_freeze(run.environment) is None:
        forge = open_forge_here(run)
        commits = _commits(forge, workspace, found, made) or read_history(workspace.root, None, most=1)
        context = apply_context(workspace.settings.company_id)
        begun: list[tuple[str, CommitStatus | None]] = []
        try:
            for commit in commits:
                known = proved_status(forge.status(commit, context).history)
                if known is not None and known.description.startswith(BEGUN):
                    # else the end of this run would be taken for the end of one that was cut off
                    cut_off = Mark(state="failure", description=CUT_OFF, tried=True)
                    known = _status(workspace, cut_off, alarms.link)
                    forge.mark(commit, known)
                begun.append((commit, known))
                forge.mark(commit, _status(workspace, made, alarms.link))
        except ForgeError:
            _take_back(forge, workspace, begun, alarms.link)
            raise
    return _answer(made, commits)


def _take_back(
    forge: Forge, workspace: Workspace, begun: Sequence[tuple[str, CommitStatus | None]], link: str | None
) -> None:
    """Undo marks, as nothing will be applied: set the earlier status again, or one that nothing was tried."""
    untried = _status(workspace, Mark(state="error", description=f"{NOT_TRIED}: begun in vain", tried=False), link)
    for commit, known in begun:
        with suppress(ForgeError):  # the refusal that ends the run is reported
            forge.mark(commit, untried if known is None else msgspec.structs.replace(known, ref=untried.ref))


def _found(path: Path | None) -> ApprovedPlans | Failure | None:
    return _read(path, ApprovedPlans) or _read(path, Failure)


def _answer(made: Mark, commits: tuple[str, ...]) -> MarkedCommits:
    return MarkedCommits(format="reconciler/marked/1", state=made.state, description=made.description, commits=commits)


def _finished(workspace: Workspace, run: FinishedRun, made: Mark) -> FinishedApply:
    """Return what alarms report of a run."""
    code = run.code if run.code or made.state == "success" else StaleError.exit_code
    if isinstance(run.report, ApplyReport) and run.report.run_id:
        return applied(workspace, run.report, code, made.description)
    failure = run.report if isinstance(run.report, Failure) else run.found
    diagnostics = failure.diagnostics if isinstance(failure, Failure) else ()
    return refused(workspace, code, made.description, diagnostics)


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
    """Read a report; one of another company or commit than here is not ``whole``, so it proves nothing."""
    report = _read(path, ApplyReport)
    if report is None or (report.company_id, report.revision) == _here(workspace):
        return report
    return msgspec.structs.replace(report, whole=False)


def _here(workspace: Workspace) -> tuple[str, str | None]:
    return (workspace.settings.company_id, describe_source(workspace.root).revision)


def _read_plan(path: Path | None, workspace: Workspace) -> Plan | None:
    """Read a plan of just what is checked out; null where it is of another company, commit or work tree."""
    try:
        plan = None if path is None else decode_plan(path.read_bytes(), str(path))
    except (OSError, ReconcilerError):
        return None
    if (
        plan is None
        or plan.on is not None
        or plan.source.dirty
        or (plan.company_id, plan.source.revision) != _here(workspace)
    ):
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

    A run that wrote nothing keeps the status of an earlier write. If it had marked the commit as begun, it sets that
    status again.
    """
    marked = []
    for commit in commits:
        status = _status(workspace, made, link)
        if made.state != "success" and not made.tried:
            history = forge.status(commit, status.context).history
            # a forge that answered late was asked twice; one that was cut off has a mark of its own between
            earlier = tuple(dropwhile(lambda one: one.description.startswith(BEGUN), history)) if began else history
            begun_now = len(earlier) < len(history)
            known = proved_status(earlier)
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
        ref=workspace.run.environment.get("CI_DEFAULT_BRANCH") or None,
    )
