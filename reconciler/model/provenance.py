"""Defines what a plan is of: the company and service, the documents, and live, each as it was at one moment."""

from __future__ import annotations

import msgspec

from reconciler.model.documents import Source
from reconciler.model.plan import LiveSource, PlanService

__all__ = ["Provenance"]


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a plan that say what it is of, and nothing of what it does; ``created_at`` is UTC."""

    company_id: str
    company_name: str | None
    service: PlanService
    source: Source
    live: LiveSource
    created_at: str
