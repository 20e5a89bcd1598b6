"""Returns plans in the format asked for, and the exit codes they mean; it prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.console.diagnostic_formats import annotate
from reconciler.console.format_names import ANNOTATION_FORMATS, PlanFormat
from reconciler.operations.plan_files import encode_plan
from reconciler.render import formats
from reconciler.render.views.view import plan_view

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan
    from reconciler.render.views.budget import Budget
    from reconciler.render.views.view import By, PlanView

__all__ = ["Showing", "plan_exit_code", "plan_text", "view_text"]


class Showing(NamedTuple):
    """How a plan is to be shown; ``budget`` and ``link`` (where all of it can be seen) are for Markdown."""

    shown_as: PlanFormat
    by: By = "preset"
    budget: Budget | None = None
    link: str | None = None


def plan_text(plan: Plan, showing: Showing, *, color: bool, config: Path | None = None) -> str:
    """Return a plan as text; what ``--config`` says counts for the formats that hold paths of a repository."""
    if showing.shown_as in ANNOTATION_FORMATS:
        return annotate(plan.diagnostics, showing.shown_as, config, plan.company_id)
    if showing.shown_as == "json":
        return encode_plan(plan).decode()
    if showing.shown_as == "markdown":
        return formats.markdown.render_plan_markdown(plan, by=showing.by, budget=showing.budget, link=showing.link)
    if showing.shown_as == "html":
        return formats.html.render_plan_html(plan, by=showing.by)
    return view_text(plan_view(plan, showing.by), color=color)


def view_text(view: PlanView, *, color: bool) -> str:
    """Return a view as text for people."""
    return formats.terminal.render_view(view, color=color)


def plan_exit_code(plan: Plan, *, detailed: bool) -> int:
    """Return 6 for an incomplete plan, 3 for a refused one, 2 for changes if ``detailed``, else 0."""
    if not plan.complete:
        return 6
    if not plan.applicable:
        return 3
    return 2 if detailed and plan.changes else 0
