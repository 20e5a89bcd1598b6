"""Returns what apply did, now or in past runs, in the format asked for; it prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.render import formats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.outcomes import ApplyReport, RecordedRun
    from reconciler.model.selection import Selection

__all__ = ["apply_exit_code", "apply_text", "runs_text"]


def apply_text(report: ApplyReport, names: Mapping[str, str], shown_as: str, *, color: bool) -> str:
    """Return what apply did as text or JSON; ``names`` are people's words for addresses."""
    if shown_as == "json":
        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    return formats.run_pages.render_apply(report, names, color=color)


def apply_exit_code(report: ApplyReport) -> int:
    """Return 4 before 5: what failed may be half done."""
    summary = report.summary
    if summary.failed or summary.unverified or summary.skipped:
        return 4
    return 5 if summary.stale or summary.held else 0


def runs_text(
    runs: Sequence[RecordedRun],
    one: RecordedRun | None = None,
    selection: Selection | None = None,
    *,
    color: bool,
) -> str:
    """Return past runs as text for people, or ``one`` of them person by person."""
    if one is None:
        return formats.run_pages.render_runs(runs, selection, color=color)
    return formats.run_pages.render_run(one, color=color)
