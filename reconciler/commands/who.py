"""``reconciler who``: every role that somebody holds or would hold; it cannot write to the service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from reconciler.console.days import DayType
from reconciler.console.options import common_options, out_option
from reconciler.console.streams import emit
from reconciler.operations.files import require_writable
from reconciler.operations.who import WhoOrder, find_roles
from reconciler.render.formats.who_page import render_who, render_who_csv

if TYPE_CHECKING:
    import datetime

    from reconciler.console.options import Common

__all__ = ["who"]


@click.command(
    epilog="Examples: reconciler who ann@acme.test; reconciler who 'Ann Lee' --on 2027-01-04; "
    "reconciler who --role 'Project Manager' --project 'Harbor Bridge'; reconciler who --role '*' --format csv"
)
@common_options
@click.argument("person", metavar="[PERSON]", required=False)
@click.option("--role", metavar="GLOB", help="Roles of this name alone; 'workflow manager' is one.")
@click.option("--project", metavar="NAME", help="This project alone (name, a glob of it, or id).")
@click.option("--template", metavar="NAME", help="This template alone (name, a glob of it, or id).")
@click.option("--on", type=DayType(), help="On another day: absences and last days [default: today].")
@click.option("--documents", "documents_alone", is_flag=True, help="Ask the documents alone; no network.")
@click.option("--snapshot", type=click.Path(path_type=Path), help="Ask a saved live state; no network.")
@click.option(
    "--format", "shown_as", type=click.Choice(["terminal", "json", "csv"]), default="terminal", help="How to show it."
)
@out_option
def who(  # noqa: PLR0913 - one parameter an option
    common: Common,
    person: str | None,
    *,
    role: str | None,
    project: str | None,
    template: str | None,
    on: datetime.date | None,
    documents_alone: bool,
    snapshot: Path | None,
    shown_as: Literal["terminal", "json", "csv"],
    out: Path | None,
) -> int:
    """Show the roles of a PERSON, and by which line, team or absence.

    PERSON is a login, an id, or a part of the name. Without one it shows everybody in roles of these names. It covers
    the presets that documents manage. Without credentials it asks the documents alone.

    Exit codes: 0 done, 6 Procore could not be read, 7 documents are wrong, 64 nobody is meant, or several people.
    """
    if out is not None:
        require_writable(out)
    order = WhoOrder(person, role, project, template, on, snapshot, documents_alone)
    report, diagnostics = find_roles(common.run, common.config, order)
    common.run.reporter.diagnose(diagnostics)
    if shown_as == "json":
        emit(msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n", out)
    elif shown_as == "csv":
        emit(render_who_csv(report), out)
    else:
        emit(render_who(report, color=out is None and common.color(sys.stdout)), out)
    return 0
