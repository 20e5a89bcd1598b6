"""Reads the mapped columns of a CSV file, as Excel and others write them; nothing is guessed."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from reconciler.errors import UnreachableError
from reconciler.sources.table_rows import Row, find_header, missing_columns, wanted_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["read_csv"]

_DELIMITERS = ",;\t|"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WIDEST_CELL = 1_000_000


def read_csv(content: bytes, encoding: str | None, wanted: Sequence[str], skip: int = 0) -> list[Row]:
    """Return the rows behind the header, each with the cells of the wanted columns in their order.

    The first ``skip`` rows of them, blank ones counted, are marked.

    The header is the first row that has every wanted column, by one of the delimiters ``, ; tab |``. Rows that are
    blank in all of these columns are left out.

    Raises UnreachableError for another kind of content: a page, a file that was cut, another encoding.
    """
    text = _text(content, encoding)
    nearest: list[str] = []
    for delimiter in _delimiters(text):
        rows = _rows(text, delimiter)
        try:
            header = find_header(rows, wanted, nearest)
        except UnreachableError:
            continue  # with a delimiter that is not that of the file, quotes may not fit
        if header is not None:
            return list(wanted_rows(rows, header, wanted, skip))
    raise missing_columns(wanted, nearest)


def _text(content: bytes, encoding: str | None) -> str:
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    encoding = marked or encoding or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreachableError(
            f"the file is not {encoding} (line {line}): save it as UTF-8, or name its encoding, such as "
            "'encoding: windows-1252'"
        ) from None
    except (LookupError, UnicodeError):
        raise UnreachableError(f"there is no encoding '{encoding}': write one such as utf-8 or windows-1252") from None
    if "\0" in text:
        raise UnreachableError("the file has NUL characters: it is another kind of file, or in UTF-16 without its mark")
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml", "{", "pk\x03")):
        raise UnreachableError("the file is a page or a document of another kind, not a CSV file")
    return text


def _delimiters(text: str) -> str:
    first = text.partition("\n")[0].strip().strip('"').lower()
    return first[4:5] if first.startswith("sep=") and len(first) > len("sep=") else _DELIMITERS


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with the number of their last line."""
    csv.field_size_limit(_WIDEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise UnreachableError(f"line {reader.line_num} is not CSV ({error}): the file may have been cut") from None
