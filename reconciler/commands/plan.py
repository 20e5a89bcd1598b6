"""``reconciler plan``: read, compare, judge, show; it cannot write to the service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.console.choice_options import leavers_option, only_options, selection_options
from reconciler.console.days import DayType
from reconciler.console.options import common_options, showing_options
from reconciler.console.plan_formats import Showing, plan_exit_code, plan_text
from reconciler.console.streams import emit, note
from reconciler.errors import UsageError
from reconciler.operations.files import discard_file, require_writable, write_file
from reconciler.operations.plan import PlanOrder, plan_repository
from reconciler.operations.plan_files import encode_plan

if TYPE_CHECKING:
    import datetime

    from reconciler.console.options import Common
    from reconciler.model.plan import Cause
    from reconciler.model.selection import Selection

__all__ = ["plan"]


@click.command(
    epilog="Examples: reconciler plan --out plan.json, then reconciler apply plan.json; "
    "reconciler plan --base origin/main --format markdown > comment.md; reconciler plan --by person; "
    "reconciler plan --adds-only; reconciler plan --only drift; reconciler plan --project 'Harbor Bridge'; "
    "reconciler plan --on 2027-01-04"
)
@common_options
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan (JSON) for 'show' and 'apply'.")
@showing_options
@click.option("--snapshot", type=click.Path(path_type=Path), help="Plan against a saved live state; no network.")
@click.option(
    "--refresh",
    type=click.Choice(["changed"]),
    help="With --snapshot: read again what differs from it, or whose documents changed since the base.",
)
@click.option("--base", metavar="REV", help="The revision this is compared with, such as origin/main; read from git.")
@click.option("--adds-only", is_flag=True, help="Withhold everything that would remove anybody; the plan is partial.")
@only_options
@selection_options
@leavers_option
@click.option("--on", type=DayType(), help="Plan for another day (absences, last days); never applied.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
def plan(  # noqa: PLR0913 - one parameter an option
    common: Common,
    out: Path | None,
    snapshot: Path | None,
    base: str | None,
    refresh: str | None,
    *,
    adds_only: bool,
    only: Cause | None,
    selection: Selection | None,
    on: datetime.date | None,
    detailed_exitcode: bool,
    **shown: Any,
) -> int:
    """Show what apply would change, and change nothing.

    Exit codes: 0 done, 2 changes (with --detailed-exitcode), 3 refused by policy, 6 not everything could be
    read, 7 invalid documents.
    """
    order = PlanOrder(snapshot, refresh is not None, base, adds_only, only, selection, on)
    if out is not None and selection is not None:
        raise UsageError(
            f"--out saves what can be applied, and a part is judged with the whole: run reconciler apply {selection}"
        )
    if out is not None:
        require_writable(out)
        # a plan that fails must not leave an earlier one behind under the same name
        discard_file(out)
    made = plan_repository(common.run, common.config, order)
    if out is not None:
        write_file(out, encode_plan(made))
        apply_it = (
            f"; apply just this with: reconciler apply {out}"
            if made.applicable and made.changes and made.on is None
            else ""
        )
        note(f"saved to {out}{apply_it}", common)
    emit(plan_text(made, Showing(**shown), color=common.color(sys.stdout), config=common.config))
    return plan_exit_code(made, detailed=detailed_exitcode)
