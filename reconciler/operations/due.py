"""Finds the day since which due changes were not applied yet, and records it; nothing is planned here."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from reconciler.desired.git.revision import read_history
from reconciler.desired.git.tracked import find_tracked
from reconciler.errors import CredentialsError, ForgeError, UsageError
from reconciler.journal import read_runs
from reconciler.model.review import CommitStatus, due_context
from reconciler.operations.forges import open_forge_here

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconciler.forge import Forge
    from reconciler.model.outcomes import ApplyReport, RecordedRun
    from reconciler.operations.workspace import Workspace

__all__ = ["LAST_DUE", "due_since", "mark_due"]

LAST_DUE = "last"
MOST_COMMITS = 50
_DONE = "what was due until {} is done"
_DAY = re.compile(_DONE.replace("{}", r"(\d{4}-\d\d-\d\d)"))


def due_since(workspace: Workspace, journal: Path, written: str) -> datetime.date:
    """Return the day that is written, or else the one that the journal or a status of a commit has.

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
    known = _last(runs) or _of_forge(workspace)
    if known is None:
        yesterday = today - datetime.timedelta(days=1)
        note(f"no due run in the journal {journal}: what is due since {yesterday} counts; another day: --due DATE")
        return yesterday
    note(f"what is due since {known} counts")
    return min(known, today)


def mark_due(workspace: Workspace, report: ApplyReport) -> None:
    """Set the status of the commit that tells the day, if everything was done and the environment names a forge."""
    forge, history = _forge(workspace), read_history(workspace.root, None, most=1)
    if forge is None or not history or not report.summary.is_clean:
        return
    status = CommitStatus(
        context=due_context(workspace.service.company_id),
        state="success",
        description=_DONE.format(workspace.run.today),
        ref=workspace.run.environment.get("CI_DEFAULT_BRANCH") or None,
    )
    try:
        forge.mark(history[0], status)
    except ForgeError as error:
        workspace.run.reporter.note(f"the day of this run is in the journal alone: {error.message}")


def _of_forge(workspace: Workspace) -> datetime.date | None:
    """Return the day that the newest commit with such a status of our own account has."""
    forge = _forge(workspace)
    if forge is None:
        return None
    try:
        for commit in read_history(workspace.root, None, most=MOST_COMMITS):
            for one in forge.status(commit, due_context(workspace.service.company_id)).history:
                found = _DAY.fullmatch(one.description) if one.state == "success" else None
                if found is not None:
                    return datetime.date.fromisoformat(found[1])
    except ForgeError as error:
        workspace.run.reporter.note(f"the forge does not tell when the last due run was: {error.message}")
    except ValueError:
        pass  # a day that no calendar has
    return None


def _forge(workspace: Workspace) -> Forge | None:
    try:
        return open_forge_here(workspace.run)
    except (CredentialsError, UsageError):
        return None  # not in a pipeline


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
