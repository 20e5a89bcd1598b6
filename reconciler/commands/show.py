"""``reconciler show``: a saved plan, a drift report or a day of routing, from its file alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.console.choice_options import selection_options
from reconciler.console.day_formats import day_exit_code, day_text
from reconciler.console.options import common_options, out_option, showing_options
from reconciler.console.plan_formats import Showing, plan_exit_code, plan_text
from reconciler.console.report_formats import drift_exit_code, report_text
from reconciler.console.streams import emit
from reconciler.model.drift import DriftReport
from reconciler.model.routed_day import RoutedDay
from reconciler.operations.files import require_writable
from reconciler.operations.results import read_result
from reconciler.operations.shown_parts import choose_part

if TYPE_CHECKING:
    from reconciler.console.options import Common
    from reconciler.model.selection import Selection

__all__ = ["show"]


@click.command(
    epilog="Examples: reconciler show plan.json --by person; reconciler show plan.json --format html --out report.html"
    "; reconciler show plan.json --project 'Harbor Bridge'; "
    "reconciler show .reconciler/journal/route/2026-11-27.jsonl --format html --out day.html"
)
@common_options
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@showing_options
@selection_options
@out_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
def show(
    common: Common,
    plan_file: Path,
    out: Path | None,
    *,
    selection: Selection | None,
    detailed_exitcode: bool,
    **shown: Any,
) -> int:
    """Show a saved plan again, in any format; or a drift report, which 'drift --format json' wrote.

    A plan that was altered is refused (exit code 5). The digest covers what the plan does, and no names. It also shows
    the failure that a command wrote with --format json, and ends with the exit code of that command. So the problems
    that prevented a plan can be shown as annotations.

    A file of the journal of routes is shown as the report of its day: steps answered by rule, left to people and why,
    how long answers took, and each decision with the values it saw.

    --within, --project, --template and --person show a part, which cannot be applied from its file.

    Exit codes are those of 'plan'; for a report 0, or 2 with --detailed-exitcode as 'drift' has it. For a day it is 2
    with --detailed-exitcode where people must look.
    """
    if out is not None:
        require_writable(out)
    result = choose_part(read_result(plan_file), selection)
    color = out is None and common.color(sys.stdout)
    if isinstance(result, DriftReport):
        emit(report_text(result, Showing(**shown), color=color), out)
        return drift_exit_code(result) if detailed_exitcode else 0
    if isinstance(result, RoutedDay):
        emit(day_text(result, Showing(**shown), color=color), out)
        return day_exit_code(result) if detailed_exitcode else 0
    emit(plan_text(result, Showing(**shown), color=color, config=common.config), out)
    return plan_exit_code(result, detailed=detailed_exitcode)
