"""Gives a plan in the format asked for, and the exit code it means; it prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from reconciler.model.plan import Plan

__all__ = ["PLAN_FORMATS", "PlanFormat", "plan_exit_code", "plan_text"]

PlanFormat = Literal["terminal", "markdown", "json"]
PLAN_FORMATS: tuple[PlanFormat, ...] = ("terminal", "markdown", "json")


def plan_text(plan: Plan, shown_as: PlanFormat, *, color: bool) -> str:
    """Give a plan as text."""
    if shown_as == "json":
        from reconciler.planning import encode_plan  # noqa: PLC0415 - only the format asked for is loaded

        return encode_plan(plan).decode()
    if shown_as == "markdown":
        from reconciler.render.markdown import render_plan_markdown  # noqa: PLC0415 - the same

        return render_plan_markdown(plan)
    from reconciler.render.terminal import render_plan  # noqa: PLC0415 - the same

    return render_plan(plan, color=color)


def plan_exit_code(plan: Plan, *, detailed: bool) -> int:
    """Give 6 for an incomplete plan, 3 for a refused one, 2 for changes where that is asked for, else 0."""
    if not plan.complete:
        return 6
    if not plan.applicable:
        return 3
    return 2 if detailed and plan.changes else 0
