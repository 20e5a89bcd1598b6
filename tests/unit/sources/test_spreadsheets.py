"""Sheets of workbooks, as Excel writes them."""

from __future__ import annotations

import datetime

import pytest

from reconciler.errors import UnreachableError
from reconciler.sources.spreadsheets import read_spreadsheet
from reconciler.sources.table_rows import DateText, NumberText
from tests.support.workbooks import Cell, Error, Formula, open_document, workbook

WANTED = ("Id", "Mail", "Hired")
DAY = datetime.date(2026, 11, 26)
ROWS: list[list[Cell]] = [
    ["Id", "Name", "Mail", "Hired"],
    [7, "Ann", " ann@acme.test\u00a0", DAY],
    ["000008", "Bo", "bo@acme.test", None],
]


@pytest.mark.parametrize("from_1904", [False, True])
def test_cells(*, from_1904: bool) -> None:
    """Numbers are known as numbers, dates are dates in both calendars, and banners above the header are passed."""
    content = workbook({"Workers": [["All workers"], [], *ROWS], "Empty": []}, from_1904=from_1904)
    first, second = read_spreadsheet(content, None, WANTED)
    assert (first.number, first.cells) == (4, ("7", "ann@acme.test", "2026-11-26"))
    assert (type(first.cells[0]), type(first.cells[2])) == (NumberText, DateText)
    assert (second.cells, type(second.cells[0])) == (("000008", "bo@acme.test", ""), str)


def test_odd_cells() -> None:
    """A fraction, a truth, an error, a formula without a value, and a row that is blank where it matters."""
    rows: list[list[Cell]] = [
        ["Id", "Mail", "Hired", "More"],
        [7.5, True, Error("#N/A"), 1],
        [None, None, Formula("1+1"), "Total"],
    ]
    (only,) = read_spreadsheet(workbook({"A": rows}), None, WANTED)
    assert only.cells == ("7.5", "true", "")


def test_an_open_document() -> None:
    """A file of LibreOffice is read alike."""
    content = open_document([["Id", "Name", "Mail", "Hired"], [7, "Ann", "ann@acme.test", "26.11.2026"]])
    (only,) = read_spreadsheet(content, None, WANTED)
    assert (only.cells, type(only.cells[0])) == (("7", "ann@acme.test", "26.11.2026"), NumberText)


def test_sheets() -> None:
    """A sheet is named where several hold rows; hidden ones are read only by name."""
    book = workbook({"A": ROWS, "B": ROWS[:2], "Hidden": ROWS[:1]}, hidden=["Hidden"])
    with pytest.raises(UnreachableError, match="name the sheet with 'sheet:': rows are in 'A', 'B'"):
        read_spreadsheet(book, None, WANTED)
    assert len(read_spreadsheet(book, "B", WANTED)) == 1
    assert read_spreadsheet(book, "Hidden", WANTED) == []
    with pytest.raises(UnreachableError, match="there is no sheet 'C': there are 'A', 'B', 'Hidden'"):
        read_spreadsheet(book, "C", WANTED)
    assert len(read_spreadsheet(workbook({"A": ROWS, "Hidden": ROWS}, hidden=["Hidden"]), None, WANTED)) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 cut", "not a spreadsheet that can be read"),
        (workbook({"A": ROWS})[:600], "not a spreadsheet that can be read"),
        (workbook({"A": [["Id", "Mail"]]}), "missing 'Hired'"),
        (workbook({"A": [["Id", "Mail", "Hired", "Id"]]}), "has the column 'Id' twice"),
        (workbook({"A": []}), "rows are in none"),
    ],
)
def test_what_is_refused(content: bytes, words: str) -> None:
    """Another kind of file, one that was cut, and one without the columns."""
    with pytest.raises(UnreachableError, match=words):
        read_spreadsheet(content, None, WANTED)


def test_rows_below_the_header() -> None:
    """Those left out are marked, blank ones counted."""
    rows: list[list[Cell]] = [ROWS[0], [], ["Number", "Text", "Text", "Date"], *ROWS[1:]]
    assert [one.is_skipped for one in read_spreadsheet(workbook({"A": rows}), None, WANTED, 2)] == [True, False, False]
