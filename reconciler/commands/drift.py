"""``reconciler drift``: what differs between Procore and git; it cannot write to the service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from reconciler.console.choice_options import selection_options
from reconciler.console.format_names import DRIFT_FORMATS
from reconciler.console.options import (
    alarm_options,
    common_options,
    journal_option,
    out_option,
    require_all_for_alarms,
)
from reconciler.console.plan_formats import Showing
from reconciler.console.report_formats import drift_exit_code, report_text
from reconciler.console.streams import emit
from reconciler.operations.alarms import prepare_alarms, raise_alarms
from reconciler.operations.drift import look_for_drift
from reconciler.operations.files import require_folder, require_writable
from reconciler.operations.workspace import journal_folder, open_workspace

if TYPE_CHECKING:
    from reconciler.console.options import Common
    from reconciler.model.selection import Selection

__all__ = ["drift"]

DriftFormat = Literal["terminal", "markdown", "html", "json"]


@click.command(
    epilog="Examples: reconciler drift; reconciler drift --format html --out drift.html; "
    "reconciler drift --format json --previous yesterday.json --out today.json; "
    "reconciler drift --project 'Harbor Bridge'"
)
@common_options
@click.option(
    "--previous",
    "previous_at",
    type=click.Path(path_type=Path),
    help="The report (JSON) that tells what is new [default: the last one in the journal].",
)
@click.option("--snapshot", type=click.Path(path_type=Path), help="Look at a saved live state; no network.")
@selection_options
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
def drift(  # noqa: PLR0913 - one parameter an option
    common: Common,
    *,
    previous_at: Path | None,
    snapshot: Path | None,
    selection: Selection | None,
    journal_at: Path | None,
    shown_as: DriftFormat,
    out: Path | None,
    **alarmed: Any,
) -> int:
    """Show what differs between Procore and git, and change nothing.

    Each difference is a person in a role on one side only. The person was added in Procore (not in git) or removed in
    Procore (still in git). A difference is new once, then known, until it is resolved. Acknowledged differences are
    shown apart. The report also lists invalid presets, people who left, roles that end within 14 days and changed
    templates. A known difference that could not be looked at is listed as unseen: it is not resolved.

    On a schedule, --issue opens an issue, says what is new, and closes it when nothing is left. It needs the
    environment that 'comment' needs. For Prometheus there are --metrics and --push-metrics. With --notify, webhooks
    tell Slack, Teams and others when something is new, or when everything is resolved. Each is tried even when another
    fails.

    --within, --project, --template and --person show a part. Such a run leaves no report in the journal, so everything
    new is still new for the next run.

    Exit codes: 0 no drift that is not acknowledged, 2 drift, unseen or not, 5 a snapshot too old to tell anybody by,
    6 not everything could be read, or a report could not be delivered, 7 invalid documents.
    """
    if out is not None:
        require_writable(out)
    require_all_for_alarms(selection, alarmed)
    alarms = prepare_alarms(common.run, **alarmed)
    workspace = open_workspace(common.run, common.config)
    found = look_for_drift(
        workspace,
        require_folder(journal_folder(workspace.root, journal_at)),
        previous_at=previous_at,
        snapshot=snapshot,
        tells=alarms.forge is not None or alarms.post is not None,
        selection=selection,
    )
    try:
        emit(report_text(found.shown, Showing(shown_as), color=out is None and common.color(sys.stdout)), out)
    finally:
        # the report records differences as reported, so they must be reported, even if nobody could be shown the report
        failed = raise_alarms(alarms, found, common.run)
    return failed or drift_exit_code(found.shown)
