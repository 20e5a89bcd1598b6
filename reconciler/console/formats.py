"""Returns results in the format asked for, and the exit codes they mean; it prints nothing itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from reconciler.console.wall_clock import wall_clock
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.drift import DriftReport
    from reconciler.model.outcomes import ApplyReport
    from reconciler.model.plan import Plan
    from reconciler.render.views.fitted import Budget
    from reconciler.render.views.view import By

__all__ = [
    "ANNOTATION_FORMATS",
    "DRIFT_FORMATS",
    "PLAN_FORMATS",
    "AnnotationFormat",
    "PlanFormat",
    "Showing",
    "annotate",
    "annotate_failure",
    "apply_exit_code",
    "apply_text",
    "drift_exit_code",
    "plan_exit_code",
    "plan_text",
    "report_text",
]

AnnotationFormat = Literal["github", "sarif", "junit", "junit-strict"]
ANNOTATION_FORMATS: tuple[AnnotationFormat, ...] = ("github", "sarif", "junit", "junit-strict")
PlanFormat = Literal["terminal", "markdown", "html", "json"] | AnnotationFormat
PLAN_FORMATS: tuple[PlanFormat, ...] = ("terminal", "markdown", "html", "json", *ANNOTATION_FORMATS)
DRIFT_FORMATS = ("terminal", "markdown", "html", "json")


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
        from reconciler.operations.results import encode_plan  # noqa: PLC0415 - only the format asked for is loaded

        return encode_plan(plan).decode()
    if showing.shown_as == "markdown":
        from reconciler.render.formats.markdown import render_plan_markdown  # noqa: PLC0415 - the same

        return render_plan_markdown(plan, by=showing.by, budget=showing.budget, link=showing.link)
    if showing.shown_as == "html":
        from reconciler.render.formats.html import render_plan_html  # noqa: PLC0415 - the same

        return render_plan_html(plan, by=showing.by)
    from reconciler.render.formats.terminal import render_plan  # noqa: PLC0415 - the same

    return render_plan(plan, color=color, by=showing.by)


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
        from reconciler.operations.results import encode_report  # noqa: PLC0415 - only the format asked for is loaded

        return encode_report(report).decode()
    if showing.shown_as == "html":
        from reconciler.render.formats.html import render_drift_html  # noqa: PLC0415 - the same

        return render_drift_html(report)
    if showing.shown_as not in DRIFT_FORMATS:
        raise UsageError(f"a drift report is shown as {', '.join(DRIFT_FORMATS)}, not as {showing.shown_as}")
    import msgspec  # noqa: PLC0415 - the same

    from reconciler.render.views.drift_view import drift_view  # noqa: PLC0415 - the same

    view = msgspec.structs.replace(drift_view(report), link=showing.link or "")
    if showing.shown_as == "markdown":
        from reconciler.render.formats.markdown import fitted_view  # noqa: PLC0415 - the same

        whole = "The whole of it:" if showing.link else "The whole of it: reconciler show, with the report."
        return fitted_view(view, showing.budget, whole, lambda: view)
    from reconciler.render.formats.terminal import render_view  # noqa: PLC0415 - the same

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
    from reconciler.operations.workspace import find_settings_place  # noqa: PLC0415 - start-up is measured
    from reconciler.render.text.places import placed  # noqa: PLC0415 - the same

    settings_path, company_there = find_settings_place(config, Path.cwd())
    shown = placed(diagnostics, settings_path)
    if shown_as == "github":
        from reconciler.render.formats.annotations import render_annotations  # noqa: PLC0415 - the same

        return render_annotations(shown)
    if shown_as == "sarif":
        from reconciler.render.formats.sarif import render_sarif  # noqa: PLC0415 - the same

        return render_sarif(shown, settings_path, company_id or company_there)
    from reconciler.render.formats.junit import render_junit, render_junit_strict  # noqa: PLC0415 - the same

    return render_junit(shown) if shown_as == "junit" else render_junit_strict(shown, wall_clock().moment())


def annotate_failure(
    message: str, diagnostics: Sequence[Diagnostic], shown_as: AnnotationFormat, config: Path | None
) -> str:
    """Return what a command failed with; its own message is a diagnostic where no other one is an error."""
    from reconciler.model.diagnostics import Diagnostic, has_errors  # noqa: PLC0415 - start-up is measured

    if not has_errors(diagnostics):
        diagnostics = (*diagnostics, Diagnostic(severity="error", code="run/failed", message=message))
    return annotate(diagnostics, shown_as, config)


def apply_text(report: ApplyReport, names: Mapping[str, str], shown_as: str, *, color: bool) -> str:
    """Return what apply did as text or JSON; ``names`` are people's words for addresses."""
    if shown_as == "json":
        import msgspec  # noqa: PLC0415

        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    from reconciler.render.formats.terminal import render_apply  # noqa: PLC0415

    return render_apply(report, names, color=color)


def apply_exit_code(report: ApplyReport) -> int:
    """Return 4 before 5: what failed may be half done."""
    summary = report.summary
    if summary.failed or summary.unverified or summary.skipped:
        return 4
    return 5 if summary.stale or summary.held else 0
