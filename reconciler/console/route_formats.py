"""Returns what routing did in the format asked for, and the exit code; it prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.routed import ExplainedStep, RouteExplanation
from reconciler.render.formats.route_page import render_explanation, render_history, render_route, render_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.routed import JudgedRule, RoutedHistory, RoutedStep, RouteReport

__all__ = [
    "explanation_text",
    "route_exit_code",
    "route_text",
    "routed_text",
    "step_line",
]


def route_text(report: RouteReport, shown_as: str, *, color: bool) -> str:
    """Return what became of each step, as text or JSON."""
    if shown_as == "json":
        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    return render_route(report, color=color)


def explanation_text(
    explained: Sequence[tuple[RoutedStep, Sequence[JudgedRule]]], shown_as: str, *, color: bool
) -> str:
    """Return each rule with the values it saw, as text or JSON."""
    if shown_as == "json":
        steps = tuple(ExplainedStep(**msgspec.structs.asdict(step), rules=tuple(rules)) for step, rules in explained)
        answer = RouteExplanation(format="reconciler/route-explained/1", steps=steps)
        return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n"
    return render_explanation(explained, color=color)


def route_exit_code(report: RouteReport) -> int:
    """Return 4 for what failed, 3 for held answers, 2 for steps that need a person, else 0."""
    summary = report.summary
    if summary.failed:
        return 4
    if summary.held:
        return 3
    return 2 if summary.undecided or summary.no_rule or summary.left_alone or summary.overdue else 0


def step_line(at: str, step: RoutedStep) -> str:
    """Return one step as a line of a log."""
    return f"{at} {render_step(step)}\n"


def routed_text(steps: Sequence[RoutedHistory], shown_as: str, *, color: bool) -> str:
    """Return what the journal has of a workflow, as text or JSON."""
    if shown_as == "json":
        answer = {"format": "reconciler/history/1", "runs": [], "routed": steps}
        return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n"
    return render_history(steps, color=color)
