"""Walks the changes of a permitted plan and writes each at most as often as is safe; it asks nobody anything.

For every change: intent on disk, read again, compare, replace the whole array, read back, outcome on disk.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

import msgspec

from reconciler.applying.comparing import describe_difference, position, write_groups
from reconciler.errors import AnswerLostError, ReconcilerError
from reconciler.model.diagnostics import HELD_UNAPPROVED
from reconciler.model.outcomes import (
    APPLY_FORMAT,
    ApplyReport,
    ApplySummary,
    Intended,
    JournalEvent,
    Outcome,
    OutcomeRecorded,
    RunFinished,
    RunStarted,
)

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence

    from reconciler.applying.comparing import Position
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.live import Preset
    from reconciler.model.outcomes import Status
    from reconciler.model.plan import Plan, PresetChange

__all__ = ["PresetService", "RunJournal", "apply_plan", "declined", "in_order"]

WRITES_ALLOWED = 3
READ_BACK_WAITS_SECONDS = (0.25, 0.5, 1.0, 2.0)


class PresetService(Protocol):
    """The two calls of the service that apply needs; both raise a ServiceError."""

    def read(self, project_id: str | None, preset_id: str) -> Preset:
        """Read one preset."""
        ...

    def replace_assignees(self, preset: Preset, groups: dict[str, tuple[str, ...]], manager_id: str | None) -> None:
        """Replace the whole array of one preset; raises AnswerLostError when it may have happened."""
        ...


class RunJournal(Protocol):
    """Where intents and outcomes go; a line is on disk when the call returns."""

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
    report: Callable[[int, Outcome], None] = lambda _done, _outcome: None,
) -> ApplyReport:
    """Carry out a plan that may be carried out; one failure does not stop the others.

    ``now`` returns the moment (UTC). ``stopped`` is called between changes: once true, the remaining changes are
    ``skipped``. ``settled`` are the outcomes of presets that were in an approved plan and are not in this one.
    ``approved`` are the digests of the approved plans. ``commits`` are the commits that this run covers. ``whole`` (all
    that the documents ask for was planned) is recorded. So is ``held``, the lines that cannot be resolved. ``report``
    receives each outcome. The journal has everything when this returns.
    """
    keeper = _Keeper(journal, now)
    start = _start(plan, journal.run_id, keeper.moment())
    presets = len(settled) + len(plan.changes)
    journal.record(msgspec.structs.replace(start, changes=presets, approved=approved, commits=commits, whole=whole))
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
        return _outcome(change, "skipped", error="interrupted before it was tried")
    if not keeper.keep(_intent(change, keeper.moment())):
        return _outcome(change, "skipped", error=f"not tried: {keeper.failure}")
    return _apply_change(change, service, sleep)


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
        base=None if plan.only is None else plan.source.base,
    )


def declined(plan: Plan) -> ApplyReport:
    """Return the report of a plan that somebody was asked about and did not want; it has no run."""
    outcomes = tuple(_outcome(change, "skipped", error="declined") for change in in_order(plan))
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


def _apply_change(change: PresetChange, service: PresetService, sleep: Callable[[float], object]) -> Outcome:
    attempts = _Attempts()
    try:
        preset = service.read(_project_id(change), change.preset_id)
        moved = _moved(change, preset)
        if moved is None and position(change, preset) == "after":
            return _outcome(change, "already")
        if moved is not None:
            return _outcome(change, "stale", error=moved)
        return _write_and_confirm(change, preset, service, sleep, attempts)
    except ReconcilerError as error:
        status: Status = "unverified" if isinstance(error, _ReadBackError) else "failed"
        return _outcome(change, status, attempts=attempts.count, error=error.message)
    except Exception as error:  # noqa: BLE001 - a defect at one preset must not hide what became of the others
        words = f"a defect of reconciler: {type(error).__name__}: {error}"
        return _outcome(change, "unverified" if attempts.count else "failed", attempts=attempts.count, error=words)


def _moved(change: PresetChange, preset: Preset) -> str | None:
    """Describe what of live is neither as planned from nor as planned to, if anything."""
    if preset.template_id != change.template.id:
        return f"live moved since the plan: the preset belongs to template {preset.template_id} now"
    if position(change, preset) == "elsewhere":
        return f"live moved since the plan: {describe_difference(change, preset)}"
    return None


class _Attempts:
    """How many writes were sent, also when one of them ends in an exception."""

    count = 0


def _write_and_confirm(
    change: PresetChange,
    preset: Preset,
    service: PresetService,
    sleep: Callable[[float], object],
    attempts: _Attempts,
) -> Outcome:
    while True:
        attempts.count += 1
        lost = _write(service, change, preset)
        preset, stands = _read_back(change, service, sleep)
        if stands == "after":
            return _outcome(change, "applied", attempts=attempts.count)
        # A lost write that left no trace is sent again; one that was answered, or that meets somebody else's
        # edit, is not.
        if lost is None or stands == "elsewhere" or attempts.count >= WRITES_ALLOWED:
            break
    found = describe_difference(change, preset) if stands == "elsewhere" else "live is still as before"
    error = f"written, but not confirmed by reading back: {found}" + (f" ({lost})" if lost is not None else "")
    status: Status = "failed" if lost is not None and stands == "before" else "unverified"
    return _outcome(change, status, attempts=attempts.count, error=error)


def _project_id(change: PresetChange) -> str | None:
    return change.project.id if change.project else None


class _ReadBackError(ReconcilerError):
    """Reading back failed: nobody knows what became of the write."""


def _write(service: PresetService, change: PresetChange, preset: Preset) -> str | None:
    """Write once what the last read showed, but for what changes; gives why the answer is lost, if it is."""
    try:
        service.replace_assignees(preset, write_groups(change, preset), _manager_id(change, preset))
    except AnswerLostError as error:
        return error.message
    return None


def _read_back(
    change: PresetChange, service: PresetService, sleep: Callable[[float], object]
) -> tuple[Preset, Position]:
    """Read until live is as planned, or patience ends: reads can lag by a second or two (docs/service.md section 6)."""
    try:
        preset = service.read(_project_id(change), change.preset_id)
        stands = position(change, preset)
        for wait in READ_BACK_WAITS_SECONDS:
            if stands == "after":
                break
            sleep(wait)
            preset = service.read(_project_id(change), change.preset_id)
            stands = position(change, preset)
    except ReconcilerError as error:
        raise _ReadBackError(f"written, and then it could not be read back: {error.message}") from error
    return preset, stands


def _manager_id(change: PresetChange, preset: Preset) -> str | None:
    if change.workflow_manager is not None:
        return change.workflow_manager.after.id
    return preset.workflow_manager.id if preset.workflow_manager else None


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
    )


def _outcome(change: PresetChange, status: Status, *, attempts: int = 0, error: str | None = None) -> Outcome:
    return Outcome(address=change.address, preset_id=change.preset_id, status=status, attempts=attempts, error=error)


def _summary(outcomes: Sequence[Outcome]) -> ApplySummary:
    counts = Counter(outcome.status for outcome in outcomes)
    return msgspec.convert(counts, ApplySummary)
