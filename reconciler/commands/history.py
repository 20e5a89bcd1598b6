"""``reconciler history``: past runs from the journal; it reads those files and nothing else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from reconciler.console.choice_options import selection_options
from reconciler.console.day_formats import days_text
from reconciler.console.options import common_options, journal_option, out_option, text_or_json
from reconciler.console.route_formats import routed_text
from reconciler.console.run_formats import runs_text
from reconciler.console.streams import emit
from reconciler.operations.files import require_writable
from reconciler.operations.history import read_history_of_run, read_history_of_runs
from reconciler.operations.route_days import read_route_days
from reconciler.operations.route_history import read_route_history

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.console.options import Common
    from reconciler.model.selection import Selection

__all__ = ["history"]


@click.command(
    epilog="Examples: reconciler history last; reconciler history --limit 5 --person ann@acme.test; "
    "reconciler history --routed; reconciler history --routed 6501"
)
@common_options
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many runs, or days, to show."
)
@click.option(
    "--routed",
    "routed",
    is_flag=False,
    flag_value="",
    metavar="[ID]",
    help="How software answered this instance, or item, step by step; without an ID the days with their figures.",
)
@journal_option
@selection_options
@text_or_json
@out_option
def history(  # noqa: PLR0913 - one parameter an option
    common: Common,
    run_id: str | None,
    *,
    limit: int,
    routed: str | None,
    journal_at: Path | None,
    selection: Selection | None,
    shown_as: Literal["terminal", "json"],
    out: Path | None,
) -> int:
    """Show past runs from the journal, the newest first.

    A run that was cut off is shown as such, with the presets whose outcome is not known. With the id of a RUN, or the
    beginning of it, or 'last', that run is shown person by person.

    With --routed, the journal of routes tells how software answered a workflow, by the id of its instance or item.
    Without an id it lists the days, the newest first: 'show' takes the file of one of them.

    --within, --project, --template and --person choose presets and people, and the runs that touched them.
    """
    if out is not None:
        require_writable(out)
    color = out is None and common.color(sys.stdout)
    if routed is not None:
        if routed:
            text = routed_text(read_route_history(common.run, common.config, journal_at, routed), shown_as, color=color)
        else:
            text = days_text(read_route_days(common.run, common.config, journal_at, limit), shown_as, color=color)
        emit(text, out)
        return 0
    if run_id is None:
        one = None
        runs = read_history_of_runs(common.run, common.config, journal_at, selection)[:limit]
    else:
        one = read_history_of_run(common.run, common.config, journal_at, run_id, selection)
        runs = [one]
    if shown_as == "json":
        answer = {"format": "reconciler/history/1", "runs": runs}
        emit(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n", out)
    else:
        emit(runs_text(runs, one, selection, color=color), out)
    return 0
