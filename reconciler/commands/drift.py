"""``reconciler drift``: what differs between live and git; it cannot write to the service."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
import msgspec

from reconciler.clock import moment, now
from reconciler.commands.alarming import Found, alarm_options, prepare_alarms, raise_alarms
from reconciler.commands.files import require_folder, require_writable
from reconciler.commands.making import live_source
from reconciler.commands.observing import observe, require_whole, with_age, with_lists_of_invalid
from reconciler.commands.options import common_options, emit, journal_option, note, out_option
from reconciler.commands.readers import open_reader
from reconciler.commands.reporting import DRIFT_FORMATS, drift_exit_code, report_text
from reconciler.commands.showing import Showing
from reconciler.commands.workspace import journal_folder, open_workspace, read_documents, source_of
from reconciler.desired import find_tracked
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
    template_groups,
)
from reconciler.errors import FileError, StaleError
from reconciler.journal import Journal, read_last_drift
from reconciler.model.drift import DriftFound
from reconciler.planning import compare
from reconciler.planning.held import LOOKING
from reconciler.planning.judging import judge_age

if TYPE_CHECKING:
    import datetime

    from reconciler.commands.alarming import Alarms
    from reconciler.commands.observing import Observation
    from reconciler.commands.options import Common
    from reconciler.commands.workspace import Workspace
    from reconciler.model.drift import DriftReport
    from reconciler.model.live import LiveState

__all__ = ["drift"]

DriftFormat = Literal["terminal", "markdown", "html", "json"]


@click.command(
    epilog="Examples: reconciler drift; reconciler drift --format html --out drift.html; "
    "reconciler drift --format json --previous yesterday.json --out today.json"
)
@common_options
@click.option(
    "--previous",
    "previous_at",
    type=click.Path(path_type=Path),
    help="The report (JSON) that tells what is new [default: the last one in the journal].",
)
@click.option("--snapshot", type=click.Path(path_type=Path), help="Look at a saved live state; no network.")
@journal_option
@click.option(
    "--format",
    "shown_as",
    type=click.Choice(DRIFT_FORMATS),
    default="terminal",
    help="How to show it.",
)
@out_option
@alarm_options
def drift(
    common: Common,
    *,
    previous_at: Path | None,
    snapshot: Path | None,
    journal_at: Path | None,
    shown_as: DriftFormat,
    out: Path | None,
    **alarmed: Any,
) -> int:
    """Show what differs between live and git, and change nothing.

    Each difference is a person in a role on one side alone: live only (added there) or git only (removed there). It is
    new once, then known, until it is over; whatever an acknowledgement quiets is shown apart. Presets that became
    invalid, people who left, roles that end within 14 days and changed templates are told too. A known difference that
    could not be looked at is listed as unseen: it is not over.

    On a schedule: --issue opens an issue, tells in it what is new, and closes it when nothing is left (environment as
    for 'comment'); --metrics and --push-metrics are for Prometheus; --notify tells Slack, Teams and others through
    webhooks, when something is new or all is over. Each is tried even when another fails.

    Exit codes: 0 no drift that is not acknowledged, 2 drift, unseen or not, 5 a snapshot too old to tell anybody by,
    6 not everything could be read, or somebody could not be told, 7 invalid documents.
    """
    if out is not None:
        require_writable(out)
    started = time.monotonic()
    alarms = prepare_alarms(**alarmed)
    workspace = open_workspace(common)
    folder = require_folder(journal_folder(workspace.root, journal_at))
    previous = _previous(previous_at, folder, workspace, common)
    observation = _look(workspace, common, snapshot, alarms)
    report = _report(observation, workspace, previous, from_snapshot=snapshot is not None)
    with Journal(folder) as journal:
        journal.record(DriftFound(at=report.created_at, run_id=journal.run_id, report=report))
    found = Found(report, previous, time.monotonic() - started)
    try:
        emit(report_text(report, Showing(shown_as), color=out is None and common.color(sys.stdout)), out)
    finally:
        # what is written down as told must be told, also where nobody could be shown the report
        failed = raise_alarms(alarms, found, common)
    return failed or drift_exit_code(report)


def _look(workspace: Workspace, common: Common, snapshot: Path | None, alarms: Alarms) -> Observation:
    """Observe all that is managed; raises IncompleteError for a part of it, and StaleError where it is too long ago."""
    documents, diagnostics = read_documents(msgspec.structs.replace(workspace, tolerance=LOOKING))
    with open_reader(workspace, common, snapshot) as reader:
        _require_recent(reader.observed_at, alarms)
        observation = observe(
            documents, diagnostics, reader, own_account=workspace.settings.service_account, tolerance=LOOKING
        )
        observation = with_age(with_lists_of_invalid(observation, reader))
    require_whole(observation.state.unreadable, "nothing is said of drift")
    return observation


def _require_recent(observed_at: str, alarms: Alarms) -> None:
    """Refuse to tell people of drift by what was so long ago: it would be news of yesterday, or an all-clear."""
    old = judge_age(observed_at, now())
    if old and (alarms.forge is not None or alarms.post is not None):
        raise StaleError(
            "--issue and --notify tell of live as it is, and nobody is told by an old snapshot that drift is new or "
            "over; make a new one, or leave --snapshot out",
            diagnostics=old,
        )


def _previous(path: Path | None, folder: Path, workspace: Workspace, common: Common) -> DriftReport | None:
    """Read the report before; none of the future counts, and none that git tracks, as any request can bring it."""
    company_id = workspace.settings.company_id
    if path is None:
        tracked = find_tracked(workspace.root, folder)
        if tracked:
            note(f"files of the journal {folder} are in git and were not read: put the folder in .gitignore", common)
        report, later = read_last_drift(folder, company_id, now(), tracked)
        if later:
            reports = "1 report is" if later == 1 else f"{later:,} reports are"
            note(f"{reports} from the future and not compared with, because a clock was ahead: {folder}", common)
        return report
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read the report {path}: {error.strerror}; "
            "write one with: reconciler drift --format json --out FILE"
        ) from error
    report = decode_report(content, str(path), company_id)
    if report.is_after(now()):
        note(
            f"{path} is from the future and not compared with, because a clock was ahead ({report.created_at})", common
        )
        return None
    return report


def _report(
    observation: Observation, workspace: Workspace, previous: DriftReport | None, *, from_snapshot: bool
) -> DriftReport:
    state: LiveState = observation.state
    today: datetime.date = now().date()
    created_at = moment()
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
