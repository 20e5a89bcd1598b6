"""Returns a plan in the format asked for, and the exit code it means; it prints nothing itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from reconciler.commands.annotating import ANNOTATION_FORMATS, AnnotationFormat, annotate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.model.plan import Plan
    from reconciler.render.fitting import Budget
    from reconciler.render.view import By

__all__ = ["PLAN_FORMATS", "BudgetType", "PlanFormat", "Showing", "checked_link", "markdown_options", "plan_exit_code",
           "plan_text", "showing_options"]  # fmt: skip

PlanFormat = Literal["terminal", "markdown", "html", "json"] | AnnotationFormat
PLAN_FORMATS: tuple[PlanFormat, ...] = ("terminal", "markdown", "html", "json", *ANNOTATION_FORMATS)


_LINK = re.compile(r"(https?://[!#-;=?-Z_a-z~]{1,300})?")


class Showing(NamedTuple):
    """How a plan is to be shown; ``budget`` and ``link`` (where all of it can be seen) are for Markdown."""

    shown_as: PlanFormat
    by: By = "preset"
    budget: Budget | None = None
    link: str | None = None


class BudgetType(click.ParamType[Any]):
    """A number of characters, or of bytes with KiB or MiB behind it."""

    name = "budget"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the budget."""
        from reconciler.render.fitting import SMALLEST_BUDGET, Budget  # noqa: PLC0415 - start-up is measured

        found = re.fullmatch(r"(\d{1,9})\s*(KiB|MiB)?", str(value), re.ASCII)
        if found is None:
            self.fail(f"'{value}' is no budget; write 65536 (characters), 512KiB or 1MiB", param, ctx)
        limit = int(found[1]) * {None: 1, "KiB": 1024, "MiB": 1024 * 1024}[found[2]]
        if limit < SMALLEST_BUDGET:
            self.fail(
                f"{value} is too little for the figures and the digest; give {SMALLEST_BUDGET} or more", param, ctx
            )
        return Budget(limit, in_bytes=found[2] is not None)


def checked_link(_context: click.Context, _option: click.Parameter, link: str | None) -> str | None:
    """Return an address that can be linked to as it is, for an option; raises BadParameter for any other."""
    if link is not None and not _LINK.fullmatch(link):
        raise click.BadParameter(f"'{link}' is no address that can be linked to; write https://… without blanks")
    return link or None


def showing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--format``, ``--by``, ``--budget`` and ``--link``."""
    shown_as = click.option(
        "--format",
        "shown_as",
        type=click.Choice(PLAN_FORMATS),
        default="terminal",
        help="How to show it; the last three are for pipelines, and hold problems alone.",
    )
    return shown_as(markdown_options(command))


def markdown_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--by``, ``--budget`` and ``--link``."""
    for option in reversed(
        (
            click.option(
                "--by",
                type=click.Choice(["preset", "person"]),
                default="preset",
                help="What comes first, where or who.",
            ),
            click.option(
                "--budget",
                type=BudgetType(),
                help="Most that Markdown may take: 65536 (characters; a comment), 1MiB (bytes; a job summary).",
            ),
            click.option(
                "--link",
                metavar="URL",
                callback=checked_link,
                help="Where all of it can be seen, for Markdown that was cut.",
            ),
        )
    ):
        command = option(command)
    return command


def plan_text(plan: Plan, showing: Showing, *, color: bool, config: Path | None = None) -> str:
    """Return a plan as text; what ``--config`` says counts for the formats that hold paths of a repository."""
    if showing.shown_as in ANNOTATION_FORMATS:
        return annotate(plan.diagnostics, showing.shown_as, config, plan.company_id)
    if showing.shown_as == "json":
        from reconciler.planning import encode_plan  # noqa: PLC0415 - only the format asked for is loaded

        return encode_plan(plan).decode()
    if showing.shown_as == "markdown":
        from reconciler.render.markdown import render_plan_markdown  # noqa: PLC0415 - the same

        return render_plan_markdown(plan, by=showing.by, budget=showing.budget, link=showing.link)
    if showing.shown_as == "html":
        from reconciler.render.html import render_plan_html  # noqa: PLC0415 - the same

        return render_plan_html(plan, by=showing.by)
    from reconciler.render.terminal import render_plan  # noqa: PLC0415 - the same

    return render_plan(plan, color=color, by=showing.by)


def plan_exit_code(plan: Plan, *, detailed: bool) -> int:
    """Return 6 for an incomplete plan, 3 for a refused one, 2 for changes where that is asked for, else 0."""
    if not plan.complete:
        return 6
    if not plan.applicable:
        return 3
    return 2 if detailed and plan.changes else 0
