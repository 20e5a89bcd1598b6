"""Reads past runs from the journal; it reads those files and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import FileError
from reconciler.journal import read_runs
from reconciler.operations.workspace import journal_folder
from reconciler.settings import find_settings_file

if TYPE_CHECKING:
    from reconciler.model.outcomes import RecordedRun
    from reconciler.operations.run import Run

__all__ = ["read_history_of_runs"]


def read_history_of_runs(run: Run, settings_file: Path | None, journal_at: Path | None) -> list[RecordedRun]:
    """Return past runs, the newest first: of the journal's folder that is given, or of the repository's own."""
    if journal_at is not None and not journal_at.is_dir():
        raise FileError(f"there is no journal folder {journal_at}; name an existing one with --journal")
    root = find_settings_file(settings_file, run.folder).parent if journal_at is None else Path()
    return read_runs(journal_folder(root, journal_at))
