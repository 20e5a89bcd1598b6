"""Reads the mapped columns of a sheet of an XLSX or ODS file."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from reconciler.errors import UnreachableError
from reconciler.model.spelling import comparable
from reconciler.sources.table_rows import DateText, NumberText, Row, pick_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["read_spreadsheet"]


def read_spreadsheet(content: bytes, sheet: str | None, wanted: Sequence[str], skip: int = 0) -> list[Row]:
    """Return the rows behind the header, each with the cells of the wanted columns in their order.

    Without ``sheet``, the one visible sheet that holds rows is read. Numbers are ``NumberText``, dates are ISO.

    Raises UnreachableError where the content is another kind of file, or has no such sheet or columns.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        name = sheet if sheet is not None else _only_sheet(book)
        if name not in book.sheet_names:
            raise UnreachableError(f"there is no sheet '{name}': there are {_listed(book.sheet_names)}")
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise UnreachableError(f"the file is not a spreadsheet that can be read ({error})") from None
    return pick_rows(_cells(rows), wanted, skip)


def _only_sheet(book: CalamineWorkbook) -> str:
    visible = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
    filled = [one for one in visible if book.get_sheet_by_name(one).height]
    if len(filled) != 1:
        raise UnreachableError(f"name the sheet with 'sheet:': rows are in {_listed(filled)}")
    return filled[0]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{one}'" for one in names) or "none"


def _cells(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=1):
        yield number, [_text(one) for one in row]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return NumberText(int(cell) if float(cell).is_integer() else cell)
    if isinstance(cell, datetime.datetime):
        return DateText(cell.date().isoformat())
    if isinstance(cell, datetime.date):
        return DateText(cell.isoformat())
    return comparable(str(cell)).strip()
