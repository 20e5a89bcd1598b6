"""``reconciler route``: answer running workflows as an integration, by the rules in git."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from reconciler.console.options import common_options, journal_option, out_option, text_or_json
from reconciler.console.route_formats import explanation_text, route_exit_code, route_text
from reconciler.console.streams import emit
from reconciler.errors import UsageError
from reconciler.operations.files import require_writable
from reconciler.operations.route import explain_steps, route_once

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.console.options import Common

__all__ = ["route"]


@click.command(epilog="Examples: reconciler route --once; reconciler route --explain; reconciler route --explain 6501")
@common_options
@click.option("--once", is_flag=True, help="Look at every queue once, and answer what waits.")
@click.option(
    "--explain",
    "explained",
    is_flag=False,
    flag_value="",
    metavar="[INSTANCE]",
    help="Show each rule with the values it saw, for all that waits or one instance; sends nothing.",
)
@journal_option
@text_or_json
@out_option
def route(
    common: Common,
    *,
    once: bool,
    explained: str | None,
    journal_at: Path | None,
    shown_as: Literal["terminal", "json"],
    out: Path | None,
) -> int:
    """Answer the steps that wait for an integration, by the routing documents.

    The credentials are of the integration itself: RECONCILER_ROUTE_CLIENT_ID and RECONCILER_ROUTE_CLIENT_SECRET, or
    the usual ones. Before each response the journal has what is sent. Afterwards the response is read back. After a
    crash the same response goes out, never a new decision.

    A routing with 'mode: observe' decides and reports. Only 'mode: answer' responds, and it needs committed documents.

    Exit codes: 0 nothing needs a person, 2 steps that no rule covers or that are overdue, 3 frozen, or held answers,
    4 some failed, 6 service, 7 documents, 64 not the integration, or another process routes.
    """
    if out is not None:
        require_writable(out)
    color = out is None and common.color(sys.stdout)
    if explained is not None:
        emit(explanation_text(explain_steps(common.run, common.config, explained or None), color=color), out)
        return 0
    if not once:
        raise UsageError("say how to look: --once looks at every queue once, --explain only shows why")
    report = route_once(common.run, common.config, journal_at)
    emit(route_text(report, shown_as, color=color), out)
    return route_exit_code(report)
