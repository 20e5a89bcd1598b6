"""``reconciler apply``: carry out a saved plan, or plan, ask and carry out; it decides nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from reconciler.clock import OtherDayError
from reconciler.console.choice_options import leavers_option, only_options, selection_options
from reconciler.console.interrupts import first_interrupt_waits
from reconciler.console.options import (
    ALARM_OPTIONS,
    alarm_options,
    common_options,
    journal_option,
    out_option,
    require_all_for_alarms,
    text_or_json,
)
from reconciler.console.plan_formats import Showing, plan_text
from reconciler.console.questions import somebody_is_there
from reconciler.console.run_formats import apply_exit_code
from reconciler.console.streams import emit, emit_report, note
from reconciler.errors import ReconcilerError, UsageError
from reconciler.model.phrases import counted
from reconciler.operations.alarms import prepare_alarms
from reconciler.operations.apply import ApplyOrder, apply_repository
from reconciler.operations.apply_news import applied, open_workspace_or_tell, refused, tell_of_apply
from reconciler.operations.choice import Making, require_sense
from reconciler.operations.due import LAST_DUE
from reconciler.operations.files import require_folder, require_writable
from reconciler.operations.workspace import journal_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from reconciler.console.options import Common
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import Plan

__all__ = ["apply"]


@click.command(
    epilog="Examples: reconciler apply plan.json; reconciler apply (plans, shows, asks); "
    "reconciler apply --yes; reconciler apply plan.json --approved sha256:9c1f…; reconciler apply --only drift; "
    "reconciler apply --self-heal --base LAST_APPLIED --yes; reconciler apply --due --yes"
)
@common_options
@click.argument("plan_files", metavar="[PLAN]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; for pipelines. A saved plan needs no question.")
@click.option("--approved", metavar="DIGEST", multiple=True, help="Insist on the plan with this digest (sha256:…).")
@click.option(
    "--since",
    metavar="REV",
    help="The commit that was applied last: what documents changed since must be in the plans.",
)
@click.option("--allow-older", is_flag=True, help="Apply a saved plan although another one was applied since.")
@click.option("--base", metavar="REV", help="The revision to compare with; for apply without a saved plan.")
@click.option("--adds-only", is_flag=True, help="Plan additions alone; for apply without a saved plan.")
@only_options
@selection_options
@leavers_option
@click.option(
    "--self-heal", is_flag=True, help="Put back what drifted where self_heal in the settings names it; needs --base."
)
@click.option(
    "--due",
    is_flag=False,
    flag_value=LAST_DUE,
    metavar="[DATE]",
    help="Do what the commit asks for today and did not on DATE [default: the last due run]: absences, last days.",
)
@journal_option
@alarm_options
@text_or_json
@out_option
def apply(  # noqa: PLR0913 - one parameter an option
    common: Common,
    plan_files: tuple[Path, ...],
    *,
    approved: tuple[str, ...],
    since: str | None,
    allow_older: bool,
    journal_at: Path | None,
    shown_as: Literal["terminal", "json"],
    out: Path | None,
    yes: bool,
    **more: Any,
) -> int:
    """Carry out approved plans, or a plan made now and confirmed.

    Before the first write the presets of the plan are planned once more, from the documents and Procore of now. It
    applies what was approved, or less: a preset where anyone else would gain or lose a role is skipped. Such a preset
    is reported (exit 5). All guards are asked once more. A saved plan is refused (5) if another plan was applied to
    one of its presets since, as the journal shows. Each preset is read again directly before its write, and read back
    after it. Several plans, such as those of commits that wait together, are carried out as one. Ctrl-C lets the write
    under way finish. While the environment has RECONCILER_FREEZE, or a policy says 'frozen:', nothing is applied.

    With --only or --self-heal the rest is skipped, and counted in a note. Healing is for schedules: it follows what
    is committed, and needs a clean work tree. --due is for a schedule too: absences and last days begin and end by it,
    while drift and commits that wait are skipped. With --within, --project, --template and --person the whole plan is
    judged first. Then only the chosen part is applied.

    --issue, --metrics, --push-metrics and --notify report an apply that failed or was refused, as those of drift do.

    Exit codes: 0 done, 3 refused or frozen, 4 partly applied, 5 Procore changed or not the approved plan, 6 service (or
    a report could not be delivered), 7 documents, 64 nobody to ask.
    """
    if out is not None:
        require_writable(out)
    alarmed = {name: more.pop(name) for name in ALARM_OPTIONS}
    wanted = Making(**more)
    require_all_for_alarms(wanted.selection, alarmed)
    alarms = prepare_alarms(common.run, **alarmed)
    require_sense(wanted, since, saved=bool(plan_files))
    workspace = open_workspace_or_tell(alarms, common.run, common.config)
    order = ApplyOrder(
        files=plan_files,
        approved=approved,
        since=since,
        making=wanted,
        yes=yes,
        allow_older=allow_older,
        journal=require_folder(journal_folder(workspace.root, journal_at)),
    )
    try:
        done = apply_repository(workspace, order, _Person(common, alone=shown_as == "terminal" and out is None))
        if done.declined:
            note("nothing was written", common)
        if not done.declined or shown_as == "json" or out is not None:
            emit_report(done.report, done.names, common, shown_as, out)
    except OtherDayError:
        raise
    except Exception as error:
        tell_of_apply(alarms, refused(workspace, *_told(error)), common.run)
        raise
    if done.declined:
        return 0
    code = apply_exit_code(done.report)
    told = tell_of_apply(alarms, applied(workspace, done.report, code), common.run)
    return code or told


def _told(error: Exception) -> tuple[int, str, Sequence[Diagnostic]]:
    """Return the exit code, message and diagnostics of a failure; the message of a defect holds only its type."""
    if isinstance(error, ReconcilerError):
        return error.exit_code, error.message, error.diagnostics
    return ReconcilerError.exit_code, f"a defect of reconciler: {type(error).__name__}", ()


class _Person:
    """The person at the terminal; a plan is shown on stderr if the report is not ``alone`` on stdout."""

    def __init__(self, common: Common, *, alone: bool) -> None:
        self._common = common
        self._alone = alone

    def require(self) -> None:
        """Raise UsageError without a terminal to ask on."""
        if not somebody_is_there():
            raise UsageError(
                "apply asks before it writes, and there is no terminal to ask on; add --yes, or name a saved plan"
            )

    def show(self, plan: Plan, *, asked: bool) -> None:
        """Show what will be done; the person who is asked must see it."""
        common = self._common
        if self._alone:
            emit(plan_text(plan, Showing(shown_as="terminal"), color=common.color(sys.stdout)))
        elif asked or not common.quiet:
            sys.stderr.write(plan_text(plan, Showing(shown_as="terminal"), color=common.color(sys.stderr)))

    def confirm(self, plan: Plan) -> bool:
        """Ask, once."""
        count = plan.summary.changed
        return click.confirm(f"Apply this to {counted(count, 'preset')}?", default=False, err=True)

    def interruptible(self) -> AbstractContextManager[Callable[[], bool]]:
        """Let the first Ctrl-C wait for the write under way."""
        return first_interrupt_waits(
            lambda: note("finishing the write under way; press again to leave at once", self._common)
        )
