"""Walks the changes of a permitted plan and writes each at most as often as is safe; it asks nobody anything.

For every change: intent on disk, read again, compare, replace the whole array, read back, outcome on disk.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING, Protocol

import msgspec

from reconciler.applying.comparing import describe_difference, position, write_groups
from reconciler.errors import AnswerLostError, ReconcilerError
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
    from collections.abc import Callable, Sequence

    from reconciler.applying.comparing import Position
    from reconciler.model.live import Preset
    from reconciler.model.outcomes import Status
    from reconciler.model.plan import Plan, PresetChange

__all__ = ["PresetService", "RunJournal", "apply_plan", "in_order"]

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
    """Give the changes in the order of writing: those that only add first, each half by address."""
    return sorted(
        plan.changes,
        key=lambda change: (any(group.remove for group in change.groups), change.address),
    )


def apply_plan(
    plan: Plan,
    service: PresetService,
    journal: RunJournal,
    *,
    stopped: Callable[[], bool],
    sleep: Callable[[float], object],
    report: Callable[[int, Outcome], None] = lambda _done, _outcome: None,
) -> ApplyReport:
    """Carry out a plan that may be carried out; one failure does not stop the others.

    ``stopped`` is asked between changes: once true, what is left is ``skipped``. ``report`` is told of each
    outcome. The journal has everything when this returns.
    """
    journal.record(
        RunStarted(
            at=_now(),
            run_id=journal.run_id,
            command="apply",
            company_id=plan.company_id,
            digest=plan.digest,
            revision=plan.source.revision,
            changes=len(plan.changes),
        )
    )
    outcomes: list[Outcome] = []
    for change in in_order(plan):
        if stopped():
            outcome = _outcome(change, "skipped", error="interrupted before it was tried")
        else:
            journal.record(_intent(change))
            outcome = _apply_change(change, service, sleep)
        journal.record(OutcomeRecorded(at=_now(), outcome=outcome))
        outcomes.append(outcome)
        report(len(outcomes), outcome)
    summary = _summary(outcomes)
    journal.record(RunFinished(at=_now(), summary=summary))
    return ApplyReport(
        format=APPLY_FORMAT,
        run_id=journal.run_id,
        digest=plan.digest,
        outcomes=tuple(outcomes),
        summary=summary,
    )


def _apply_change(change: PresetChange, service: PresetService, sleep: Callable[[float], object]) -> Outcome:
    project_id = change.project.id if change.project else None
    attempts = 0
    try:
        preset = service.read(project_id, change.preset_id)
        stands = position(change, preset)
        if stands == "after":
            return _outcome(change, "already")
        if stands == "elsewhere":
            moved = describe_difference(change, preset)
            return _outcome(change, "stale", error=f"live moved since the plan: {moved}")
        manager = _manager_id(change, preset)
        while True:
            attempts += 1
            lost = _write(service, preset, write_groups(change, preset), manager)
            preset, stands = _read_back(change, service, project_id, sleep)
            if stands == "after":
                return _outcome(change, "applied", attempts=attempts)
            # A lost write that left no trace is sent again; one that was answered, or that meets somebody
            # else's edit, is not.
            if lost is None or stands == "elsewhere" or attempts >= WRITES_ALLOWED:
                found = describe_difference(change, preset) if stands == "elsewhere" else "live is still as before"
                error = f"written, but not confirmed by reading back: {found}"
                if lost is not None:
                    error = f"{error} ({lost})"
                status: Status = "failed" if lost is not None and stands == "before" else "unverified"
                return _outcome(change, status, attempts=attempts, error=error)
    except ReconcilerError as error:
        return _outcome(change, _after_error(error, attempts), attempts=attempts, error=error.message)


class _ReadBackError(ReconcilerError):
    """Reading back failed: nobody knows what became of the write."""


def _after_error(error: ReconcilerError, attempts: int) -> Status:
    return "unverified" if attempts and isinstance(error, _ReadBackError) else "failed"


def _write(
    service: PresetService, preset: Preset, groups: dict[str, tuple[str, ...]], manager: str | None
) -> str | None:
    """Write once; gives null when it was answered, or why the answer is lost."""
    try:
        service.replace_assignees(preset, groups, manager)
    except AnswerLostError as error:
        return error.message
    return None


def _read_back(
    change: PresetChange, service: PresetService, project_id: str | None, sleep: Callable[[float], object]
) -> tuple[Preset, Position]:
    """Read until live is as planned, or patience ends: reads can lag by a second or two (api.md section 6)."""
    try:
        preset = service.read(project_id, change.preset_id)
        stands = position(change, preset)
        for wait in READ_BACK_WAITS_SECONDS:
            if stands == "after":
                break
            sleep(wait)
            preset = service.read(project_id, change.preset_id)
            stands = position(change, preset)
    except ReconcilerError as error:
        raise _ReadBackError(f"written, and then it could not be read back: {error.message}") from error
    return preset, stands


def _manager_id(change: PresetChange, preset: Preset) -> str | None:
    if change.workflow_manager is not None:
        return change.workflow_manager.after.id
    return preset.workflow_manager.id if preset.workflow_manager else None


def _intent(change: PresetChange) -> Intended:
    manager = change.workflow_manager
    return Intended(
        at=_now(),
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


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
