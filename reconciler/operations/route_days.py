"""Reads days of the journal of routes: one of them whole, or the figures of the last ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.errors import DocumentsError
from reconciler.journal.route_file import route_folder
from reconciler.journal.route_records import decode_route_lines, read_route_file, route_files
from reconciler.model.routed_day import ListedDay
from reconciler.operations.history import history_folder
from reconciler.routing.day_summary import summarize_day

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.routed_day import RoutedDay
    from reconciler.operations.run import Run

__all__ = ["decode_route_day", "read_route_days"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def decode_route_day(content: bytes, path: Path) -> RoutedDay:
    """Return the report of the content of a file of the journal of routes.

    The name of the file says the day, or else its newest line. Raises DocumentsError if it cannot be used.
    """
    lines = tuple(decode_route_lines(content, path))
    day = path.stem if _DAY.fullmatch(path.stem) else None
    if day is None and not lines:
        raise DocumentsError(
            f"{path} has no whole line: name a file of the journal of routes, such as 2026-11-27.jsonl"
        )
    return summarize_day(lines, day)


def read_route_days(run: Run, settings_file: Path | None, journal_at: Path | None, limit: int) -> list[ListedDay]:
    """Return the figures of the last so many days, the newest first.

    Raises FileError for a folder that is not there, and DocumentsError for a line that cannot be read.
    """
    files = route_files(route_folder(history_folder(run, settings_file, journal_at)))
    days = (summarize_day(read_route_file(path), path.stem) for path in reversed(files[-limit:]))
    return [ListedDay(day=one.day, summary=one.summary, latency=one.latency) for one in days]
