"""Reports what apply did, where and as what it was asked for; it carries nothing out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from reconciler.commands.options import emit, note
from reconciler.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.commands.options import Common
    from reconciler.model.outcomes import ApplyReport

__all__ = ["Telling", "apply_exit_code", "emit_report"]


class Telling(NamedTuple):
    """Where the result goes, and as what."""

    common: Common
    shown_as: str
    out: Path | None


def emit_report(report: ApplyReport, names: Mapping[str, str], telling: Telling) -> None:
    """Show the report, with people's words for addresses; on the next stream where the first takes nothing."""
    common, shown_as, out = telling
    text = _report_text(report, names, shown_as, color=out is None and common.color(sys.stdout))
    try:
        emit(text, out)
    except FileError as error:
        # what was written to the service must be told, wherever that is possible
        if out is None:
            sys.stderr.write(text)
            raise
        note(f"{error.message}; the report goes to stdout", common)
        emit(text)


def _report_text(report: ApplyReport, names: Mapping[str, str], shown_as: str, *, color: bool) -> str:
    if shown_as == "json":
        import msgspec  # noqa: PLC0415

        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    from reconciler.render.terminal import render_apply  # noqa: PLC0415

    return render_apply(report, names, color=color)


def apply_exit_code(report: ApplyReport) -> int:
    """Return 4 before 5: what failed may be half done."""
    summary = report.summary
    if summary.failed or summary.unverified or summary.skipped:
        return 4
    return 5 if summary.stale or summary.held else 0
