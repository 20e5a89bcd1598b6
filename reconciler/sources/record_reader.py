"""Turns rows of a source into people; only mapped columns are ever held."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import DocumentsError, UnreachableError
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.readings import Reading, Record
from reconciler.sources.table_rows import DateText, NumberText, SeveralTexts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.sources import Column, PeopleSource, SourceState
    from reconciler.sources.table_rows import Row

__all__ = ["RecordReader"]

_OWN = ("id", "login", "name")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_ERRORS_OF_CELLS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")


class _Cells(NamedTuple):
    """The places of mapped columns in a row."""

    attributes: dict[str, int]
    status: int
    starts: int | None
    ends: int | None


class RecordReader:
    """Turns rows into people; ``needed`` are the columns that each row must have, in this order.

    ``noun`` is the word for a row in messages, and ``today`` the day (UTC) that first and last days are compared with.
    """

    def __init__(self, source: PeopleSource, wanted: Iterable[str], today: datetime.date, *, noun: str = "row") -> None:
        self._source = source
        self._columns = {one: source.columns[one] for one in dict.fromkeys((*_OWN, *wanted)) if one in source.columns}
        dates = source.dates
        names = [*(one.name for one in self._columns.values()), source.status.column]
        self.needed = list(dict.fromkeys([*names, *(one for one in (dates.starts, dates.ends) if one is not None)]))
        self._cells = _Cells(
            {name: self.needed.index(one.name) for name, one in self._columns.items()},
            self.needed.index(source.status.column),
            None if dates.starts is None else self.needed.index(dates.starts),
            None if dates.ends is None else self.needed.index(dates.ends),
        )
        self._today = today
        self._noun = noun
        self._wrong: list[Diagnostic] = []
        self._places: list[tuple[str, int, Column, dict[str, _Value]]] = [
            (name, self._cells.attributes[name], column, {})
            for name, column in self._columns.items()
            if name not in _OWN
        ]

    def reading(
        self, rows: Iterable[Row], *, digest: str, as_of: datetime.date, is_open_ended: bool = False
    ) -> Reading:
        """Return everybody in these rows. ``digest`` and ``as_of`` are of the content.

        Raises DocumentsError with every row that cannot be used, and UnreachableError where there is nobody.
        """
        name = f"the source {self._source.name}"
        records = [one for one in map(self._record, rows) if one is not None]
        if self._wrong:
            raise DocumentsError(f"{name} has {self._noun}s that cannot be used", diagnostics=self._wrong)
        if not records:
            raise UnreachableError(f"{name} has nobody in it")
        there = [one for one in records if one.state != "left"]
        return Reading(
            source=self._source.name,
            records=tuple(records),
            digest=digest,
            as_of=as_of.isoformat(),
            is_open_ended=is_open_ended,
            mapped=frozenset(self._source.columns) - set(_OWN),
            filled={one: _share(there, one) for one in sorted(self._columns) if one not in _OWN},
            values=self._all_values(),
        )

    def _record(self, row: Row) -> Record | None:
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
            attributes = self._attributes(cells)
            record = Record(
                row=f"{self._noun} {number}",
                id=self._id("id", cells),
                login=self._login(cells, state),
                name=self._one("name", cells) or None if "name" in self._columns else None,
                state=state,
                attributes={name: value.keys for name, value in attributes},
            )
        except ValueError as error:
            self._add(number, str(error))
            return None
        if state != "left":
            for _, value in attributes:
                value.people += 1
        return record

    def _add(self, number: int, words: str) -> None:
        message = f"{self._noun} {number} of {self._source.name} {words}"
        self._wrong.append(
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
        value = self._one(attribute, cells)
        if not value or value.upper() in _ERRORS_OF_CELLS:
            raise ValueError(f"has no value in '{column.name}': fill it in")
        if isinstance(value, NumberText) and column.width is None:
            raise ValueError(f"has a number in '{column.name}', which may have lost zeros: write its 'width:'")
        return _filled(value, column)

    def _one(self, attribute: str, cells: tuple[str, ...]) -> str:
        """Return the one value of an attribute of which nobody has several."""
        value = cells[self._cells.attributes[attribute]]
        if not isinstance(value, SeveralTexts):
            return value
        raise ValueError(f"has several values in '{self._columns[attribute].name}': name one of them, by its type")

    def _login(self, cells: tuple[str, ...], state: SourceState) -> str:
        column = self._columns["login"]
        value = self._one("login", cells)
        if not value and state == "left":
            return ""  # addresses of people who left are often taken away
        local, at, domain = value.partition("@")
        if not (local and at and domain) or "@" in domain or len(value.split()) != 1:
            raise ValueError(f"has no e-mail address in '{column.name}': correct it there")
        return value

    def _attributes(self, cells: tuple[str, ...]) -> list[tuple[str, _Value]]:
        """Return the attributes that are not blank. Thousands of people have the same value, so each is read once."""
        found = []
        for name, at, column, known in self._places:
            written = cells[at]
            value = known.get(written)
            if value is None:
                value = known[written] = _Value(written, column)
            if value.keys:
                found.append((name, value))
        return found

    def _all_values(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Return the values of each attribute by the form they are compared in, with the number of people there."""
        values: dict[str, dict[str, tuple[str, int]]] = {}
        for name, _, _, known in self._places:
            for one in known.values():
                for key, shown in zip(one.keys, one.shown, strict=True):
                    of = values.setdefault(name, {})
                    text, count = of.get(key, (shown, 0))
                    of[key] = (text, count + one.people)
        return values


class _Value:
    """One text of a column, read once: its values as compared and as shown, and how many people have it.

    Raises ValueError for an error of a table in place of a value.
    """

    __slots__ = ("keys", "people", "shown")

    def __init__(self, written: str, column: Column) -> None:
        if written.upper() in _ERRORS_OF_CELLS:
            raise ValueError(f"has an error in '{column.name}' in place of a value: correct it there")
        if isinstance(written, SeveralTexts):
            values: Iterable[str] = written.texts
        else:
            values = written.split(column.split) if column.split else [written]
        texts = {text.casefold(): text for one in values if one.strip() and (text := _filled(one.strip(), column))}
        self.keys, self.shown = tuple(texts), tuple(texts.values())
        self.people = 0


def _share(records: list[Record], attribute: str) -> float:
    return round(sum(attribute in one.attributes for one in records) / max(len(records), 1), 4)


def _filled(value: str, column: Column) -> str:
    """Return a value with the zeros that a table took off."""
    if _SCIENTIFIC.fullmatch(value):
        raise ValueError(f"has a rounded number in '{column.name}': export that column as text")
    return value.zfill(column.width) if column.width is not None and value.isdigit() else value
