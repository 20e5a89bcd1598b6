"""``reconciler people``: the people of rules from HR sources, into the people lock; it asks the service nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from reconciler.console.options import common_options, out_option
from reconciler.console.streams import emit, note
from reconciler.errors import UsageError
from reconciler.operations.alarms import prepare_alarms
from reconciler.operations.files import require_writable
from reconciler.operations.people import PeopleOrder
from reconciler.operations.people_news import update_people_and_tell
from reconciler.operations.people_request import propose_people, require_forge
from reconciler.render.messages.people_text import people_text

if TYPE_CHECKING:
    from reconciler.console.options import Common

__all__ = ["people"]

_CHANGED, _HELD = 2, 3


@click.command(
    epilog="Examples: reconciler people --check; reconciler people --base origin/main; reconciler people --tidy; "
    "reconciler people --pull-request"
)
@common_options
@click.option("--check", is_flag=True, help="Write nothing; say what would change.")
@click.option("--base", metavar="REV", help="Compare readings with the people lock of REV; read from git.")
@click.option("--source", metavar="NAME", help="Read this source alone; what others found stays.")
@click.option("--tidy", is_flag=True, help="Take lines of people who left out of documents; comments stay.")
@click.option("--pull-request", is_flag=True, help="Propose what changes as the one pull request of people.")
@click.option(
    "--metrics",
    "metrics_at",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write figures for Prometheus (a .prom file).",
)
@click.option("--push-metrics", "gateway", metavar="URL", help="Push the figures to a Pushgateway.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 if the lock changes.")
@click.option(
    "--format", "shown_as", type=click.Choice(["terminal", "json"]), default="terminal", help="How to show it."
)
@out_option
def people(  # noqa: PLR0913 - one parameter an option
    common: Common,
    *,
    check: bool,
    base: str | None,
    source: str | None,
    tidy: bool,
    pull_request: bool,
    metrics_at: Path | None,
    gateway: str | None,
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
    if pull_request and check:
        raise UsageError("--check writes nothing, and --pull-request proposes it: leave one of them out")
    if pull_request:
        require_forge(common.run)
    if out is not None:
        require_writable(out)
    alarms = prepare_alarms(common.run, issue=False, metrics_at=metrics_at, gateway=gateway, notify=False, link=None)
    report = update_people_and_tell(common.run, common.config, PeopleOrder(base, check, source, tidy), alarms)
    if shown_as == "json":
        emit(msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n", out)
    else:
        emit(people_text(report), out)
    if pull_request:
        note(propose_people(common.run, common.config, report), common)
    if report.held:
        return _HELD
    return _CHANGED if detailed_exitcode and report.differs else 0
