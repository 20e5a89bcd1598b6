"""``reconciler people``: the people of rules from HR sources, into the people lock; it asks the service nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click
import msgspec

from reconciler.console.options import common_options, out_option
from reconciler.console.streams import emit
from reconciler.operations.files import require_writable
from reconciler.operations.people import update_people
from reconciler.render.messages.people_text import people_text

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.console.options import Common

__all__ = ["people"]

_CHANGED, _HELD = 2, 3


@click.command(epilog="Examples: reconciler people --check; reconciler people --base origin/main")
@common_options
@click.option("--check", is_flag=True, help="Write nothing; say what would change.")
@click.option("--base", metavar="REV", help="Compare readings with the people lock of REV; read from git.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 if the lock changes.")
@click.option(
    "--format", "shown_as", type=click.Choice(["terminal", "json"]), default="terminal", help="How to show it."
)
@out_option
def people(
    common: Common,
    *,
    check: bool,
    base: str | None,
    detailed_exitcode: bool,
    shown_as: Literal["terminal", "json"],
    out: Path | None,
) -> int:
    """Read the sources of people, find the people of every rule, and write them to people.lock.

    Readings are compared with the lock: one that is torn, stale or much smaller changes nothing. A team that would lose
    many people keeps them, and the others go on. The lock holds results alone: logins, ids, names and states.

    Exit codes: 0 done, 2 the lock changes (with --detailed-exitcode), 3 a team is held or a limit stops a source,
    6 a source cannot be read, 7 documents, rows or rules are wrong.
    """
    if out is not None:
        require_writable(out)
    report = update_people(common.run, common.config, base=base, check=check)
    if shown_as == "json":
        emit(msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n", out)
    else:
        emit(people_text(report), out)
    if report.held:
        return _HELD
    return _CHANGED if detailed_exitcode and report.differs else 0
