"""Returns results in the format asked for, and the exit codes they mean; it prints nothing itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.console.format_names import ANNOTATION_FORMATS, DRIFT_FORMATS, AnnotationFormat, PlanFormat
from reconciler.console.wall_clock import wall_clock
from reconciler.errors import UsageError
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.drift import DriftReport
from reconciler.operations.results import encode_plan, encode_report
from reconciler.operations.workspace import find_settings_place
from reconciler.render.formats.annotations import render_annotations
from reconciler.render.formats.junit import render_junit, render_junit_strict
from reconciler.render.formats.sarif import render_sarif
from reconciler.render.text.places import placed
from reconciler.render.views.drift_view import drift_view
from reconciler.render.views.view import plan_view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.outcomes import ApplyReport, RecordedRun
    from reconciler.model.plan import Plan
    from reconciler.render.views.fitted import Budget
    from reconciler.render.views.view import By, PlanView

__all__ = [
    "Showing",
    "annotate",
    "annotate_failure",
    "apply_exit_code",
    "apply_text",
    "diagnostics_text",
    "drift_exit_code",
    "plan_exit_code",
    "plan_text",
    "report_text",
    "runs_text",
]


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
        from reconciler.render.formats.markdown import render_plan_markdown  # noqa: PLC0415 - jinja2 is heavy

        return render_plan_markdown(plan, by=showing.by, budget=showing.budget, link=showing.link)
    if showing.shown_as == "html":
        return _page(plan, showing.by)
    return _view_text(plan_view(plan, showing.by), color=color)


def plan_exit_code(plan: Plan, *, detailed: bool) -> int:
    """Return 6 for an incomplete plan, 3 for a refused one, 2 for changes where that is asked for, else 0."""
    if not plan.complete:
        return 6
    if not plan.applicable:
        return 3
    return 2 if detailed and plan.changes else 0


def report_text(report: DriftReport, showing: Showing, *, color: bool) -> str:
    """Return a report as text; raises UsageError for a format that holds problems alone, or by person."""
    if showing.by != "preset":
        raise UsageError(f"a drift report is shown by preset alone, not by {showing.by}")
    if showing.shown_as == "json":
        return encode_report(report).decode()
    if showing.shown_as == "html":
        return _page(report, showing.by)
    if showing.shown_as not in DRIFT_FORMATS:
        raise UsageError(f"a drift report is shown as {', '.join(DRIFT_FORMATS)}, not as {showing.shown_as}")
    view = msgspec.structs.replace(drift_view(report), link=showing.link or "")
    if showing.shown_as == "markdown":
        from reconciler.render.formats.markdown import fitted_view  # noqa: PLC0415 - the same

        whole = "The whole of it:" if showing.link else "The whole of it: reconciler show, with the report."
        return fitted_view(view, showing.budget, whole, lambda: view)
    return _view_text(view, color=color)


def _page(result: Plan | DriftReport, by: By) -> str:
    from reconciler.render.formats import html  # noqa: PLC0415 - jinja2 is heavy

    return html.render_drift_html(result) if isinstance(result, DriftReport) else html.render_plan_html(result, by=by)


def _view_text(view: PlanView, *, color: bool) -> str:
    from reconciler.render.formats.terminal import render_view  # noqa: PLC0415 - rich is heavy

    return render_view(view, color=color)


def drift_exit_code(report: DriftReport) -> int:
    """Return 2 where anything that is not acknowledged differs, or differed when it was last seen, else 0."""
    summary = report.summary
    return 2 if summary.new or summary.known or summary.unseen > summary.unseen_acknowledged else 0


def annotate(
    diagnostics: Sequence[Diagnostic], shown_as: AnnotationFormat, config: Path | None, company_id: str | None = None
) -> str:
    """Return diagnostics in one of these formats; ``config`` is what ``--config`` says.

    ``company_id`` is whose they are, as the settings say where it is null.

    Paths are relative to the root of the git work tree that the settings file lies in, outside of git to the settings
    file. It raises nothing for settings that cannot be found.
    """
    # only the format asked for is loaded
    settings_path, company_there = find_settings_place(config, Path.cwd())
    shown = placed(diagnostics, settings_path)
    if shown_as == "github":
        return render_annotations(shown)
    if shown_as == "sarif":
        return render_sarif(shown, settings_path, company_id or company_there)
    return render_junit(shown) if shown_as == "junit" else render_junit_strict(shown, wall_clock().moment())


def annotate_failure(
    message: str, diagnostics: Sequence[Diagnostic], shown_as: AnnotationFormat, config: Path | None
) -> str:
    """Return what a command failed with; its own message is a diagnostic where no other one is an error."""
    if not has_errors(diagnostics):
        diagnostics = (*diagnostics, Diagnostic(severity="error", code="run/failed", message=message))
    return annotate(diagnostics, shown_as, config)


def apply_text(report: ApplyReport, names: Mapping[str, str], shown_as: str, *, color: bool) -> str:
    """Return what apply did as text or JSON; ``names`` are people's words for addresses."""
    if shown_as == "json":
        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    from reconciler.render.formats.terminal import render_apply  # noqa: PLC0415

    return render_apply(report, names, color=color)


def apply_exit_code(report: ApplyReport) -> int:
    """Return 4 before 5: what failed may be half done."""
    summary = report.summary
    if summary.failed or summary.unverified or summary.skipped:
        return 4
    return 5 if summary.stale or summary.held else 0


def diagnostics_text(diagnostics: Sequence[Diagnostic], *, color: bool) -> str:
    """Return problems and notes as text for people."""
    from reconciler.render.formats.terminal import render_diagnostics  # noqa: PLC0415 - rich is heavy

    return render_diagnostics(diagnostics, color=color)


def runs_text(runs: Sequence[RecordedRun], *, color: bool) -> str:
    """Return past runs as text for people."""
    from reconciler.render.formats.terminal import render_runs  # noqa: PLC0415 - rich is heavy

    return render_runs(runs, color=color)
