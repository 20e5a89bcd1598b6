"""Shows a plan as Markdown for a forge; everything a template prints is escaped unless it is our own sign."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from reconciler.render.text.escapes import code_span, escape_address, escape_html_line, escape_markdown
from reconciler.render.views.findings import named_few
from reconciler.render.views.fitted import fit
from reconciler.render.views.view import failure_view, plan_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.failure import Failure
    from reconciler.model.plan import Plan
    from reconciler.render.views.budget import Budget
    from reconciler.render.views.view import By, PlanView

__all__ = ["fitted_view", "render_failure_markdown", "render_plan_markdown"]

MOST_UNFOLDED = 40
MOST_ALREADY = 20
_SYMBOLS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}


class _Ready(str):
    """Text that is escaped already."""

    __slots__ = ()


def _finalize(value: object) -> object:
    """Escape everything that a template prints, except what its own filter made."""
    if isinstance(value, _Ready):
        return value
    return "" if value is None else escape_markdown(str(value))


def _as_code(value: object) -> _Ready:
    """Return text to be copied: in a code span nothing is changed in it, and nobody in it is notified."""
    return _Ready(code_span(str(value)))


def _as_remedy(value: object) -> _Ready:
    """Return a way through: words as words, and the line to be pasted in a code span of its own."""
    words, dash, line = str(value).partition(" - {")
    return _Ready(f"{escape_markdown(words)} {code_span(f'- {{{line}')}" if dash else code_span(words))


def _as_address(value: object) -> _Ready:
    """Return an address behind other text, where there is one."""
    return _Ready(f" {escape_address(str(value))}" if value else "")


def _as_tagged_code(value: object) -> _Ready:
    """Return an address of ours behind a name inside HTML, where there is one, to be copied."""
    return _Ready(f" <code>{escape_html_line(str(value))}</code>" if value else "")


def _in_tag(value: object) -> _Ready:
    """Return text for inside HTML, where Markdown is not read; nobody in it is notified either."""
    return _Ready(escape_html_line(str(value)))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reconciler.render"),
        autoescape=False,  # noqa: S701 - this is not HTML; _finalize escapes every expression for Markdown
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["as_address"] = _as_address
    environment.filters["as_code"] = _as_code
    environment.filters["as_remedy"] = _as_remedy
    environment.filters["as_tagged_code"] = _as_tagged_code
    environment.filters["in_tag"] = _in_tag
    return environment


def render_plan_markdown(
    plan: Plan, *, by: By = "preset", budget: Budget | None = None, link: str | None = None
) -> str:
    """Return a plan as Markdown: guards first, removals before additions, within a budget.

    A GitHub comment holds 65,536 characters, a job summary 1 MiB. The text counts what it leaves out, and says where
    that is: at ``link``, or in the plan file. The digest is always there.
    """
    view = msgspec.structs.replace(plan_view(plan, by), link=link or "")
    whole = "The whole of it:" if link else "The whole of it: reconciler show, with the plan file."
    return fitted_view(view, budget, whole, lambda: plan_view(plan, "person"))


def render_failure_markdown(
    failure: Failure, company_id: str, *, budget: Budget | None = None, link: str | None = None
) -> str:
    """Return the problems for which no plan could be made, within a budget."""
    view = msgspec.structs.replace(failure_view(failure, company_id), link=link or "")
    whole = "All of it:" if link else "All of it: the output of the run."
    return fitted_view(view, budget, whole, lambda: view)


def fitted_view(view: PlanView, budget: Budget | None, whole: str, in_short: Callable[[], PlanView]) -> str:
    """Return a view as Markdown within a budget; ``whole`` says where the rest is, ``in_short`` lists people."""
    template = _environment().get_template("plan.md.j2")
    unfolded = sum(len(preset.rows) for section in view.sections for preset in section.presets) <= MOST_UNFOLDED

    def render(one: PlanView) -> str:
        text = template.render(
            view=one, symbols=_SYMBOLS, few=named_few, open=_Ready(" open" if unfolded else ""), most=MOST_ALREADY
        )
        return text.rstrip("\n") + "\n"

    return fit(view, budget, render, whole, in_short)
