"""Reads what the journal of routes has of one workflow: why software answered it, and how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.journal.route_file import route_folder
from reconciler.journal.route_records import read_route_lines
from reconciler.model.routed import RoutedHistory, RouteEscalated, RouteIntended, RouteNoted, RouteOutcome
from reconciler.operations.workspace import journal_folder
from reconciler.settings import find_settings_file

if TYPE_CHECKING:
    from reconciler.operations.run import Run

__all__ = ["read_route_history"]

_EVERY_DAY = 100_000


def read_route_history(
    run: Run, settings_file: Path | None, journal_at: Path | None, named: str
) -> list[RoutedHistory]:
    """Return each step of an instance, or of the workflows of an item, by its id; the oldest first.

    Raises UsageError if the journal has neither, and DocumentsError for a line that cannot be read.
    """
    root = find_settings_file(settings_file, run.folder).parent if journal_at is None else Path()
    folder = route_folder(journal_folder(root, journal_at))
    steps: dict[str, RoutedHistory] = {}
    found: tuple[str, str | None, str | None, str | None]
    for line in read_route_lines(folder, _EVERY_DAY):
        if isinstance(line, RouteIntended):
            found = line.instance_id, line.item_id, line.step, line.address
        elif isinstance(line, RouteNoted):
            found = line.step.instance_id, line.step.item_id, line.step.step, line.step.address
        elif isinstance(line, RouteOutcome | RouteEscalated) and line.token in steps:
            known = steps[line.token]
            found = known.instance_id, known.item_id, known.step, known.address
        else:
            continue
        if named not in found[:2]:
            continue
        lines = steps[line.token].lines if line.token in steps else ()
        if line not in lines:  # carried over from the day before
            steps[line.token] = RoutedHistory(
                instance_id=found[0], item_id=found[1], step=found[2], address=found[3], lines=(*lines, line)
            )
    if not steps:
        raise UsageError(f"the journal {folder} has no instance and no item {named}: 'reconciler route' keeps it")
    return list(steps.values())
