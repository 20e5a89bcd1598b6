"""Whether a plan is older than what was applied since; it compares moments and reads no file."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.clock import in_files
from reconciler.errors import StaleError
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.outcomes import AppliedPreset
    from reconciler.model.plan import Plan

__all__ = ["require_none_older"]

_AHEAD = datetime.timedelta(minutes=1)  # clocks of two machines that are kept right differ by less
_BEGINNING = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def require_none_older(plans: Sequence[Plan], applied: Iterable[AppliedPreset], now: datetime.datetime) -> None:
    """Refuse a plan if another plan was applied to one of its presets after it was made.

    Running a plan again is allowed. Plans record their time in whole seconds: a plan applied within that second is not
    later. A plan dated in the future has no usable time. In that case every application of another plan counts as
    later. Raises StaleError.
    """
    latest: dict[str, list[AppliedPreset]] = {}
    for one in sorted(applied, key=lambda one: (one.at, one.run_id), reverse=True):
        latest.setdefault(one.address, []).append(one)
    older = [found for plan in plans for found in _older(plan, latest, now)]
    if older:
        presets = counted(len(older), "preset was", "presets were")
        raise StaleError(
            f"{presets} applied by another plan after this one was made: plan again, or add --allow-older",
            diagnostics=older,
        )


def _older(plan: Plan, latest: dict[str, list[AppliedPreset]], now: datetime.datetime) -> list[Diagnostic]:
    made = _moment(plan.created_at)
    known = made is not None and made <= now + _AHEAD
    since = made if made is not None and known else _BEGINNING
    clocks = "" if known else f"; by the clock of this machine it is {in_files(now)} now"
    found = []
    for change in plan.changes:
        for one in latest.get(change.address, []):
            at = _moment(one.at)
            if plan.digest in one.digests or (at is not None and at.replace(microsecond=0) <= since):
                continue
            message = (
                f"{change.title}: run {one.run_id} applied another plan at {one.at}, this one was made at "
                f"{plan.created_at}"
            )
            found.append(
                Diagnostic(
                    severity="error", code="policy/older-plan", message=f"{message}{clocks}", address=change.address
                )
            )
            break
    return found


def _moment(text: str) -> datetime.datetime | None:
    """Return a moment as files hold it; null for anything else."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
