"""Reads people from a table in a file; only mapped columns are ever held."""

from __future__ import annotations

import datetime
import hashlib
from typing import TYPE_CHECKING

from reconciler.errors import UnreachableError, UsageError
from reconciler.sources.csv_tables import read_csv
from reconciler.sources.record_reader import RecordReader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconciler.model.readings import Reading
    from reconciler.model.sources import FileSource
    from reconciler.sources.table_rows import Row

__all__ = ["read_file_source"]

_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CLOCKS_DIFFER = datetime.timedelta(hours=1)
_MOST_BYTES = 512 * 1024 * 1024


def read_file_source(source: FileSource, path: Path, wanted: Iterable[str], now: datetime.datetime) -> Reading:
    """Return everybody in the file of a source, with the wanted attributes alone.

    Raises UnreachableError where the file cannot be read, is too old or lacks a column. Raises
    DocumentsError with every row that cannot be used.
    """
    name = f"the source {source.name}"
    content, changed = _read_bytes(source, path, now)
    reader = RecordReader(source, wanted, now.date())
    try:
        rows = _rows(source, content, reader.needed)
    except UnreachableError as error:
        raise UnreachableError(f"{name} cannot be read from {path}: {error.message}") from None
    return reader.reading(
        rows,
        digest=hashlib.sha256(content).hexdigest()[:16],
        as_of=changed.date(),
        is_open_ended=not content.startswith(_PACKED) and not content.rstrip(b"\0").endswith((b"\n", b"\r")),
    )


def _read_bytes(source: FileSource, path: Path, now: datetime.datetime) -> tuple[bytes, datetime.datetime]:
    """Return the content of a file and when it was changed. Raises UnreachableError, also for one that is too old."""
    name = f"the source {source.name}"
    try:
        about = path.stat()
        content = path.read_bytes() if about.st_size <= _MOST_BYTES else b""
    except OSError as error:
        raise UnreachableError(
            f"{name} cannot be read from {path}: {error.strerror}; put the export there, or name it in "
            f"{source.variable('PATH')}"
        ) from error
    if not content:
        size = "is empty" if about.st_size == 0 else "is larger than 512 MiB"
        raise UnreachableError(f"{name} cannot be read from {path}: the file {size}")
    changed = datetime.datetime.fromtimestamp(about.st_mtime, datetime.UTC)
    if changed > now + _CLOCKS_DIFFER:
        raise UnreachableError(
            f"{name} has a date that is to come: {path} is of {changed:%Y-%m-%d %H:%M}, so its age is unknown"
        )
    if source.max_age_days is not None and now - changed > datetime.timedelta(days=source.max_age_days):
        raise UnreachableError(
            f"{name} is too old: {path} is of {changed:%Y-%m-%d}, and max_age is {source.max_age_days} days"
        )
    return content, changed


def _rows(source: FileSource, content: bytes, needed: list[str]) -> list[Row]:
    """Return the rows of a CSV file or of a spreadsheet, known by their first bytes."""
    if not content.startswith(_PACKED):
        return read_csv(content, source.encoding, needed, source.skip)
    try:
        from reconciler.sources.spreadsheets import read_spreadsheet  # noqa: PLC0415 - only where one is read
    except ImportError as error:
        raise UsageError(
            f"the source {source.name} is a spreadsheet: install procore-reconciler[spreadsheets] from where "
            "reconciler came from (in its checkout: pip install '.[spreadsheets]')"
        ) from error
    return read_spreadsheet(content, source.sheet, needed, source.skip)
