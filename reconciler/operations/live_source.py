"""Describes the source of plans and reports: company, documents, and Procore with the cost of reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.plan import LiveSource
from reconciler.model.provenance import Provenance
from reconciler.operations.workspace import source_of

if TYPE_CHECKING:
    from reconciler.model.live import LiveState
    from reconciler.operations.workspace import Workspace

__all__ = ["live_source", "provenance_of"]


def live_source(state: LiveState, *, from_snapshot: bool, refreshed: int | None = None) -> LiveSource:
    """Return when and from where Procore was observed, and what that cost."""
    pacing = state.pacing
    return LiveSource(
        observed_at=state.observed_at,
        source="snapshot" if from_snapshot else "api",
        requests=pacing.requests if pacing else None,
        lower_bound=pacing.lower_bound if pacing else None,
        seconds=pacing.seconds if pacing else None,
        refreshed=refreshed,
    )


def provenance_of(workspace: Workspace, live: LiveSource, *, base: str | None = None) -> Provenance:
    """Return the source of a plan of this workspace made now; ``base`` is the revision to compare with."""
    return Provenance(
        company_id=workspace.service.company_id,
        company_name=workspace.settings.company_name,
        service=workspace.plan_service,
        source=msgspec.structs.replace(source_of(workspace), base=base),
        live=live,
        created_at=workspace.run.clock.moment(),
    )
