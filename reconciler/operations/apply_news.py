"""Reports how an apply ended to an issue, metrics and chats, as drift does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import ReconcilerError
from reconciler.model.alerts import FinishedApply
from reconciler.operations.alarms import News, tell_everyone
from reconciler.operations.workspace import open_workspace
from reconciler.render.messages.apply_alarms import apply_issue, apply_message, apply_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.model.alerts import DriftIssue, Message, Metric
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.outcomes import ApplyReport
    from reconciler.operations.alarms import Alarms
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace

__all__ = ["applied", "open_workspace_or_tell", "refused", "tell_of_apply"]

_JOB = "reconciler_apply"
_GOOD = ("applied", "already")


def applied(workspace: Workspace, report: ApplyReport, code: int | None, words: str | None = None) -> FinishedApply:
    """Return how an apply with a report ended; a code other than 0 has lines."""
    counts = {name: count for name, count in msgspec.structs.asdict(report.summary).items() if count}
    told = words or ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "nothing to apply"
    wrong = [one for one in report.outcomes if one.status not in _GOOD]
    lines = [f"{one.status}: {one.address}{f': {one.error}' if one.error else ''}" for one in wrong]
    lines += [one.message for one in report.held]
    return _finished(workspace, code, told, tuple(lines), counts)


def refused(workspace: Workspace, code: int | None, message: str, diagnostics: Sequence[Diagnostic]) -> FinishedApply:
    """Return how an apply ended that wrote nothing, or of which no report is left."""
    errors = tuple(_line(one) for one in diagnostics if one.severity == "error")
    return _finished(workspace, code, message, errors, {})


def open_workspace_or_tell(alarms: Alarms, run: Run, settings_file: Path | None) -> Workspace:
    """Open the workspace; if its settings cannot be read, notify chats, since the company of the issue is not known."""
    try:
        return open_workspace(run, settings_file)
    except ReconcilerError as error:
        finished = FinishedApply(
            company_id="unknown",
            company_name=None,
            code=error.exit_code,
            words=error.message,
            lines=tuple(_line(one) for one in error.diagnostics) or (error.message,),
            outcomes={},
            at=run.clock.moment(),
        )
        tell_of_apply(alarms._replace(forge=None, metrics_at=None, gateway=None), finished, run)
        raise


def _line(one: Diagnostic) -> str:
    return f"{one.origin}: {one.message}" if one.origin else one.message


def _finished(
    workspace: Workspace, code: int | None, words: str, lines: tuple[str, ...], outcomes: dict[str, int]
) -> FinishedApply:
    return FinishedApply(
        company_id=workspace.service.company_id,
        company_name=workspace.settings.company_name,
        code=code,
        words=words if code in {0, None} or "exit code" in words else f"{words} (exit code {code})",
        lines=() if code == 0 else lines or (words,),
        outcomes=outcomes,
        at=workspace.run.clock.moment(),
    )


def tell_of_apply(alarms: Alarms, finished: FinishedApply, run: Run) -> int:
    """Notify everyone; return what ``tell_everyone`` returns."""

    def issue() -> DriftIssue:
        return apply_issue(finished, alarms.link)

    def metrics(before: float) -> tuple[Metric, ...]:
        return apply_metrics(finished, before)

    def message() -> Message | None:
        return apply_message(finished, alarms.link)

    news = News(finished.company_id, _JOB, issue, metrics, message, counter="reconciler_apply_failures")
    return tell_everyone(alarms, news, run)
