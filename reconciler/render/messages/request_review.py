"""Turns a plan, or the failure to make one, into what a pull request shows; it speaks to no forge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.phrases import counted
from reconciler.model.review import GUARDED_LABEL, REMOVES_LABEL, CommitStatus, Review, plan_context
from reconciler.render.formats.markdown import render_failure_markdown, render_plan_markdown
from reconciler.render.text.escapes import hidden_marker
from reconciler.render.views.budget import Budget

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.failure import Failure
    from reconciler.model.plan import Plan
    from reconciler.render.views.view import By

__all__ = ["COMMENT_CHARACTERS", "failure_review", "plan_review"]

COMMENT_CHARACTERS = {"github": 65_536, "gitlab": 1_000_000}
_LABELLED = {"policy/loosened", "policy/group-additions", "policy/run-additions"}
_ROOM_FOR_MARKS = 200  # characters, for what finds the comment again


def plan_review(plan: Plan, *, by: By, budget: Budget, link: str | None) -> Review:
    """Return what a pull request shows of a plan: within the budget, with the digest in comment and commit status.

    A plan that may be applied and does nothing is resolved. ``link`` is where all of it can be seen.
    """
    inner = Budget(budget.limit - _ROOM_FOR_MARKS, in_bytes=budget.in_bytes)
    guarded = bool(plan.overrides) or any(map(_is_guarded, plan.diagnostics))
    return Review(
        marker=hidden_marker("plan", plan.company_id),
        body=render_plan_markdown(plan, by=by, budget=inner, link=link),
        resolved=plan.applicable and not plan.changes and not plan.withheld,
        labels={REMOVES_LABEL: plan.summary.removals > 0, GUARDED_LABEL: guarded},
        status=_status(plan, link),
    )


def _is_guarded(one: Diagnostic) -> bool:
    """Return whether people who guard policy and settings should look: one of these changes, or a guard stops."""
    changed = one.code in _LABELLED or one.code.startswith("settings/")
    return changed or (one.severity == "error" and one.code.startswith("policy/"))


def failure_review(failure: Failure, company_id: str, *, budget: Budget, link: str | None) -> Review:
    """Return what a pull request shows where no plan could be made: the problems, and no digest to approve."""
    inner = Budget(budget.limit - _ROOM_FOR_MARKS, in_bytes=budget.in_bytes)
    return Review(
        marker=hidden_marker("plan", company_id),
        body=render_failure_markdown(failure, company_id, budget=inner, link=link),
        resolved=False,
        labels={},  # what would change is not known, so what was said of it stays
        status=CommitStatus(
            context=plan_context(company_id), state="error", description=f"no plan: {failure.message}", link=link
        ),
    )


def _status(plan: Plan, link: str | None) -> CommitStatus:
    summary = plan.summary
    if not plan.complete:
        words = "incomplete"
    elif not plan.applicable:
        words = "stopped by guards"
    elif not plan.changes:
        words = "nothing to change"
    else:
        presets = counted(summary.changed, "preset")
        words = f"+{summary.additions:,} −{summary.removals:,} in {presets}"
    return CommitStatus(
        context=plan_context(plan.company_id),
        state="success" if plan.applicable else "failure" if plan.complete else "error",
        # the digest comes first: a forge cuts a description at its end
        description=f"{plan.digest} {words}",
        link=link,
    )
