"""Writes one change: read again, compare, replace the whole array, read back. Its caller keeps the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from reconciler.applying.comparing import describe_difference, position, write_groups
from reconciler.errors import AnswerLostError, ReconcilerError
from reconciler.model.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.applying.comparing import Position
    from reconciler.model.live import Preset
    from reconciler.model.outcomes import Status
    from reconciler.model.plan import PresetChange

__all__ = ["PresetService", "apply_change", "outcome_of"]

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


def apply_change(change: PresetChange, service: PresetService, sleep: Callable[[float], object]) -> Outcome:
    """Carry out one change; failures are in the outcome, and nothing is raised.

    A preset that is neither as the plan found it nor as it leaves it is ``stale``. A write without a confirmation is
    ``unverified``. ``sleep`` waits some seconds before it reads back again (docs/service.md section 6).
    """
    attempts = _Attempts()
    try:
        preset = service.read(_project_id(change), change.preset_id)
        moved = _moved(change, preset)
        if moved is None and position(change, preset) == "after":
            return outcome_of(change, "already")
        if moved is not None:
            return outcome_of(change, "stale", error=moved)
        return _write_and_confirm(change, preset, service, sleep, attempts)
    except ReconcilerError as error:
        status: Status = "unverified" if isinstance(error, _ReadBackError) else "failed"
        return outcome_of(change, status, attempts=attempts.count, error=error.message)
    except Exception as error:  # noqa: BLE001 - a defect at one preset must not hide what became of the others
        words = f"a defect of reconciler: {type(error).__name__}: {error}"
        return outcome_of(change, "unverified" if attempts.count else "failed", attempts=attempts.count, error=words)


def _moved(change: PresetChange, preset: Preset) -> str | None:
    """Return how the preset differs from both the start and the end of the plan, else null."""
    if preset.template_id != change.template.id:
        return f"Procore changed since the plan: the preset belongs to template {preset.template_id} now"
    if position(change, preset) == "elsewhere":
        return f"Procore changed since the plan: {describe_difference(change, preset)}"
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
            return outcome_of(change, "applied", attempts=attempts.count)
        # A lost write that left no trace is sent again; one that was answered, or that meets somebody else's
        # edit, is not.
        if lost is None or stands == "elsewhere" or attempts.count >= WRITES_ALLOWED:
            break
    found = describe_difference(change, preset) if stands == "elsewhere" else "nothing changed in Procore"
    error = f"written, but not confirmed by reading back: {found}" + (f" ({lost})" if lost is not None else "")
    status: Status = "failed" if lost is not None and stands == "before" else "unverified"
    return outcome_of(change, status, attempts=attempts.count, error=error)


def _project_id(change: PresetChange) -> str | None:
    return change.project.id if change.project else None


class _ReadBackError(ReconcilerError):
    """Reading back failed: nobody knows what became of the write."""


def _write(service: PresetService, change: PresetChange, preset: Preset) -> str | None:
    """Write the preset as last read, with the planned changes; return why the answer is lost, if it is."""
    try:
        service.replace_assignees(preset, write_groups(change, preset), _manager_id(change, preset))
    except AnswerLostError as error:
        return error.message
    return None


def _read_back(
    change: PresetChange, service: PresetService, sleep: Callable[[float], object]
) -> tuple[Preset, Position]:
    """Read a few times until the preset is as planned: reads can lag by seconds (docs/service.md section 6)."""
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


def outcome_of(change: PresetChange, status: Status, *, attempts: int = 0, error: str | None = None) -> Outcome:
    """Return the outcome of a change."""
    return Outcome(address=change.address, preset_id=change.preset_id, status=status, attempts=attempts, error=error)
