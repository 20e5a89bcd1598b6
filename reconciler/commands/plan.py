"""``reconciler plan``: read, compare, judge, show; it cannot write to the service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.commands.observing import make_plan
from reconciler.commands.options import common_options, emit, note, require_folder, write_file
from reconciler.commands.showing import PLAN_FORMATS, plan_exit_code, plan_text
from reconciler.commands.workspace import open_workspace
from reconciler.planning import encode_plan

if TYPE_CHECKING:
    from reconciler.commands.options import Common
    from reconciler.commands.showing import PlanFormat

__all__ = ["plan"]


@click.command(
    epilog="Examples: reconciler plan --out plan.json, then reconciler apply plan.json; "
    "reconciler plan --format markdown > comment.md; reconciler plan --detailed-exitcode"
)
@common_options
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan (JSON) for 'show' and 'apply'.")
@click.option("--format", "shown_as", type=click.Choice(PLAN_FORMATS), default="terminal", help="How to show it.")
@click.option("--snapshot", type=click.Path(path_type=Path), help="Plan against a saved live state; no network.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
def plan(
    common: Common, out: Path | None, shown_as: PlanFormat, snapshot: Path | None, *, detailed_exitcode: bool
) -> int:
    """Show what apply would change, and change nothing.

    Exit codes: 0 done, 2 changes (with --detailed-exitcode), 3 refused by policy, 6 not everything could be
    read, 7 invalid documents.
    """
    if out is not None:
        require_folder(out)
        # a plan that fails must not leave an earlier one behind under the same name
        out.unlink(missing_ok=True)
    made = make_plan(open_workspace(common), common, snapshot)
    if out is not None:
        write_file(out, encode_plan(made))
        apply_it = f"; apply just this with: reconciler apply {out}" if made.applicable and made.changes else ""
        note(f"saved to {out}{apply_it}", common)
    emit(plan_text(made, shown_as, color=common.color(sys.stdout)))
    return plan_exit_code(made, detailed=detailed_exitcode)
