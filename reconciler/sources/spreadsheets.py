"""Reads the mapped columns of a sheet of an XLSX or ODS file."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from reconciler.errors import UnreachableError
from reconciler.sources.table_rows import DateText, NumberText, Row, pick_rows, trimmed

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_spreadsheet"]


def read_spreadsheet(content: bytes, sheet: str | None, wanted: Sequence[str], skip: int = 0) -> list[Row]:
    """Return the rows behind the header, each with the cells of the wanted columns in their order.

    Without ``sheet``, the one visible sheet that holds rows is read. Numbers are ``NumberText``, dates are ISO.

    Raises UnreachableError where the content is another kind of file, or has no such sheet or columns.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        found = _sheet(book, sheet)
        # row by row: the cells of other columns are not kept
        rows = enumerate(found.iter_rows(), start=1 if found.start is None else found.start[0] + 1)
    except (CalamineError, OSError, ValueError) as error:
        raise UnreachableError(f"the file is not a spreadsheet that can be read ({error})") from None
    return pick_rows(rows, wanted, skip, _text)


def _sheet(book: CalamineWorkbook, name: str | None) -> CalamineSheet:
    """Return the sheet of a name, or the one visible sheet that holds rows; each is parsed once."""
    if name is not None:
        if name not in book.sheet_names:
            raise UnreachableError(f"there is no sheet '{name}': there are {_listed(book.sheet_names)}")
        return book.get_sheet_by_name(name)
    visible = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
    filled = {one: found for one in visible if (found := book.get_sheet_by_name(one)).height}
    if len(filled) != 1:
        raise UnreachableError(f"name the sheet with 'sheet:': rows are in {_listed(list(filled))}")
    return next(iter(filled.values()))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{one}'" for one in names) or "none"


def _text(cell: object) -> str:
    if type(cell) is str:
        return trimmed(cell)
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return NumberText(int(cell) if float(cell).is_integer() else cell)
    if isinstance(cell, datetime.datetime):
        return DateText(cell.date().isoformat())
    if isinstance(cell, datetime.date):
        return DateText(cell.isoformat())
    return trimmed(str(cell))
