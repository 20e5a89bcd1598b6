"""Finds the day since which due changes were not applied yet; nothing is planned here."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.desired.git.tracked import find_tracked
from reconciler.errors import UsageError
from reconciler.journal import read_runs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconciler.model.outcomes import RecordedRun
    from reconciler.operations.workspace import Workspace

__all__ = ["LAST_DUE", "due_since"]

LAST_DUE = "last"


def due_since(workspace: Workspace, journal: Path, written: str) -> datetime.date:
    """Return the day that is written, or that of the last due run in the journal.

    Without such a run it is yesterday, and a note says so. Raises UsageError for another text, and for a later day than
    today.
    """
    today, note = workspace.run.today, workspace.run.reporter.note
    if written != LAST_DUE:
        day = _day(written)
        if day > today:
            raise UsageError(f"--due {day} is to come: it names the day of the last due run, today ({today}) at most")
        return day
    tracked = find_tracked(workspace.root, journal)
    runs = [one for one in read_runs(journal, tracked) if one.company_id == workspace.service.company_id]
    known = _last(runs)
    if known is None:
        yesterday = today - datetime.timedelta(days=1)
        note(f"no due run in the journal {journal}: what is due since {yesterday} counts; another day: --due DATE")
        return yesterday
    note(f"what is due since {known} counts")
    return min(known, today)


def _last(runs: Iterable[RecordedRun]) -> datetime.date | None:
    """Return the day of the newest due run that did everything, or else the day that the oldest began at."""
    missed = None
    for run in runs:
        if run.due is None:
            continue
        if run.summary is not None and not run.open and run.summary.is_clean:
            return datetime.date.fromisoformat(run.started_at[:10])
        missed = run.due
    return missed


def _day(written: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        raise UsageError(f"'{written}' is not a day: write it as {datetime.date(2026, 12, 31)}") from None
