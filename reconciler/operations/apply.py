"""Carries out saved plans, or one made now, as far as they are approved: one writing client, and the journal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from reconciler.applying import apply_plan, declined, require_approved, require_permission
from reconciler.desired.git.revision import read_history
from reconciler.journal import Journal
from reconciler.live.writer import Writer
from reconciler.operations.approve import approve
from reconciler.operations.bases import with_old_lines, with_power_of_base
from reconciler.operations.choice import choose_to_apply, require_committed
from reconciler.operations.due import mark_due
from reconciler.operations.grounds import read_grounds, tolerance_of
from reconciler.operations.journals import require_newest
from reconciler.operations.plan import make_plan
from reconciler.operations.plan_files import read_plan
from reconciler.operations.readers import make_reader, open_client
from reconciler.operations.repository_findings import require_no_freeze
from reconciler.operations.workspace import read_documents
from reconciler.planning.approval import newest_last

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents
    from reconciler.model.live import Preset
    from reconciler.model.outcomes import ApplyReport, Outcome
    from reconciler.model.plan import Plan
    from reconciler.operations.approve import Approval
    from reconciler.operations.choice import Choice, Making
    from reconciler.operations.grounds import Grounds
    from reconciler.operations.run import Reporter
    from reconciler.operations.workspace import Workspace

__all__ = ["Applied", "ApplyOrder", "Person", "apply_repository", "carry_out"]


class ApplyOrder(NamedTuple):
    """Order to apply: these plan files, or a plan made now, and what must hold of either.

    ``journal`` is its folder; it must know of no newer plan, unless older ones are allowed.
    """

    files: tuple[Path, ...]
    approved: tuple[str, ...]
    since: str | None
    making: Making
    yes: bool
    allow_older: bool
    journal: Path


class Applied(NamedTuple):
    """Outcome of an order, with people's words for addresses; ``declined`` where somebody did not want it."""

    report: ApplyReport
    names: dict[str, str]
    declined: bool = False


class Person(Protocol):
    """Who is shown a plan that is made now, and asked about it."""

    def require(self) -> None:
        """Raise UsageError where nobody can be asked."""
        ...

    def show(self, plan: Plan, *, asked: bool) -> None:
        """Show a plan; the person who is ``asked`` about it must see it."""
        ...

    def confirm(self, plan: Plan) -> bool:
        """Ask whether a plan may be carried out."""
        ...

    def interruptible(self) -> AbstractContextManager[Callable[[], bool]]:
        """Yield what tells whether somebody wishes to stop: until the block ends, a write is not cut off."""
        ...


def apply_repository(workspace: Workspace, order: ApplyOrder, person: Person) -> Applied:
    """Carry out what is approved and still applies.

    Raises RefusedError, StaleError and others before the first write; afterwards everything is in the report.
    """
    choice = choose_to_apply(workspace, order.making, order.journal)
    since = order.since
    commits = () if since is None else tuple(reversed(read_history(workspace.root, since)))
    saved = newest_last(read_plan(path) for path in order.files)
    grounds = read_grounds(workspace, saved, since, choice)
    workspace = _with_tolerance(with_power_of_base(workspace, grounds.power), saved, grounds, order.journal)
    plans, read = _agree(workspace, person, order, choice, (saved, grounds))
    if read is None:
        return Applied(declined(plans[0]), {}, declined=True)
    restriction = None if order.files else choice.restriction
    approval = approve(plans, workspace, *read, grounds, restriction=restriction, journal=order.journal)
    with person.interruptible() as stopped:
        report = carry_out(approval, commits, workspace, order.journal, stopped, due=choice.due)
    if choice.due is not None:
        mark_due(workspace, report)
    return Applied(report, approval.names)


def _with_tolerance(workspace: Workspace, saved: list[Plan], grounds: Grounds, journal: Path) -> Workspace:
    """Return the workspace with its tolerance; for saved plans it holds all lines, for a new plan only old ones."""
    if saved:
        return msgspec.structs.replace(workspace, tolerance=tolerance_of(workspace, saved, grounds))
    return with_old_lines(workspace, grounds.compared, journal)


_Read = tuple["Documents", "list[Diagnostic]"]


def _agree(
    workspace: Workspace, person: Person, order: ApplyOrder, choice: Choice, known: tuple[list[Plan], Grounds]
) -> tuple[list[Plan], _Read | None]:
    """Return the plans that may be carried out, and the documents of now; null if the person declines.

    ``known`` are the saved plans, none where the plan is made now, and the revisions to compare with.
    """
    read = _read(workspace, choice)
    saved, grounds = known
    plans = saved or [_plan(workspace, read, order, (choice, grounds.compared), person)]
    require_approved(plans, order.approved)
    require_permission(plans, workspace.service.company_id, workspace.plan_service, since=order.since)
    if order.files and not order.allow_older:
        require_newest(plans, order.journal, workspace.service.company_id, workspace.run)
    if order.files or order.yes or not plans[0].changes:
        return plans, read
    # somebody may think about the question for long, so the documents are read again
    return plans, _read(workspace, choice) if person.confirm(plans[0]) else None


def _read(workspace: Workspace, choice: Choice) -> _Read:
    """Read the documents as they are now, and refuse where they say that nothing may be applied."""
    documents, diagnostics = read_documents(workspace)
    require_no_freeze(documents.policy, workspace.run.environment)
    if choice.follows_commit:
        require_committed(workspace, documents)
    return documents, diagnostics


def _plan(
    workspace: Workspace, read: _Read, order: ApplyOrder, chosen: tuple[Choice, Base | None], person: Person
) -> Plan:
    """Plan what was not saved, and show it; raises UsageError where nobody can be asked."""
    choice, base = chosen
    if not order.yes:
        person.require()
    made = make_plan(
        workspace,
        *read,
        base=base,
        adds_only=order.making.adds_only,
        restriction=choice.restriction,
        selection=order.making.selection,
        journal=order.journal,
    )
    if choice.heals and made.complete and not made.changes:
        workspace.run.reporter.note("nothing to heal: where self_heal names it, nothing drifted")
    person.show(made, asked=not order.yes)
    return made


class _Service:
    """Reads and writes presets with one writing client; what apply needs and no more."""

    def __init__(self, read: Callable[[str | None, str], Preset], write: Callable[..., None]) -> None:
        self.read = read
        self.replace_assignees = write


def carry_out(
    approval: Approval,
    commits: tuple[str, ...],
    workspace: Workspace,
    folder: Path,
    stopped: Callable[[], bool],
    *,
    due: datetime.date | None = None,
) -> ApplyReport:
    """Apply an approval, and report what is less than was approved.

    ``folder`` is that of the journal. ``stopped`` is called between two presets: once true, the rest is skipped.
    ``due`` is recorded.
    """
    run = workspace.run
    _tell(approval, run.reporter)
    with (
        open_client(workspace.service, run, writes=True) as client,
        run.reporter.watch(lambda: client.heard_at),
        Journal(folder, run.clock.now) as journal,
    ):
        reader = make_reader(client, run)
        return apply_plan(
            approval.plan,
            _Service(reader.preset, Writer(client).replace_assignees),
            journal,
            now=run.clock.now,
            stopped=stopped,
            sleep=time.sleep,
            settled=approval.settled,
            approved=approval.approved,
            commits=commits,
            whole=approval.whole,
            held=approval.held,
            due=due,
            report=_told_of(approval, run.reporter),
        )


def _tell(approval: Approval, reporter: Reporter) -> None:
    if approval.fewer and approval.plan.changes:
        words = "change is" if approval.fewer == 1 else "changes are"
        reporter.note(f"{approval.fewer:,} approved {words} made already, or no longer asked for")
    if approval.held:
        reporter.diagnose(approval.held)


def _told_of(approval: Approval, reporter: Reporter) -> Callable[[int, Outcome], None]:
    total = len(approval.plan.changes) + len(approval.settled)

    def report(done: int, outcome: Outcome) -> None:
        reporter.applied(done, total, approval.names[outcome.address], outcome)

    return report
