"""Walks the changes of a permitted plan: intent on disk, the write, outcome on disk; it asks nobody anything."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

import msgspec

from reconciler.applying.preset_write import PresetService, apply_change, outcome_of
from reconciler.errors import ReconcilerError
from reconciler.model.diagnostics import HELD_UNAPPROVED
from reconciler.model.outcomes import (
    APPLY_FORMAT,
    ApplyReport,
    ApplySummary,
    Intended,
    JournalEvent,
    Move,
    Outcome,
    OutcomeRecorded,
    RunFinished,
    RunStarted,
)

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.plan import Plan, PresetChange

__all__ = ["RunJournal", "apply_plan", "declined", "in_order"]


class RunJournal(Protocol):
    """The log of intents and outcomes; a line is on disk when the call returns."""

    run_id: str

    def record(self, event: JournalEvent) -> None:
        """Write one line."""
        ...


def in_order(plan: Plan) -> list[PresetChange]:
    """Return the changes in the order of writing: those that only add first, each half by address."""
    return sorted(
        plan.changes,
        key=lambda change: (any(group.remove for group in change.groups), change.address),
    )


def apply_plan(  # noqa: PLR0913 - whom to ask, whom to tell, what may be written; each named
    plan: Plan,
    service: PresetService,
    journal: RunJournal,
    *,
    now: Callable[[], datetime.datetime],
    stopped: Callable[[], bool],
    sleep: Callable[[float], object],
    settled: Sequence[Outcome] = (),
    approved: tuple[str, ...] = (),
    commits: tuple[str, ...] = (),
    whole: bool = False,
    held: Sequence[Diagnostic] = (),
    due: datetime.date | None = None,
    report: Callable[[int, Outcome], None] = lambda _done, _outcome: None,
) -> ApplyReport:
    """Carry out a plan that may be carried out; one failure does not stop the others.

    ``now`` returns the moment (UTC). ``stopped`` is called between changes: once true, the remaining changes are
    ``skipped``. ``settled`` are the outcomes of presets that were in an approved plan and are not in this one.
    ``approved`` are the digests of the approved plans. ``commits`` are the commits that this run covers. ``whole`` (all
    that the documents ask for was planned) is recorded. So is ``held``, the lines that cannot be resolved, and ``due``,
    the day that a run with --due was compared with. ``report`` receives each outcome. The journal has everything when
    this returns.
    """
    keeper = _Keeper(journal, now)
    start = _start(plan, journal.run_id, keeper.moment())
    presets = len(settled) + len(plan.changes)
    start = msgspec.structs.replace(start, changes=presets, approved=approved, commits=commits, whole=whole, due=due)
    journal.record(start)
    outcomes = list(settled)
    for outcome in settled:
        keeper.keep(OutcomeRecorded(at=keeper.moment(), outcome=outcome))
    for change in in_order(plan):
        outcome = _try(change, service, keeper, sleep, stopped=stopped())
        keeper.keep(OutcomeRecorded(at=keeper.moment(), outcome=outcome))
        outcomes.append(outcome)
        report(len(outcomes), outcome)
    unapproved = sum(one.code == HELD_UNAPPROVED for one in held)
    summary = msgspec.structs.replace(_summary(outcomes), held=unapproved)
    keeper.keep(RunFinished(at=keeper.moment(), summary=summary))
    return ApplyReport(
        format=APPLY_FORMAT,
        run_id=journal.run_id,
        digest=plan.digest,
        approved=approved,
        commits=commits,
        outcomes=tuple(outcomes),
        held=tuple(held),
        whole=whole,
        company_id=plan.company_id,
        revision=plan.source.revision,
        summary=summary,
    )


def _try(
    change: PresetChange,
    service: PresetService,
    keeper: _Keeper,
    sleep: Callable[[float], object],
    *,
    stopped: bool,
) -> Outcome:
    """Carry out one change once its intent is on disk; without that, or after an interrupt, it is not tried."""
    if stopped:
        return outcome_of(change, "skipped", error="interrupted before it was tried")
    if not keeper.keep(_intent(change, keeper.moment())):
        return outcome_of(change, "skipped", error=f"not tried: {keeper.failure}")
    return apply_change(change, service, sleep)


def _start(plan: Plan, run_id: str, at: str) -> RunStarted:
    return RunStarted(
        at=at,
        run_id=run_id,
        command="apply",
        company_id=plan.company_id,
        digest=plan.digest,
        revision=plan.source.revision,
        changes=len(plan.changes),
        only=plan.only,
        selection=plan.selection,
        base=None if plan.only is None else plan.source.base,
    )


def declined(plan: Plan) -> ApplyReport:
    """Return the report of a plan that somebody was asked about and did not want; it has no run."""
    outcomes = tuple(outcome_of(change, "skipped", error="declined") for change in in_order(plan))
    return ApplyReport(
        format=APPLY_FORMAT, run_id="", digest=plan.digest, outcomes=outcomes, summary=_summary(outcomes)
    )


class _Keeper:
    """Records events until recording fails once; after that nothing may be written, and the rest is reported."""

    def __init__(self, journal: RunJournal, now: Callable[[], datetime.datetime]) -> None:
        self._journal = journal
        self._now = now
        self.failure: str | None = None

    def moment(self) -> str:
        """Return the moment, UTC, as the journal holds it."""
        return self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def keep(self, event: JournalEvent) -> bool:
        """Record an event; tells whether it is on disk."""
        if self.failure is not None:
            return False
        try:
            self._journal.record(event)
        except ReconcilerError as error:
            self.failure = error.message
            return False
        return True


def _intent(change: PresetChange, at: str) -> Intended:
    manager = change.workflow_manager
    return Intended(
        at=at,
        address=change.address,
        preset_id=change.preset_id,
        before=change.before,
        after=change.after,
        manager_before=manager.before.id if manager and manager.before else None,
        manager_after=manager.after.id if manager else None,
        title=change.title,
        moves=tuple(_moves(change)),
    )


def _moves(change: PresetChange) -> Iterator[Move]:
    for group in change.groups:
        for gone in group.remove:
            yield Move(login_id=gone.id, gains=False, role=group.name, login=gone.login, name=gone.name)
        for come in group.add:
            yield Move(login_id=come.id, gains=True, role=group.name, login=come.login, name=come.name)
    manager = change.workflow_manager
    if manager is not None:
        for one, gains in ((manager.before, False), (manager.after, True)):
            if one is not None:
                yield Move(login_id=one.id, gains=gains, login=one.login, name=one.name)


def _summary(outcomes: Sequence[Outcome]) -> ApplySummary:
    counts = Counter(outcome.status for outcome in outcomes)
    return msgspec.convert(counts, ApplySummary)
