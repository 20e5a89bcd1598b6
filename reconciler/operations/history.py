"""Reads past runs from the journal; it reads those files and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import FileError, UsageError
from reconciler.journal import read_run, read_runs
from reconciler.operations.recorded_parts import choose_of_runs
from reconciler.operations.workspace import journal_folder
from reconciler.settings import find_settings_file

if TYPE_CHECKING:
    from reconciler.model.outcomes import RecordedRun
    from reconciler.model.selection import Selection
    from reconciler.operations.run import Run

__all__ = ["history_folder", "read_history_of_run", "read_history_of_runs"]

_FEWEST = 4  # letters of a run's id that name it


def read_history_of_run(
    run: Run, settings_file: Path | None, journal_at: Path | None, named: str, selection: Selection | None = None
) -> RecordedRun:
    """Return one run, or a part of it, preset by preset; ``named`` is an id, its beginning, or ``last``.

    Raises UsageError if that names no run, or several, or if the run has nothing of the selection.
    """
    folder = history_folder(run, settings_file, journal_at)
    runs = read_runs(folder)
    if not runs:
        raise UsageError(f"the journal {folder} has no run yet: 'reconciler apply' leaves one")
    if named == "last":
        named = runs[0].run_id
    found = [one for one in runs if one.run_id.startswith(named)] if len(named) >= _FEWEST else []
    if len(found) != 1:
        what = f"{len(found)} runs begin with '{named}'" if found else f"the journal has no run '{named}'"
        raise UsageError(f"{what}: name one by its id, such as {runs[0].run_id}")
    (one,) = choose_of_runs([read_run(folder, found[0])], selection) or (None,)
    if one is None:
        raise UsageError(f"run {found[0].run_id} did nothing to {selection}: leave the selection out to see all of it")
    return one


def read_history_of_runs(
    run: Run, settings_file: Path | None, journal_at: Path | None, selection: Selection | None = None
) -> list[RecordedRun]:
    """Return past runs, the newest first: of the journal's folder that is given, or of the repository's own.

    With a selection these are the runs that touched it. Raises UsageError for a name that no run has.
    """
    runs = read_runs(history_folder(run, settings_file, journal_at), by_preset=selection is not None)
    return choose_of_runs(runs, selection)


def history_folder(run: Run, settings_file: Path | None, journal_at: Path | None) -> Path:
    """Return the folder of the journal; raises FileError for a given one that is not there."""
    if journal_at is not None and not journal_at.is_dir():
        raise FileError(f"there is no journal folder {journal_at}; name an existing one with --journal")
    root = find_settings_file(settings_file, run.folder).parent if journal_at is None else Path()
    return journal_folder(root, journal_at)
