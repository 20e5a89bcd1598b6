"""``kind: source``: a source of people, for rules of teams and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import ShortText, Strict, Text
from reconciler.desired.kinds.field_words import EXPECTED, expects, says
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.named_index import index_by_name
from reconciler.desired.kinds.rule_shapes import SourceName
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.sources import Column, Dates, FileSource, Limits, Status
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.sources import SourceState

__all__ = ["KIND", "SourceShape"]

_NEEDED = ("id", "login")
_Percent = Annotated[int, Meta(ge=0, le=100)]
_Values = Annotated[list[Text], Meta(max_length=100)]


class ColumnShape(Strict, frozen=True):
    """A column with more about its values."""

    column: Annotated[ShortText, says("The name of the column, as its header has it.")]
    width: Annotated[
        Annotated[int, Meta(ge=1, le=40)] | msgspec.UnsetType,
        says("How long numbers are: with 6, 7 is read as 000007."),
    ] = UNSET
    split: Annotated[
        Annotated[str, Meta(min_length=1, max_length=5)] | msgspec.UnsetType, says("The text between several values.")
    ] = UNSET


class SourceStatusShape(Strict, frozen=True):
    """The column that says who is there. A value that is in none of the lists is an error."""

    column: Annotated[ShortText, says("The name of the column.")]
    active: Annotated[_Values, Meta(min_length=1), says("Values of people who work.")]
    absent: Annotated[_Values, says("Values of people who are on leave.")] = []
    left: Annotated[_Values, says("Values of people who left.")] = []


class DatesShape(Strict, frozen=True):
    """Columns of the first and the last day at work."""

    starts: Annotated[ShortText | msgspec.UnsetType, says("The column of the first day.")] = UNSET
    ends: Annotated[ShortText | msgspec.UnsetType, says("The column of the last day.")] = UNSET
    format: Annotated[ShortText, says("How dates are written, such as %d.%m.%Y.")] = "%Y-%m-%d"


class AgeShape(Strict, frozen=True):
    """How old a file may be."""

    days: Annotated[int, Meta(ge=1, le=366), says("The most days since the file was changed.")]


class ShrinkShape(Strict, frozen=True):
    """How many people fewer a reading may have: the larger of the two."""

    count: Annotated[int, Meta(ge=0, le=100000), says("A number of people.")] = 3
    percent: Annotated[_Percent, says("A share of the people before.")] = 10


class BlankShape(Strict, frozen=True):
    """How much blanks of an attribute may grow."""

    percent: Annotated[_Percent, says("Points of percent.")] = 5


class ReadingLimitsShape(Strict, frozen=True):
    """Limits of one reading against the one before."""

    shrink: Annotated[ShrinkShape, says("How many people fewer it may have.")] = ShrinkShape()
    blank: Annotated[BlankShape, says("How much blanks of an attribute may grow.")] = BlankShape()


class SourceShape(Strict, frozen=True):
    """A source of people: a table in a file."""

    kind: Annotated[Literal["source"], says("The kind of this document.")]
    source: Annotated[SourceName, says("The name that rules use.")]
    type: Annotated[Literal["file"], says("The type of the source.")]
    path: Annotated[str, Meta(min_length=1, max_length=1000), says("The file. RECONCILER_SOURCE_<NAME>_PATH wins.")]
    columns: Annotated[
        dict[ShortText, Annotated[ShortText | ColumnShape, expects("the name of a column, or {column: NAME}")]],
        Meta(min_length=2),
        says("Columns by the attribute that rules name. 'id' and 'login' are needed."),
        expects("columns by attribute, 'id' and 'login' among them"),
    ]
    status: Annotated[SourceStatusShape, says("The column that says who is there.")]
    sheet: Annotated[ShortText | msgspec.UnsetType, says("The sheet, where several hold rows.")] = UNSET
    encoding: Annotated[ShortText | msgspec.UnsetType, says("The encoding, where the file is not UTF-8.")] = UNSET
    skip: Annotated[int, Meta(ge=0, le=20), says("How many rows below the header are no people.")] = 0
    max_age: Annotated[AgeShape | msgspec.UnsetType, says("How old the file may be.")] = UNSET
    dates: Annotated[DatesShape, says("Columns of the first and the last day at work.")] = DatesShape()
    limits: Annotated[ReadingLimitsShape, says("Limits of one reading against the one before.")] = ReadingLimitsShape()

    rule = {EXPECTED: "a source: kind, source, type, path, columns and status"}


def _decode(document: LocatedDocument, shape: SourceShape) -> tuple[FileSource, list[Diagnostic]]:
    columns = {
        name: Column(name=comparable(one).strip())
        if isinstance(one, str)
        else Column(
            name=comparable(one.column).strip(),
            width=None if one.width is UNSET else one.width,
            split=None if one.split is UNSET else one.split,
        )
        for name, one in shape.columns.items()
    }
    states: dict[str, SourceState] = {}
    wrong = []
    for state, values in _states(shape.status):
        for value in values:
            if states.setdefault(value, state) != state:
                words = f"the status '{value}' is in two lists: keep one"
                wrong.append(_error("documents/source", words, document, "status"))
    for name in _NEEDED:
        if name not in columns:
            words = f"no column for '{name}': name the column that has it"
            wrong.append(_error("documents/source", words, document, "columns"))
    source = FileSource(
        name=shape.source,
        origin=document.origin(),
        path=shape.path,
        columns=columns,
        status=Status(column=comparable(shape.status.column).strip(), states=states),
        sheet=None if shape.sheet is UNSET else shape.sheet,
        encoding=None if shape.encoding is UNSET else shape.encoding,
        skip=shape.skip,
        max_age_days=None if shape.max_age is UNSET else shape.max_age.days,
        dates=Dates(
            starts=None if shape.dates.starts is UNSET else comparable(shape.dates.starts).strip(),
            ends=None if shape.dates.ends is UNSET else comparable(shape.dates.ends).strip(),
            format=shape.dates.format,
        ),
        limits=Limits(
            shrink_count=shape.limits.shrink.count,
            shrink_percent=shape.limits.shrink.percent,
            blank_percent=shape.limits.blank.percent,
        ),
    )
    return source, wrong


def _states(shape: SourceStatusShape) -> Iterable[tuple[SourceState, list[str]]]:
    def texts(values: Iterable[str | int | bool]) -> list[str]:
        return [comparable(str(one)).strip().casefold() for one in values]

    yield "active", texts(shape.active)
    yield "absent", texts(shape.absent)
    yield "left", texts(shape.left)


def _merge(
    documents: Sequence[tuple[FileSource, list[Diagnostic]]], _reading: Reading
) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    index, twice = index_by_name((one for one, _ in documents), "source", "documents/source", "remove one")
    diagnostics = [*(one for _, wrong in documents for one in wrong), *twice]
    return {"sources": index}, diagnostics


def _error(code: str, message: str, document: LocatedDocument, key: str) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=document.origin(key))


# a source asks for nothing by itself: what it found is in the lock
KIND = Kind(name="source", shape=SourceShape, decode=_decode, merge=_merge, content=None)
