"""Decides whether a plan may be carried out at all, before the first write; it looks at the plan alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.errors import IncompleteError, RefusedError, StaleError, UsageError

if TYPE_CHECKING:
    from reconciler.model.plan import Plan

__all__ = ["require_approved", "require_permission"]

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


def require_approved(plan: Plan, approved: str | None) -> None:
    """Insist on the digest that was approved, where one is given.

    Raises UsageError for a text that is no digest (an empty variable never means "go"), StaleError for
    another plan.
    """
    if approved is None:
        return
    if not _DIGEST.match(approved):
        raise UsageError("--approved is not a digest; copy 'sha256:' and the 64 digits behind it from the plan")
    if approved != plan.digest:
        raise StaleError(
            f"the approved plan is {approved}, this one is {plan.digest}: they would not do the same; "
            "review this one, or apply the approved one"
        )


def require_permission(plan: Plan, company_id: str) -> None:
    """Refuse what may not be applied.

    Raises StaleError for a plan of another company, IncompleteError when something in scope could not be
    read, RefusedError when an error stands in the plan.
    """
    if plan.company_id != company_id:
        raise StaleError(
            f"this plan is for company {plan.company_id}, the settings are for {company_id}; nothing was written"
        )
    errors = [one for one in plan.diagnostics if one.severity == "error"]
    if not plan.complete:
        raise IncompleteError(
            "the plan is incomplete: something in scope could not be read; nothing was written, plan again",
            diagnostics=errors,
        )
    if not plan.applicable:
        raise RefusedError(
            f"the plan is refused by {len(errors)} error{'s' if len(errors) != 1 else ''}; nothing was written",
            diagnostics=errors,
        )
