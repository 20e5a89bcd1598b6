"""Describes when and from where live was observed, for plans and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.plan import LiveSource

if TYPE_CHECKING:
    from reconciler.model.live import LiveState

__all__ = ["live_source"]


def live_source(state: LiveState, *, from_snapshot: bool, refreshed: int | None = None) -> LiveSource:
    """Return when and from where live was observed, and what that cost."""
    pacing = state.pacing
    return LiveSource(
        observed_at=state.observed_at,
        source="snapshot" if from_snapshot else "api",
        requests=pacing.requests if pacing else None,
        lower_bound=pacing.lower_bound if pacing else None,
        seconds=pacing.seconds if pacing else None,
        refreshed=refreshed,
    )
