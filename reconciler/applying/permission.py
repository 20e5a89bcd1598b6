"""Decides whether plans may be carried out at all, before the first write; it looks at the plans alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.errors import IncompleteError, RefusedError, StaleError, UsageError
from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.plan import Plan, PlanService

__all__ = ["require_approved", "require_permission"]

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


def require_approved(plans: Sequence[Plan], approved: Sequence[str]) -> None:
    """Require that the given plans are exactly the approved digests, where any digest is given.

    Raises UsageError for a text that is not a digest: an empty variable never means "go". Raises StaleError for another
    plan.
    """
    if not approved:
        return
    if not all(_DIGEST.match(one) for one in approved):
        raise UsageError("--approved is not a digest; copy 'sha256:' and the 64 digits behind it from the plan")
    given = {plan.digest for plan in plans}
    for digest in sorted(given - set(approved)):
        raise StaleError(
            f"approved is {', '.join(approved)}, this plan is {digest}: they would not do the same; "
            "review this one, or apply the approved one"
        )
    for digest in sorted(set(approved) - given):
        raise StaleError(f"the approved plan {digest} was not given; name its file as well")


def require_permission(
    plans: Sequence[Plan], company_id: str, service: PlanService, *, since: str | None = None
) -> None:
    """Refuse plans that may not be applied for this company and service.

    Raises:
        UsageError: the plans cannot be applied together, or not for the commits after ``since``.
        StaleError: a plan is for another company, other addresses or another service account.
        IncompleteError: something in scope of a plan could not be read.
        RefusedError: a plan contains an error.

    """
    for plan in plans:
        _require_permission(plan, company_id, service)
    if len({plan.adds_only for plan in plans}) > 1:
        raise UsageError("plans that only add and plans that also remove cannot be applied together; apply each alone")
    if since is not None and any(plan.adds_only for plan in plans):
        raise UsageError(
            "--since tells which commits are applied whole, and this plan leaves removals out; leave --since out, or "
            "plan all of it"
        )
    if any(plan.only is not None for plan in plans):
        # One comparison with one base decides what is skipped. Commits would also be called applied although only a
        # part of them may be.
        if len(plans) > 1:
            raise UsageError("a plan that leaves drift or requests alone cannot be applied with others; apply it alone")
        if since is not None:
            raise UsageError(
                "--since tells which commits are applied whole, and this plan leaves a part alone; leave --since out, "
                "or plan all of it"
            )


def _require_permission(plan: Plan, company_id: str, service: PlanService) -> None:
    """Refuse one plan."""
    if plan.on is not None:
        raise UsageError(
            f"this plan is for {plan.on}, and only a plan of today can be applied: on that day, run reconciler plan or "
            "reconciler apply --due"
        )
    if plan.company_id != company_id:
        raise StaleError(
            f"this plan is for company {plan.company_id}, the settings are for {company_id}; nothing was written"
        )
    if plan.service != service:
        differences = ", ".join(_differences(plan.service, service))
        raise StaleError(
            f"the settings or the environment changed since this plan was approved ({differences}), so nothing was "
            "written: plan again, and have that plan approved"
        )
    errors = [one for one in plan.diagnostics if one.severity == "error"]
    if not plan.complete:
        raise IncompleteError(
            "the plan is incomplete: something in scope could not be read; nothing was written, plan again",
            diagnostics=errors,
        )
    if not plan.applicable:
        raise RefusedError(
            f"the plan is refused by {counted(len(errors), 'error')}; nothing was written",
            diagnostics=errors,
        )


def _differences(planned: PlanService | None, now: PlanService) -> Iterator[str]:
    """Yield what differs in words: ``api_url was https://… and is https://…``."""
    names = (("api_url", "api_url"), ("auth_url", "auth_url"), ("account", "service_account"))
    for field, name in names:
        before, after = getattr(planned, field, None), getattr(now, field)
        if before != after:
            yield f"{name} was {before or 'not set'} and is {after or 'not set'}"
