"""``reconciler show``: a saved plan once more; what it shows comes from that file and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.commands.options import common_options, emit, out_option, require_folder
from reconciler.commands.showing import Showing, plan_exit_code, plan_text, showing_options
from reconciler.errors import FileError
from reconciler.planning import decode_plan

if TYPE_CHECKING:
    from reconciler.commands.options import Common
    from reconciler.model.plan import Plan

__all__ = ["read_plan", "show"]


def read_plan(path: Path) -> Plan:
    """Read a plan file; raises FileError, DocumentsError or StaleError when it cannot be used."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read the plan {path}: {error.strerror}") from error
    return decode_plan(content, str(path))


@click.command(
    epilog="Examples: reconciler show plan.json --by person; reconciler show plan.json --format html --out report.html"
)
@common_options
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@showing_options
@out_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
def show(common: Common, plan_file: Path, out: Path | None, *, detailed_exitcode: bool, **shown: Any) -> int:
    """Show a saved plan again, in any format.

    A plan that would do something else than was planned is refused (exit code 5); names are not covered by the digest.
    Exit codes are those of 'plan'.
    """
    if out is not None:
        require_folder(out)
    plan = read_plan(plan_file)
    color = out is None and common.color(sys.stdout)
    emit(plan_text(plan, Showing(**shown), color=color, config=common.config), out)
    return plan_exit_code(plan, detailed=detailed_exitcode)
