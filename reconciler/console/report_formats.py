"""Returns drift reports in the format asked for, and the exit codes they mean; it prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.console.format_names import DRIFT_FORMATS
from reconciler.console.plan_formats import view_text
from reconciler.errors import UsageError
from reconciler.operations.results import encode_report
from reconciler.render import formats
from reconciler.render.views.drift_view import drift_view

if TYPE_CHECKING:
    from reconciler.console.plan_formats import Showing
    from reconciler.model.drift import DriftReport

__all__ = ["drift_exit_code", "report_text"]


def report_text(report: DriftReport, showing: Showing, *, color: bool) -> str:
    """Return a report as text; raises UsageError for a format that holds problems alone, or by person."""
    if showing.by != "preset":
        raise UsageError(f"a drift report is shown by preset alone, not by {showing.by}")
    if showing.shown_as == "json":
        return encode_report(report).decode()
    if showing.shown_as == "html":
        return formats.html.render_drift_html(report)
    if showing.shown_as not in DRIFT_FORMATS:
        raise UsageError(f"a drift report is shown as {', '.join(DRIFT_FORMATS)}, not as {showing.shown_as}")
    view = msgspec.structs.replace(drift_view(report), link=showing.link or "")
    if showing.shown_as == "markdown":
        whole = "The whole of it:" if showing.link else "The whole of it: reconciler show, with the report."
        return formats.markdown.fitted_view(view, showing.budget, whole, lambda: view)
    return view_text(view, color=color)


def drift_exit_code(report: DriftReport) -> int:
    """Return 2 where anything that is not acknowledged differs, or differed when it was last seen, else 0."""
    summary = report.summary
    return 2 if summary.new or summary.known or summary.unseen > summary.unseen_acknowledged else 0
