"""Shows a plan as Markdown for a forge; everything a template prints is escaped unless it is our own sign."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconciler.render.escaping import escape_markdown
from reconciler.render.view import named_few, plan_view

if TYPE_CHECKING:
    from reconciler.model.plan import Plan

__all__ = ["render_plan_markdown"]

_SYMBOLS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}


def _finalize(value: object) -> object:
    """Escape whatever a template prints: there is no expression in it that brings markup of its own."""
    return "" if value is None else escape_markdown(str(value))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reconciler.render"),
        autoescape=False,  # noqa: S701 - this is no HTML; _finalize escapes every expression for Markdown
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_plan_markdown(plan: Plan) -> str:
    """Give a plan as Markdown: guards first, removals before additions."""
    template = _environment().get_template("plan.md.j2")
    text = template.render(view=plan_view(plan), symbols=_SYMBOLS, few=named_few)
    return text.rstrip("\n") + "\n"
