"""``reconciler apply``: carry out a saved plan, or plan, ask and carry out; it decides nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from reconciler.applying import apply_plan, declined, require_approved, require_permission
from reconciler.commands.interrupts import first_interrupt_waits
from reconciler.commands.making import judge_again, make_plan, require_no_freeze
from reconciler.commands.options import common_options, emit, note, require_folder
from reconciler.commands.show import read_plan
from reconciler.commands.showing import Showing, plan_text
from reconciler.commands.workspace import journal_folder, open_workspace, read_documents
from reconciler.errors import FileError, UsageError
from reconciler.journal import Journal
from reconciler.settings import read_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.commands.options import Common
    from reconciler.commands.workspace import Workspace
    from reconciler.model.live import Preset
    from reconciler.model.outcomes import ApplyReport, Outcome
    from reconciler.model.plan import Plan

__all__ = ["apply"]


@click.command(
    epilog="Examples: reconciler apply plan.json; reconciler apply (plans, shows, asks); "
    "reconciler apply --yes; reconciler apply plan.json --approved sha256:9c1f…"
)
@common_options
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; for pipelines. A saved plan needs no question.")
@click.option("--approved", metavar="DIGEST", help="Insist on the plan with this digest (sha256:…).")
@click.option("--base", metavar="REV", help="The revision to compare with; for apply without a saved plan.")
@click.option("--adds-only", is_flag=True, help="Plan additions alone; for apply without a saved plan.")
@click.option(
    "--journal",
    "journal_at",
    type=click.Path(path_type=Path),
    help="Folder of the journal [default: .reconciler/journal].",
)
@click.option(
    "--format",
    "shown_as",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    help="How to show it.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the result to a file.")
def apply(  # noqa: PLR0913 - one parameter an option
    common: Common,
    plan_file: Path | None,
    *,
    approved: str | None,
    base: str | None,
    journal_at: Path | None,
    shown_as: Literal["terminal", "json"],
    out: Path | None,
    yes: bool,
    adds_only: bool,
) -> int:
    """Carry out a plan: a saved one, or one made now and confirmed.

    All guards are asked once more, with live and policy as they are now, before the first write. Each preset is
    read again directly before its write, and read back after it. Ctrl-C lets the write under way finish. While the
    environment has RECONCILER_FREEZE, or a policy says 'frozen:', nothing is applied.

    Exit codes: 0 done, 3 refused or frozen, 4 partly applied, 5 live moved or not the approved plan, 6 service,
    7 documents, 64 nobody to ask.
    """
    if out is not None:
        require_folder(out)
    if plan_file is not None and (adds_only or base is not None):
        raise UsageError(
            "a saved plan is carried out as it is; give --adds-only and --base to: reconciler plan --out FILE"
        )
    workspace = open_workspace(common)
    documents, diagnostics = read_documents(workspace)
    require_no_freeze(documents.policy)
    if plan_file is not None:
        plan = read_plan(plan_file)
    else:
        _require_somebody_to_ask(yes=yes)
        plan = make_plan(workspace, common, documents, diagnostics, base_revision=base, adds_only=adds_only)
        _show(plan, common, on_stdout=shown_as == "terminal" and out is None, asks=not yes)
    require_approved(plan, approved)
    require_permission(plan, workspace.service.company_id)
    if plan_file is None and plan.changes and not yes and not _confirmed(plan):
        note("nothing was written", common)
        report = declined(plan)
    else:
        # somebody may have thought about the question for long
        policy = read_documents(workspace)[0].policy if plan_file is None and not yes else documents.policy
        require_no_freeze(policy)
        judged = judge_again(plan, workspace, common, policy)
        report = _carry_out(plan, workspace, common, journal_folder(workspace.root, journal_at), judged)
    if shown_as == "json" or report.run_id:
        _emit_report(report, plan, shown_as, common, out)
    return _exit_code(report) if report.run_id else 0


def _show(plan: Plan, common: Common, *, on_stdout: bool, asks: bool) -> None:
    """Show what will be done; where the report alone belongs on stdout, on stderr. Whoever is asked must see it."""
    if on_stdout:
        emit(plan_text(plan, Showing(shown_as="terminal"), color=common.color(sys.stdout)))
    elif asks or not common.quiet:
        sys.stderr.write(plan_text(plan, Showing(shown_as="terminal"), color=common.color(sys.stderr)))


def _emit_report(report: ApplyReport, plan: Plan, shown_as: str, common: Common, out: Path | None) -> None:
    text = _report_text(report, plan, shown_as, color=out is None and common.color(sys.stdout))
    try:
        emit(text, out)
    except FileError as error:
        # what was written to the service must be told, wherever that is possible
        note(f"{error.message}; the report goes to stdout", common)
        emit(text)


def _require_somebody_to_ask(*, yes: bool) -> None:
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "apply asks before it writes, and there is no terminal to ask on; add --yes, or name a saved plan"
        )


def _confirmed(plan: Plan) -> bool:
    summary = plan.summary
    question = f"Apply this to {summary.changed} preset{'' if summary.changed == 1 else 's'}?"
    return click.confirm(question, default=False, err=True)


class _Service:
    """Reads and writes presets with one writing client; what apply needs and no more."""

    def __init__(self, read: Callable[[str | None, str], Preset], write: Callable[..., None]) -> None:
        self.read = read
        self.replace_assignees = write


def _carry_out(plan: Plan, workspace: Workspace, common: Common, folder: Path, judged: frozenset[str]) -> ApplyReport:
    import time  # noqa: PLC0415

    from reconciler.live.client import ServiceClient  # noqa: PLC0415 - heavy, and not needed for a refusal
    from reconciler.live.reading import Reader  # noqa: PLC0415
    from reconciler.live.writing import Writer  # noqa: PLC0415

    credentials = read_credentials(os.environ)
    with (
        ServiceClient(workspace.service, credentials, writes=True) as client,
        Journal(folder) as journal,
        first_interrupt_waits(
            lambda: note("finishing the write under way; press again to leave at once", common)
        ) as stopped,
    ):
        service = _Service(Reader(client, lambda _progress: None).preset, Writer(client).replace_assignees)
        return apply_plan(
            plan,
            service,
            journal,
            stopped=stopped,
            sleep=time.sleep,
            judged=judged,
            report=_reporter(plan, common),
        )


def _reporter(plan: Plan, common: Common) -> Callable[[int, Outcome], None]:
    total = len(plan.changes)
    names = _names(plan)

    def report(done: int, outcome: Outcome) -> None:
        if sys.stderr.isatty():
            note(f"{done}/{total} {names[outcome.address]}: {outcome.status}", common)

    return report


def _names(plan: Plan) -> dict[str, str]:
    from reconciler.render.escaping import printable  # noqa: PLC0415

    return {
        change.address: printable(f"{change.template.name} · {change.project.name if change.project else 'company'}")
        for change in plan.changes
    }


def _report_text(report: ApplyReport, plan: Plan, shown_as: str, *, color: bool) -> str:
    if shown_as == "json":
        import msgspec  # noqa: PLC0415

        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    from reconciler.render.terminal import render_apply  # noqa: PLC0415

    return render_apply(report, _names(plan), color=color)


def _exit_code(report: ApplyReport) -> int:
    summary = report.summary
    if summary.failed or summary.unverified or summary.skipped:
        return 4
    return 5 if summary.stale else 0
