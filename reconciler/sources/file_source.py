"""Reads people from a table in a file; only mapped columns are ever held."""

from __future__ import annotations

import datetime
import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import DocumentsError, UnreachableError, UsageError
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.readings import Reading, Record
from reconciler.sources.csv_tables import read_csv
from reconciler.sources.table_rows import DateText, NumberText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reconciler.model.sources import Column, FileSource, SourceState
    from reconciler.sources.table_rows import Row

__all__ = ["read_file_source"]

_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OWN = ("id", "login", "name")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_CLOCKS_DIFFER = datetime.timedelta(hours=1)
_MOST_BYTES = 512 * 1024 * 1024
_ERRORS_OF_CELLS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")


class _Cells(NamedTuple):
    """The places of mapped columns in a row."""

    attributes: dict[str, int]
    status: int
    starts: int | None
    ends: int | None


def read_file_source(source: FileSource, path: Path, wanted: Iterable[str], now: datetime.datetime) -> Reading:
    """Return everybody in the file of a source, with the wanted attributes alone.

    Raises UnreachableError where the file cannot be read, is too old or lacks a column. Raises
    DocumentsError with every row that cannot be used.
    """
    name = f"the source {source.name}"
    content, changed = _read_bytes(source, path, now)
    columns = {one: source.columns[one] for one in dict.fromkeys((*_OWN, *wanted)) if one in source.columns}
    dates = (source.dates.starts, source.dates.ends)
    needed = [*(one.name for one in columns.values()), source.status.column, *(one for one in dates if one is not None)]
    needed = list(dict.fromkeys(needed))
    try:
        rows = _rows(source, content, needed)
    except UnreachableError as error:
        raise UnreachableError(f"{name} cannot be read from {path}: {error.message}") from None
    reader = _Reader(source, columns, needed, now.date())
    records = [one for one in map(reader.record, rows) if one is not None]
    if reader.wrong:
        raise DocumentsError(f"{name} has rows that cannot be used", diagnostics=reader.wrong)
    if not records:
        raise UnreachableError(f"{name} has nobody in it: {path} holds a header and no rows")
    there = [one for one in records if one.state != "left"]
    return Reading(
        source=source.name,
        records=tuple(records),
        digest=hashlib.sha256(content).hexdigest()[:16],
        as_of=changed.date().isoformat(),
        is_open_ended=not content.startswith(_PACKED) and not content.rstrip(b"\0").endswith((b"\n", b"\r")),
        mapped=frozenset(source.columns) - set(_OWN),
        filled={one: _share(there, one) for one in sorted(columns) if one not in _OWN},
        values=reader.values,
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
            f"{source.path_variable}"
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


def _share(records: list[Record], attribute: str) -> float:
    return round(sum(attribute in one.attributes for one in records) / max(len(records), 1), 4)


class _Reader:
    """Turns rows into records; ``wrong`` collects what cannot be used, by row."""

    def __init__(self, source: FileSource, columns: dict[str, Column], header: list[str], today: datetime.date) -> None:
        self._source = source
        self._columns = columns
        dates = source.dates
        self._cells = _Cells(
            {name: header.index(one.name) for name, one in columns.items()},
            header.index(source.status.column),
            None if dates.starts is None else header.index(dates.starts),
            None if dates.ends is None else header.index(dates.ends),
        )
        self._today = today
        self.wrong: list[Diagnostic] = []
        self.values: dict[str, dict[str, tuple[str, int]]] = {}

    def record(self, row: Row) -> Record | None:
        """Return the person of a row; null for somebody who is not there yet, and what is wrong."""
        number, cells, fault, is_skipped = row
        if fault is not None:
            self._add(number, fault)
            return None
        if is_skipped:
            if self._status(cells) is not None:
                self._add(number, "is left out by 'skip:', and has the status of a person: lower it")
            return None
        try:
            state = self._state(cells)
            if state is None:
                return None
            shown = dict(self._attributes(cells))
            record = Record(
                row=f"row {number}",
                id=self._id("id", cells),
                login=self._login(cells, state),
                name=cells[self._cells.attributes["name"]] or None if "name" in self._columns else None,
                state=state,
                attributes={name: tuple(texts) for name, texts in shown.items()},
            )
        except ValueError as error:
            self._add(number, str(error))
            return None
        self._count(shown, is_there=state != "left")
        return record

    def _add(self, number: int, words: str) -> None:
        message = f"row {number} of {self._source.name} {words}"
        self.wrong.append(
            Diagnostic(severity="error", code="people/source", message=message, origin=self._source.origin)
        )

    def _state(self, cells: tuple[str, ...]) -> SourceState | None:
        """Return who is there; null for somebody whose first day is to come. A last day that is over counts as left."""
        written = cells[self._cells.status]
        state = self._status(cells)
        if not written:
            raise ValueError(f"has no status in '{self._source.status.column}': fill it in")
        if state is None:
            raise ValueError(f"has the status '{written}', which is in no list of 'status:': add it to the right one")
        if state != "left":
            starts, ends = self._day(cells, self._cells.starts), self._day(cells, self._cells.ends)
            if ends is not None and ends < self._today:
                return "left"
            if starts is not None and starts > self._today:
                return None
        return state

    def _status(self, cells: tuple[str, ...]) -> SourceState | None:
        return self._source.status.states.get(cells[self._cells.status].casefold())

    def _day(self, cells: tuple[str, ...], at: int | None) -> datetime.date | None:
        if at is None or not cells[at]:
            return None
        if isinstance(cells[at], DateText):
            return datetime.date.fromisoformat(cells[at])
        try:
            return datetime.datetime.strptime(cells[at], self._source.dates.format).replace(tzinfo=datetime.UTC).date()
        except ValueError:
            raise ValueError(
                f"has a date that is not written as {self._source.dates.format}: change 'format:' of 'dates:'"
            ) from None

    def _id(self, attribute: str, cells: tuple[str, ...]) -> str:
        column = self._columns[attribute]
        value = cells[self._cells.attributes[attribute]]
        if not value or value.upper() in _ERRORS_OF_CELLS:
            raise ValueError(f"has no value in '{column.name}': fill it in")
        if isinstance(value, NumberText) and column.width is None:
            raise ValueError(f"has a number in '{column.name}', which may have lost zeros: write its 'width:'")
        return _filled(value, column)

    def _login(self, cells: tuple[str, ...], state: SourceState) -> str:
        column = self._columns["login"]
        value = cells[self._cells.attributes["login"]]
        if not value and state == "left":
            return ""  # addresses of people who left are often taken away
        local, at, domain = value.partition("@")
        if not (local and at and domain) or "@" in domain or any(one.isspace() for one in value):
            raise ValueError(f"has no e-mail address in '{column.name}': correct it there")
        return value

    def _attributes(self, cells: tuple[str, ...]) -> Iterable[tuple[str, dict[str, str]]]:
        """Yield the values of attributes that are not blank: as they are written, by the form they are compared in."""
        for name, column in self._columns.items():
            if name in _OWN:
                continue
            written = cells[self._cells.attributes[name]]
            if written.upper() in _ERRORS_OF_CELLS:
                raise ValueError(f"has an error in '{column.name}' in place of a value: correct it there")
            values = written.split(column.split) if column.split else [written]
            texts = [_filled(one.strip(), column) for one in values if one.strip()]
            if texts:
                yield name, {one.casefold(): one for one in texts}

    def _count(self, shown: Mapping[str, Mapping[str, str]], *, is_there: bool) -> None:
        for name, texts in shown.items():
            known = self.values.setdefault(name, {})
            for value, written in texts.items():
                text, count = known.get(value, (written, 0))
                known[value] = (text, count + is_there)


def _filled(value: str, column: Column) -> str:
    """Return a value with the zeros that a table took off."""
    if _SCIENTIFIC.fullmatch(value):
        raise ValueError(f"has a rounded number in '{column.name}': export that column as text")
    return value.zfill(column.width) if column.width is not None and value.isdigit() else value
