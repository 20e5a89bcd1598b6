"""Defines what a plan is made of: company, service, documents and live, each as at one moment."""

from __future__ import annotations

import msgspec

from reconciler.model.documents import Source
from reconciler.model.plan import LiveSource, PlanService

__all__ = ["Provenance"]


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a plan that say what it was made of, and when (UTC)."""

    company_id: str
    company_name: str | None
    service: PlanService
    source: Source
    live: LiveSource
    created_at: str
