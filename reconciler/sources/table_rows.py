"""Rows of tables: finds the header, and keeps the wanted columns alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from reconciler.errors import UnreachableError
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "DateText",
    "NumberText",
    "Row",
    "SeveralTexts",
    "find_header",
    "missing_columns",
    "pick_rows",
    "trimmed",
    "wanted_rows",
]

_HEADER_WITHIN = 50


class NumberText(str):
    """A number of a spreadsheet as text: it may have lost zeros at its beginning."""

    __slots__ = ()


class DateText(str):
    """A date of a spreadsheet as ISO text, however it is shown there."""

    __slots__ = ()


class SeveralTexts(str):  # noqa: SLOT000 - a text has no room for more slots
    """Several values of one attribute of somebody; as text they are joined."""

    texts: tuple[str, ...]

    def __new__(cls, texts: Sequence[str]) -> Self:
        """Return them as one text."""
        made = super().__new__(cls, ", ".join(texts))
        made.texts = tuple(texts)
        return made


class Row(NamedTuple):
    """The wanted cells of a row, trimmed, and its number (from 1).

    ``fault`` says what is wrong with its length. ``is_skipped`` is a row below the header that a document leaves out.
    """

    number: int
    cells: tuple[str, ...]
    fault: str | None = None
    is_skipped: bool = False


def pick_rows(
    rows: Iterator[tuple[int, Sequence[Any]]], wanted: Sequence[str], skip: int, text: Callable[[Any], str]
) -> list[Row]:
    """Return the rows behind the header; ``text`` returns a cell as trimmed text.

    Raises UnreachableError where there is no header with every wanted column.
    """
    nearest: list[str] = []
    header = find_header(rows, wanted, nearest, text)
    if header is None:
        raise missing_columns(wanted, nearest)
    return list(wanted_rows(rows, header, wanted, skip, text))


def trimmed(cell: str) -> str:
    """Return a cell in the form it is compared in, without blanks around it."""
    return cell.strip() if cell.isascii() else comparable(cell).strip()


def find_header(
    rows: Iterator[tuple[int, Sequence[Any]]],
    wanted: Sequence[str],
    nearest: list[str],
    text: Callable[[Any], str] = trimmed,
) -> list[str] | None:
    """Return the first row that has every wanted column, or null; ``nearest`` becomes the row that has most of them."""
    for _, (_, cells) in zip(range(_HEADER_WITHIN), rows, strict=False):
        header = [text(one) for one in cells]
        if set(wanted) <= set(header):
            return header
        if len(set(wanted) & set(header)) > len(set(wanted) & set(nearest)):
            nearest[:] = header
    return None


def missing_columns(wanted: Sequence[str], nearest: Sequence[str]) -> UnreachableError:
    """Return the error of a table without the wanted columns."""
    missing = ", ".join(f"'{one}'" for one in wanted if one not in nearest)
    return UnreachableError(
        f"no row among the first {_HEADER_WITHIN} has every column: missing {missing}; correct 'columns:', or the "
        "export"
    )


def wanted_rows(
    rows: Iterator[tuple[int, Sequence[Any]]],
    header: list[str],
    wanted: Sequence[str],
    skip: int,
    text: Callable[[Any], str] = trimmed,
) -> Iterator[Row]:
    """Yield the rows behind the header, those left out that are blank in every wanted column."""
    twice = [one for one in wanted if header.count(one) > 1]
    if twice:
        raise UnreachableError(f"the header has the column '{twice[0]}' twice: rename one of them in the export")
    places = [header.index(one) for one in wanted]
    width = len(header)
    for at_row, (number, cells) in enumerate(rows):
        if len(cells) == width:
            kept = tuple([text(cells[at]) for at in places])
            if any(kept):
                yield Row(number, kept, is_skipped=at_row < skip)
        elif at_row < skip:
            continue
        elif any(map(text, cells)):
            fault = f"has {len(cells)} cells, and the header has {width}: the file may have been cut"
            yield Row(number, (), fault)
