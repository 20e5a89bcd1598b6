"""``reconciler apply``: carry out a saved plan, or plan, ask and carry out; it decides nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click
import msgspec

from reconciler.applying import declined, require_approved, require_permission
from reconciler.clock import OtherDayError
from reconciler.commands.alarming import ALARM_OPTIONS, alarm_options, prepare_alarms
from reconciler.commands.apply_alarms import applied, open_workspace_or_tell, refused, tell_of_apply
from reconciler.commands.approval import approve
from reconciler.commands.basing import with_old_lines, with_power_of_base
from reconciler.commands.choosing import Making, choose_to_apply, only_options, require_committed, require_sense
from reconciler.commands.execution import carry_out
from reconciler.commands.files import require_folder, require_writable
from reconciler.commands.grounds import read_grounds, tolerance_of
from reconciler.commands.journals import require_newest
from reconciler.commands.making import make_plan
from reconciler.commands.options import (
    common_options,
    emit,
    journal_option,
    note,
    out_option,
    text_or_json,
)
from reconciler.commands.repository_findings import require_no_freeze
from reconciler.commands.show import read_plan
from reconciler.commands.showing import Showing, plan_text
from reconciler.commands.telling import Telling, apply_exit_code, emit_report
from reconciler.commands.workspace import journal_folder, read_documents
from reconciler.desired import read_history
from reconciler.errors import ReconcilerError, UsageError
from reconciler.planning.approving import newest_last

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.commands.choosing import Choice
    from reconciler.commands.grounds import Grounds
    from reconciler.commands.options import Common
    from reconciler.commands.workspace import Workspace
    from reconciler.desired import Base
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents
    from reconciler.model.outcomes import ApplyReport
    from reconciler.model.plan import Plan

__all__ = ["apply"]


@click.command(
    epilog="Examples: reconciler apply plan.json; reconciler apply (plans, shows, asks); "
    "reconciler apply --yes; reconciler apply plan.json --approved sha256:9c1f…; reconciler apply --only-drift; "
    "reconciler apply --self-heal --base LAST_APPLIED --yes"
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
@click.option("--allow-older", is_flag=True, help="Apply a saved plan though a newer one was applied since.")
@click.option("--base", metavar="REV", help="The revision to compare with; for apply without a saved plan.")
@click.option("--adds-only", is_flag=True, help="Plan additions alone; for apply without a saved plan.")
@only_options
@click.option(
    "--self-heal", is_flag=True, help="Put back what drifted where self_heal in the settings names it; needs --base."
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

    Before the first write the presets of the plan are planned once more, from the documents and live of now. It applies
    what was approved, or less: a preset where anyone else would gain or lose a role is skipped and reported (exit 5).
    All guards are asked once more. A saved plan is refused (5) if the journal knows that a newer one was applied to one
    of its presets. Each preset is read again directly before its write, and read back after it. Several
    plans, such as those of commits that wait together, are carried out as one. Ctrl-C lets the write under way
    finish. While the environment has RECONCILER_FREEZE, or a policy says 'frozen:', nothing is applied.

    With --only-drift, --only-requested or --self-heal the rest is left alone, and counted in a note. Healing is for
    schedules: it follows what is committed, and needs a clean work tree.

    --issue, --metrics, --push-metrics and --notify report an apply that failed or was refused, as those of drift do.

    Exit codes: 0 done, 3 refused or frozen, 4 partly applied, 5 live moved or not the approved plan, 6 service (or
    somebody could not be told), 7 documents, 64 nobody to ask.
    """
    if out is not None:
        require_writable(out)
    alarms = prepare_alarms(**{name: more.pop(name) for name in ALARM_OPTIONS})
    wanted = Making(**more)
    require_sense(wanted, since, saved=bool(plan_files))
    workspace = open_workspace_or_tell(alarms, common)
    journal = require_folder(journal_folder(workspace.root, journal_at))
    order = _Order(
        plan_files,
        approved,
        since,
        yes=yes,
        adds_only=wanted.adds_only,
        journal=journal,
        allow_older=allow_older,
    )
    try:
        report = _apply(workspace, Telling(common, shown_as, out), order, wanted)
    except OtherDayError:
        raise
    except Exception as error:
        tell_of_apply(alarms, refused(workspace, *_told(error)), common)
        raise
    if report is None:
        return 0
    code = apply_exit_code(report)
    told = tell_of_apply(alarms, applied(workspace, report, code), common)
    return code or told


def _told(error: Exception) -> tuple[int, str, Sequence[Diagnostic]]:
    """Return the exit code of a failure, and what to tell of it; of a defect no more than its kind."""
    if isinstance(error, ReconcilerError):
        return error.exit_code, error.message, error.diagnostics
    return ReconcilerError.exit_code, f"a defect of reconciler: {type(error).__name__}", ()


def _apply(workspace: Workspace, telling: Telling, order: _Order, wanted: Making) -> ApplyReport | None:
    """Carry out what may be done and show it; null where somebody asked does not want it."""
    choice = choose_to_apply(workspace, wanted)
    since = order.since
    commits = () if since is None else tuple(reversed(read_history(workspace.root, since)))
    saved = newest_last(read_plan(path) for path in order.files)
    grounds = read_grounds(workspace, saved, since, choice)
    workspace = _with_tolerance(with_power_of_base(workspace, grounds.power), saved, grounds, order.journal)
    plans, read = _agree(workspace, telling, order, choice, (saved, grounds))
    if read is None:
        _declined(plans, telling)
        return None
    restriction = None if order.files else choice.restriction
    common = telling.common
    approval = approve(plans, workspace, common, *read, grounds, restriction=restriction, journal=order.journal)
    report = carry_out(approval, commits, workspace, common, order.journal)
    emit_report(report, approval.names, telling)
    return report


def _with_tolerance(workspace: Workspace, saved: list[Plan], grounds: Grounds, journal: Path) -> Workspace:
    """Return the workspace with what it holds: an approved plan was judged already, one that is made now was not."""
    if saved:
        return msgspec.structs.replace(workspace, tolerance=tolerance_of(workspace, saved, grounds))
    return with_old_lines(workspace, grounds.compared, journal)


class _Order(NamedTuple):
    """What was ordered: these plan files, or a plan made now, and what must hold of either.

    ``journal`` must know of no newer plan, unless older ones are allowed.
    """

    files: tuple[Path, ...]
    approved: tuple[str, ...]
    since: str | None
    yes: bool
    adds_only: bool
    journal: Path
    allow_older: bool


_Read = tuple["Documents", "list[Diagnostic]"]


def _agree(
    workspace: Workspace, telling: Telling, order: _Order, choice: Choice, known: tuple[list[Plan], Grounds]
) -> tuple[list[Plan], _Read | None]:
    """Return the plans that may be carried out, and the documents of now; null where somebody asked does not want it.

    ``known`` are the saved plans, none where the plan is made now, and the revisions to compare with.
    """
    read = _read(workspace, choice)
    saved, grounds = known
    plans = saved or [_plan_and_show(workspace, telling, read, order, (choice, grounds.compared))]
    require_approved(plans, order.approved)
    require_permission(plans, workspace.service.company_id, workspace.plan_service, since=order.since)
    if order.files and not order.allow_older:
        require_newest(plans, order.journal, workspace.service.company_id, telling.common)
    if order.files or order.yes or not plans[0].changes:
        return plans, read
    # somebody may think about the question for long, so the documents are read again
    return plans, _read(workspace, choice) if _confirmed(plans[0]) else None


def _read(workspace: Workspace, choice: Choice) -> _Read:
    """Read the documents as they are now, and refuse where they say that nothing may be applied."""
    documents, diagnostics = read_documents(workspace)
    require_no_freeze(documents.policy)
    if choice.heals:
        require_committed(workspace, documents)
    return documents, diagnostics


def _plan_and_show(
    workspace: Workspace,
    telling: Telling,
    read: _Read,
    order: _Order,
    chosen: tuple[Choice, Base | None],
) -> Plan:
    """Plan what was not saved, and show it; raises UsageError where nobody can be asked."""
    choice, base = chosen
    if not order.yes:
        _require_somebody_to_ask()
    made = make_plan(
        workspace,
        telling.common,
        *read,
        base=base,
        adds_only=order.adds_only,
        restriction=choice.restriction,
        journal=order.journal,
    )
    if choice.heals and made.complete and not made.changes:
        note("nothing to heal: where self_heal names it, nothing drifted", telling.common)
    _show(made, telling, asks=not order.yes)
    return made


def _declined(plans: Sequence[Plan], telling: Telling) -> None:
    note("nothing was written", telling.common)
    if telling.shown_as == "json":
        emit_report(declined(plans[0]), {}, telling)


def _show(plan: Plan, telling: Telling, *, asks: bool) -> None:
    """Show what will be done; where the report alone belongs on stdout, on stderr. Whoever is asked must see it."""
    common = telling.common
    if telling.shown_as == "terminal" and telling.out is None:
        emit(plan_text(plan, Showing(shown_as="terminal"), color=common.color(sys.stdout)))
    elif asks or not common.quiet:
        sys.stderr.write(plan_text(plan, Showing(shown_as="terminal"), color=common.color(sys.stderr)))


def _require_somebody_to_ask() -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "apply asks before it writes, and there is no terminal to ask on; add --yes, or name a saved plan"
        )


def _confirmed(plan: Plan) -> bool:
    summary = plan.summary
    question = f"Apply this to {summary.changed} preset{'' if summary.changed == 1 else 's'}?"
    return click.confirm(question, default=False, err=True)
