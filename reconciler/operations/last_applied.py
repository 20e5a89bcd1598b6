"""The documents of the commit that was applied last, as far as the journal or the forge know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.git.tracked import find_tracked
from reconciler.errors import ReconcilerError
from reconciler.journal import read_runs
from reconciler.operations.commits import find_waiting
from reconciler.operations.dated_documents import read_base
from reconciler.operations.forges import open_forge_here

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.documents import Documents
    from reconciler.model.outcomes import RecordedRun
    from reconciler.operations.workspace import Workspace

__all__ = ["documents_applied_last"]


def documents_applied_last(workspace: Workspace, folder: Path) -> Documents | None:
    """Return the documents of the last commit that was applied whole; null where it is not known here.

    The journal in ``folder`` is read first, then the statuses on the forge, where the environment names one. A source
    that cannot be read counts as not known.
    """
    for find in (_of_journal, _of_forge):
        try:
            revision = find(workspace, folder)
            if revision is not None:
                base = read_base(workspace.settings_file, revision, workspace.run.today)
                return base.documents_for(workspace.service.company_id)
        except ReconcilerError:
            continue  # the caller then reports the problem that made it ask
    return None


def _of_journal(workspace: Workspace, folder: Path) -> str | None:
    """Ask the journal, but for files that git tracks: a request can bring such a file."""
    company_id = workspace.service.company_id
    runs = read_runs(folder, find_tracked(workspace.root, folder))
    return next((run.revision for run in runs if run.company_id == company_id and _is_whole(run)), None)


def _is_whole(run: RecordedRun) -> bool:
    """Return whether a run applied all that the documents of its revision ask for."""
    return run.summary is not None and run.revision is not None and run.whole and run.summary.is_clean


def _of_forge(workspace: Workspace, _folder: Path) -> str | None:
    return find_waiting(open_forge_here(workspace.run), workspace).since
