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
from reconciler.model.scim_paths import is_scim_path
from reconciler.model.sources import (
    Column,
    Dates,
    FileSource,
    Groups,
    LdapSource,
    Limits,
    PeopleSource,
    ScimSource,
    ServiceSource,
    Status,
)
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
_LongText = Annotated[str, Meta(min_length=1, max_length=1000)]
_A_PATH = 'write one such as userName, emails[type eq "work"].value or urn:…:User:department'


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


class SourceGroupsShape(Strict, frozen=True):
    """The groups of an LDAP directory."""

    base: Annotated[ShortText, says("The entry below which groups are.")]
    filter: Annotated[_LongText, says("The filter that finds groups.")] = "(objectClass=group)"


_OF_ALL = ("kind", "source", "type", "columns", "status", "dates", "limits")
_KEYS = {
    "file": (*_OF_ALL, "path", "sheet", "encoding", "skip", "max_age"),
    "scim": (*_OF_ALL, "url", "token_url", "scope"),
    "ldap": (*_OF_ALL, "url", "base", "filter", "groups", "ca"),
    "service": _OF_ALL,
}
_REQUIRED = {
    "file": ("path", "columns", "status"),
    "scim": ("url", "columns", "status"),
    "ldap": ("url", "base", "columns", "status"),
    "service": (),
}


def _by_type() -> list[dict[str, Any]]:
    """Return the rules for the keys of each type."""
    return [
        {
            "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
            "then": {
                "required": list(_REQUIRED[name]),
                "propertyNames": {"enum": list(keys), EXPECTED: f"a key of a source of type {name}"},
            },
        }
        for name, keys in _KEYS.items()
    ]


class SourceShape(Strict, frozen=True):
    """A source of people: a table in a file, a SCIM server, an LDAP directory, or the directory of Procore."""

    rule = {"allOf": _by_type(), EXPECTED: "a source: kind, source, type, and the keys of that type"}

    kind: Annotated[Literal["source"], says("The kind of this document.")]
    source: Annotated[SourceName, says("The name that rules use.")]
    type: Annotated[Literal["file", "scim", "ldap", "service"], says("The type of the source.")]
    path: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1000)] | msgspec.UnsetType,
        says("Of a file: where it is. RECONCILER_SOURCE_<NAME>_PATH wins."),
    ] = UNSET
    url: Annotated[
        _LongText | msgspec.UnsetType, says("Of a server: its address. RECONCILER_SOURCE_<NAME>_URL wins.")
    ] = UNSET
    token_url: Annotated[_LongText | msgspec.UnsetType, says("Of SCIM: the address that gives out tokens.")] = UNSET
    scope: Annotated[ShortText | msgspec.UnsetType, says("Of SCIM: the scope of tokens.")] = UNSET
    base: Annotated[ShortText | msgspec.UnsetType, says("Of LDAP: the entry below which people are.")] = UNSET
    filter: Annotated[_LongText | msgspec.UnsetType, says("Of LDAP: the filter that finds people.")] = UNSET
    groups: Annotated[SourceGroupsShape | msgspec.UnsetType, says("Of LDAP: the groups.")] = UNSET
    ca: Annotated[ShortText | msgspec.UnsetType, says("Of LDAP: a file with the certificate to trust.")] = UNSET
    columns: Annotated[
        Annotated[
            dict[ShortText, Annotated[ShortText | ColumnShape, expects("the name of a column, or {column: NAME}")]],
            Meta(min_length=1),
        ]
        | msgspec.UnsetType,
        says("Columns by the attribute that rules name. 'id' and 'login' are needed, but for Procore's directory."),
        expects("columns by attribute, 'id' and 'login' among them"),
    ] = UNSET
    status: Annotated[SourceStatusShape | msgspec.UnsetType, says("The column that says who is there.")] = UNSET
    sheet: Annotated[ShortText | msgspec.UnsetType, says("Of a file: the sheet, where several hold rows.")] = UNSET
    encoding: Annotated[ShortText | msgspec.UnsetType, says("Of a file: the encoding, where it is not UTF-8.")] = UNSET
    skip: Annotated[
        Annotated[int, Meta(ge=0, le=20)] | msgspec.UnsetType,
        says("Of a file: how many rows below the header are no people."),
    ] = UNSET
    max_age: Annotated[AgeShape | msgspec.UnsetType, says("Of a file: how old it may be.")] = UNSET
    dates: Annotated[DatesShape, says("Columns of the first and the last day at work.")] = DatesShape()
    limits: Annotated[ReadingLimitsShape, says("Limits of one reading against the one before.")] = ReadingLimitsShape()

    def __post_init__(self) -> None:
        """Refuse keys of another type, and a type without the keys that it needs."""
        given = {name for name in self.__struct_fields__ if getattr(self, name) is not UNSET}
        if not given <= {*_KEYS[self.type]} or not given >= {*_REQUIRED[self.type]}:
            raise ValueError("keys of another type")


_SERVICE_COLUMNS = {
    "id": "employee_id", "login": "email_address", "name": "name", "title": "job_title", "company": "vendor",
}  # fmt: skip
_SERVICE_STATUS = SourceStatusShape(column="is_active", active=["true"], left=["false"])


def _decode(document: LocatedDocument, shape: SourceShape) -> tuple[PeopleSource, list[Diagnostic]]:
    of_service = _SERVICE_COLUMNS if shape.type == "service" else {}
    columns = {
        name: _column(one) for name, one in (of_service | ({} if shape.columns is UNSET else shape.columns)).items()
    }
    status = _SERVICE_STATUS if shape.status is UNSET else shape.status
    states: dict[str, SourceState] = {}
    wrong = []
    for state, values in _states(status):
        for value in values:
            if states.setdefault(value, state) != state:
                words = f"the status '{value}' is in two lists: keep one"
                wrong.append(_error("documents/source", words, document, "status"))
    for name in _NEEDED:
        if name not in columns:
            words = f"no column for '{name}': name the column that has it"
            wrong.append(_error("documents/source", words, document, "columns"))
    if shape.type == "scim":
        dates = (shape.dates.starts, shape.dates.ends)
        names = [*(one.name for one in columns.values()), status.column, *(one for one in dates if one is not UNSET)]
        wrong.extend(
            _error("documents/source", f"'{one}' is not a path of a SCIM attribute: {_A_PATH}", document, "columns")
            for one in names
            if not is_scim_path(str(one))
        )
    common: dict[str, Any] = {
        "name": shape.source,
        "origin": document.origin(),
        "columns": columns,
        "status": Status(column=comparable(status.column).strip(), states=states),
        "dates": Dates(
            starts=None if shape.dates.starts is UNSET else comparable(shape.dates.starts).strip(),
            ends=None if shape.dates.ends is UNSET else comparable(shape.dates.ends).strip(),
            format=shape.dates.format,
        ),
        "limits": Limits(
            shrink_count=shape.limits.shrink.count,
            shrink_percent=shape.limits.shrink.percent,
            blank_percent=shape.limits.blank.percent,
        ),
    }
    return _of_type(shape, common), wrong


def _column(shape: str | ColumnShape) -> Column:
    if isinstance(shape, str):
        return Column(name=comparable(shape).strip())
    return Column(
        name=comparable(shape.column).strip(),
        width=None if shape.width is UNSET else shape.width,
        split=None if shape.split is UNSET else shape.split,
    )


def _of_type(shape: SourceShape, common: dict[str, Any]) -> PeopleSource:
    if shape.type == "service":
        return ServiceSource(**common)
    if shape.type == "scim":
        return ScimSource(
            **common,
            url=str(shape.url),
            token_url=None if shape.token_url is UNSET else shape.token_url,
            scope=None if shape.scope is UNSET else shape.scope,
        )
    if shape.type == "ldap":
        groups = None if shape.groups is UNSET else Groups(base=shape.groups.base, filter=shape.groups.filter)
        return LdapSource(
            **common,
            url=str(shape.url),
            base=str(shape.base),
            filter="(objectClass=person)" if shape.filter is UNSET else shape.filter,
            groups=groups,
            ca=None if shape.ca is UNSET else shape.ca,
        )
    return FileSource(
        **common,
        path=str(shape.path),
        sheet=None if shape.sheet is UNSET else shape.sheet,
        encoding=None if shape.encoding is UNSET else shape.encoding,
        skip=0 if shape.skip is UNSET else shape.skip,
        max_age_days=None if shape.max_age is UNSET else shape.max_age.days,
    )


def _states(shape: SourceStatusShape) -> Iterable[tuple[SourceState, list[str]]]:
    def texts(values: Iterable[str | int | bool]) -> list[str]:
        return [comparable(str(one)).strip().casefold() for one in values]

    yield "active", texts(shape.active)
    yield "absent", texts(shape.absent)
    yield "left", texts(shape.left)


def _merge(
    documents: Sequence[tuple[PeopleSource, list[Diagnostic]]], _reading: Reading
) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    index, twice = index_by_name((one for one, _ in documents), "source", "documents/source", "remove one")
    diagnostics = [*(one for _, wrong in documents for one in wrong), *twice]
    return {"sources": index}, diagnostics


def _error(code: str, message: str, document: LocatedDocument, key: str) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=document.origin(key))


# a source asks for nothing by itself: what it found is in the lock
KIND = Kind(name="source", shape=SourceShape, decode=_decode, merge=_merge, content=None)
