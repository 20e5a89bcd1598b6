"""Compares Procore with the documents and with the report before; it cannot write to the service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.git.tracked import find_tracked
from reconciler.drift import (
    LiveSight,
    acknowledge,
    build_report,
    compare_with,
    decode_report,
    find_absent,
    find_drifts,
    find_notices,
    release,
    slice_report,
    template_groups,
)
from reconciler.errors import FileError, StaleError
from reconciler.journal import Journal, read_last_drift
from reconciler.model.drift import DriftFound
from reconciler.model.phrases import counted
from reconciler.operations.alarms import Found
from reconciler.operations.chosen_parts import find_slice
from reconciler.operations.live_source import live_source
from reconciler.operations.observation import observe, require_whole, with_age, with_lists_of_invalid
from reconciler.operations.readers import open_reader
from reconciler.operations.workspace import read_documents, source_of
from reconciler.planning.absences_ahead import judge_absences, judge_leave
from reconciler.planning.changes import compare
from reconciler.planning.held import LOOKING
from reconciler.planning.notes import judge_age

if TYPE_CHECKING:
    import datetime
    from pathlib import Path

    from reconciler.model.drift import DriftReport
    from reconciler.model.live import LiveState
    from reconciler.model.selection import Selection
    from reconciler.operations.observation import Observation
    from reconciler.operations.workspace import Workspace

__all__ = ["look_for_drift"]


def look_for_drift(
    workspace: Workspace,
    journal_at: Path,
    *,
    previous_at: Path | None,
    snapshot: Path | None,
    tells: bool,
    selection: Selection | None = None,
) -> Found:
    """Compare Procore, or a snapshot of it, with the documents, and record the report in the journal.

    ``previous_at`` is the report that says what is new; null means the last one in the folder ``journal_at``. With
    ``tells`` the findings will be reported to people: a snapshot that is too old for that is refused. ``selection``
    takes a part of the report for showing. Then nothing is recorded.
    """
    started = time.monotonic()
    previous = _previous(previous_at, journal_at, workspace)
    observation = _look(workspace, snapshot, tells=tells)
    chosen = None if selection is None else find_slice(selection, observation)
    report = _report(observation, workspace, previous, from_snapshot=snapshot is not None)
    if chosen is not None and selection is not None:
        # what nobody is shown must stay new: the report before is still the last one
        return Found(report, previous, time.monotonic() - started, slice_report(report, chosen, selection))
    with Journal(journal_at, workspace.run.clock.now) as journal:
        journal.record(DriftFound(at=report.created_at, run_id=journal.run_id, report=report))
    return Found(report, previous, time.monotonic() - started)


def _look(workspace: Workspace, snapshot: Path | None, *, tells: bool) -> Observation:
    """Observe all that is managed; raises IncompleteError for a part of it, and StaleError where it is too long ago."""
    documents, diagnostics = read_documents(msgspec.structs.replace(workspace, tolerance=LOOKING))
    with open_reader(workspace, snapshot) as reader:
        if tells:
            _require_recent(reader.observed_at, workspace.run.clock.now())
        observation = observe(
            documents, diagnostics, reader, own_account=workspace.settings.service_account, tolerance=LOOKING
        )
        observation = with_age(with_lists_of_invalid(observation, reader), workspace.run.clock.now())
    ahead = (
        *judge_absences(documents, workspace.run.today),
        *judge_leave(documents.lock, documents, observation.resolved),
    )
    observation = msgspec.structs.replace(observation, diagnostics=(*observation.diagnostics, *ahead))
    require_whole(observation.state.unreadable, "nothing is said of drift")
    return observation


def _require_recent(observed_at: str, now: datetime.datetime) -> None:
    """Refuse to report drift by what was so long ago: it would be news of yesterday, or an all-clear."""
    old = judge_age(observed_at, now)
    if old:
        raise StaleError(
            "--issue and --notify report Procore as it is now, and this snapshot is too old for that; make a new one, "
            "or leave --snapshot out",
            diagnostics=old,
        )


def _previous(path: Path | None, folder: Path, workspace: Workspace) -> DriftReport | None:
    """Read the report before; none of the future counts, and none that git tracks, as any request can bring it."""
    company_id = workspace.settings.company_id
    now, note = workspace.run.clock.now(), workspace.run.reporter.note
    if path is None:
        tracked = find_tracked(workspace.root, folder)
        if tracked:
            note(f"files of the journal {folder} are in git and were not read: put the folder in .gitignore")
        report, later = read_last_drift(folder, company_id, now, tracked)
        if later:
            reports = counted(later, "report is", "reports are")
            note(f"{reports} from the future and not compared with, because a clock was ahead: {folder}")
        return report
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read the report {path}: {error.strerror}; "
            "write one with: reconciler drift --format json --out FILE"
        ) from error
    report = decode_report(content, str(path), company_id)
    if report.is_after(now):
        note(f"{path} is from the future and not compared with, because a clock was ahead ({report.created_at})")
        return None
    return report


def _report(
    observation: Observation, workspace: Workspace, previous: DriftReport | None, *, from_snapshot: bool
) -> DriftReport:
    state: LiveState = observation.state
    today = workspace.run.today
    created_at = workspace.run.clock.moment()
    templates = template_groups(observation.resolved, state.versions)
    notices = find_notices(
        observation.resolved, state, observation.policy, templates=templates, previous=previous, today=today
    )
    found = find_drifts(compare(observation.resolved, state.versions))
    drifts, notices = compare_with(previous, found, notices, created_at)
    absent = find_absent(previous, drifts, notices, LiveSight(observation.resolved, state), created_at)
    absent, unused = release(absent, observation.released, today)
    compared = [one.target.address for one in observation.resolved]
    acknowledged = acknowledge(drifts, observation.acknowledged, today, absent.unseen, compared)
    return build_report(
        drifts=acknowledged.drifts,
        notices=notices,
        absence=absent._replace(unseen=acknowledged.unseen),
        previous=previous,
        templates=templates,
        diagnostics=(*observation.diagnostics, *acknowledged.diagnostics, *unused),
        presets=len(observation.resolved),
        company_id=workspace.settings.company_id,
        company_name=workspace.settings.company_name,
        source=source_of(workspace),
        live=live_source(state, from_snapshot=from_snapshot),
        created_at=created_at,
    )
