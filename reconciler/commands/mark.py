"""``reconciler mark``: how an apply ended, as a status on the commits it covers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
import msgspec

from reconciler.console.options import alarm_options, common_options, text_or_json
from reconciler.console.streams import emit
from reconciler.errors import UsageError
from reconciler.operations.alarms import prepare_alarms
from reconciler.operations.mark import Evidence, begin_commits, mark_commits

if TYPE_CHECKING:
    from reconciler.console.options import Common
    from reconciler.model.review import MarkedCommits

__all__ = ["mark"]


@click.command(
    epilog="Example: reconciler apply plans/*.json --since REV --format json > report.json; "
    "reconciler mark --code $? --approved-plans approved.json --report report.json"
)
@common_options
@click.option("--begin", is_flag=True, help="Before the first write: show that this account can mark the commits.")
@click.option("--began", is_flag=True, help="This run did --begin; if it wrote nothing, that is undone.")
@click.option("--no-status", is_flag=True, help="Set no status; report alone, for a job without these rights.")
@click.option("--code", type=int, help="The exit code of the run; left out where it was cut off.")
@click.option("--approved-plans", "found_at", type=click.Path(path_type=Path), help="What 'approved' wrote (JSON).")
@click.option("--report", "report_at", type=click.Path(path_type=Path), help="What 'apply' wrote (JSON).")
@click.option(
    "--marked",
    "marked_at",
    type=click.Path(path_type=Path),
    help="What 'mark' wrote before (JSON): with --no-status, report that, and judge nothing again.",
)
@click.option(
    "--plan",
    "plan_at",
    type=click.Path(path_type=Path),
    help="A plan of the whole, read from Procore after the run; an empty one is a proof as well.",
)
@click.option(
    "--journal",
    "journal_at",
    type=click.Path(path_type=Path),
    help="The journal of this run alone; one that was begun shows that something may have been written.",
)
@alarm_options
@text_or_json
def mark(  # noqa: PLR0913 - one parameter an option
    common: Common,
    *,
    begin: bool,
    began: bool,
    no_status: bool,
    marked_at: Path | None,
    code: int | None,
    found_at: Path | None,
    report_at: Path | None,
    plan_at: Path | None,
    journal_at: Path | None,
    shown_as: Literal["terminal", "json"],
    **alarmed: Any,
) -> int:
    """Set the status reconciler/apply/COMPANY on the commits that a run of apply covers.

    They are those after the last one with a successful status. Green needs a proof. Proofs are an apply that ended
    well, an empty plan of the whole, or no changed document since a green commit. A run that wrote nothing leaves
    green commits green, and failed ones failed. Files that are not there, or hold something else, prove nothing.

    With --begin the commits are marked as begun. Run it before apply, and apply nothing where it fails; then say
    --began. While applying is frozen (RECONCILER_FREEZE) nothing begins.

    --issue, --metrics, --push-metrics and --notify report a run that failed or was refused, as those of drift do.

    Exit codes: 0 done, 5 the run ended with 0 and nothing proves it, 6 the forge refuses or cannot be reached, 7 no
    settings, 64 wrong usage.
    """
    if begin and no_status:
        raise UsageError("--begin sets a status, so it does not go with --no-status")
    alarms = prepare_alarms(common.run, **alarmed)
    if begin:
        _show(begin_commits(common.run, common.config, found_at, alarms), shown_as)
        return 0
    evidence = Evidence(
        code=code,
        found_at=found_at,
        report_at=report_at,
        marked_at=marked_at,
        plan_at=plan_at,
        journal_at=journal_at,
        began=began,
        no_status=no_status,
    )
    marked = mark_commits(common.run, common.config, evidence, alarms)
    _show(marked.answer, shown_as)
    return marked.code


def _show(answer: MarkedCommits, shown_as: str) -> None:
    if shown_as == "json":
        emit(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")
        return
    told = f"{answer.state}: {answer.description}" if answer.commits else f"no mark changed: {answer.description}"
    emit("\n".join([told, *answer.commits]) + "\n")
