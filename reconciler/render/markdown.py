"""Shows a plan as Markdown for a forge; everything a template prints is escaped unless it is our own sign."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconciler.render.escaping import code_span, escape_markdown
from reconciler.render.findings import named_few
from reconciler.render.view import plan_view

if TYPE_CHECKING:
    from reconciler.model.plan import Plan

__all__ = ["render_plan_markdown"]

_SYMBOLS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}


class _Ready(str):
    """Text that is escaped already."""

    __slots__ = ()


def _finalize(value: object) -> object:
    """Escape whatever a template prints, but for what its own filter made."""
    if isinstance(value, _Ready):
        return value
    return "" if value is None else escape_markdown(str(value))


def _as_code(value: object) -> _Ready:
    """Give text to be copied: in a code span nothing is changed in it, and nobody in it is notified."""
    return _Ready(code_span(str(value)))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reconciler.render"),
        autoescape=False,  # noqa: S701 - this is no HTML; _finalize escapes every expression for Markdown
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["as_code"] = _as_code
    return environment


def render_plan_markdown(plan: Plan) -> str:
    """Give a plan as Markdown: guards first, removals before additions."""
    template = _environment().get_template("plan.md.j2")
    view = plan_view(plan)
    sections = [
        *(("", one) for one in view.sections),
        *(("drift, not these documents: ", one) for one in view.drift),
        *(("withheld: ", one) for one in view.withheld),
    ]
    text = template.render(view=view, sections=sections, symbols=_SYMBOLS, few=named_few)
    return text.rstrip("\n") + "\n"
