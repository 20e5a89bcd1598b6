"""Reads YAML strictly, keeping the place of everything; it knows nothing of what the documents mean.

PyYAML's own loaders follow YAML 1.1, accept duplicate keys, and forget places.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from reconciler.desired.yaml.events import each_document
from reconciler.desired.yaml.syntax_words import explain_syntax
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LocatedDocument", "Marks", "child", "place", "read_yaml"]

DEEPEST = 40
ALIASED_NODES_ALLOWED = 100_000
_LETTERS_A_NODE = 100  # long texts count for more, where aliases repeat them

_KEYWORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,2})?\Z")
_NUMBER_STARTS = frozenset("-0123456789")


# The places of a value, in parallel to it: of a scalar its place; of a collection its place, the places of its
# keys (none in a list) and the marks of its children by key or index. A place is the line (from 0) and, in the
# low bits, the column (from 0): large accounts hold hundreds of thousands of them.
Marks = int | tuple[int, dict[str, int], dict[str, Any]] | tuple[int, None, list[Any]]

_COLUMN_BITS = 20
_LAST_COLUMN = (1 << _COLUMN_BITS) - 1


def place(marks: Marks) -> tuple[int, int]:
    """Return line and column, from 1."""
    packed = marks if isinstance(marks, int) else marks[0]
    return (packed >> _COLUMN_BITS) + 1, (packed & _LAST_COLUMN) + 1


def child(marks: Marks, step: str | int) -> Marks:
    """Return the marks one step further; a step that leads nowhere stays here."""
    if isinstance(marks, int):
        return marks
    children: Any = marks[2]
    try:
        found: Marks = children[step]
    except (LookupError, TypeError):
        return marks
    return found


class LocatedDocument(NamedTuple):
    """One YAML document: plain values in ``data``, their places in ``marks``."""

    path: str
    data: Any
    marks: Marks

    def origin(self, *steps: str | int) -> Origin:
        """Return the place of what the steps lead to (of the key, where the last step is a key)."""
        marks = self.marks
        for step in steps[:-1]:
            marks = child(marks, step)
        if steps and not isinstance(marks, int) and marks[1] is not None and steps[-1] in marks[1]:
            return Origin(self.path, *place(marks[1][str(steps[-1])]))
        return Origin(self.path, *place(child(marks, steps[-1]) if steps else marks))


class _ReadError(Exception):
    def __init__(self, code: str, message: str, at: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        # a place, or the event that begins there
        self.place: tuple[int, int] = at if isinstance(at, tuple) else place(_at(at))


def _at(event: Any) -> int:
    mark = event.start_mark
    packed: int = mark.line << _COLUMN_BITS | mark.column & _LAST_COLUMN
    return packed


class _Builder:
    """Builds the value of one document from its events, and its marks.

    ``beyond_ascii`` says whether any key may be: then two keys can be the same name in two spellings.
    """

    def __init__(self, next_event: Callable[[], Any], *, beyond_ascii: bool) -> None:
        self._next = next_event
        self._anchors: dict[str, tuple[Any, Marks, int, int]] = {}
        self._depth = 0
        self._reached = 0
        self._nodes = 0
        self._aliased = 0
        self._beyond_ascii = beyond_ascii

    def node(self, event: Any) -> tuple[Any, Marks]:
        """Build the value that begins with an event."""
        kind = event.__class__
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        if event.tag is not None:
            raise _tag_error(event)
        if self._depth >= DEEPEST:
            raise _ReadError("documents/too-deep", f"nested deeper than {DEEPEST} levels", event)
        nodes, reached = self._nodes, self._reached
        self._nodes += 1
        self._depth += 1
        self._reached = self._depth
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        built = self._mapping(event) if kind is MappingStartEvent else self._sequence(event)
        self._depth -= 1
        if event.anchor is not None:
            self._anchors[event.anchor] = (*built, self._nodes - nodes, self._reached - self._depth)
        self._reached = max(reached, self._reached)
        return built

    def _sequence(self, start: Any) -> tuple[list[Any], Marks]:
        values: list[Any] = []
        marks: list[Marks] = []
        next_event = self._next
        while True:
            event = next_event()
            kind = event.__class__
            if kind is SequenceEndEvent:
                return values, (_at(start), None, marks)
            value, mark = self._scalar(event) if kind is ScalarEvent else self.node(event)
            values.append(value)
            marks.append(mark)

    def _mapping(self, start: Any) -> tuple[dict[str, Any], Marks]:
        values: dict[str, Any] = {}
        keys: dict[str, int] = {}
        marks: dict[str, Marks] = {}
        next_event = self._next
        while True:
            event = next_event()
            if event.__class__ is MappingEndEvent:
                if self._beyond_ascii:
                    _require_distinct(keys)
                return values, (_at(start), keys, marks)
            key = self._key(event, keys)
            keys[key] = _at(event)
            event = next_event()
            values[key], marks[key] = self._scalar(event) if event.__class__ is ScalarEvent else self.node(event)

    @staticmethod
    def _key(event: Any, keys: dict[str, int]) -> str:
        if event.__class__ is not ScalarEvent:
            raise _ReadError("documents/syntax", "a key must be text, not a list, a mapping or an alias", event)
        if event.tag is not None:
            raise _tag_error(event)
        key: str = event.value
        if key in keys:
            first = place(keys[key])[0]
            message = f"the key '{key}' is here a second time (first in line {first}); remove one"
            raise _ReadError("documents/duplicate-key", message, event)
        if key == "<<":
            raise _ReadError("documents/syntax", "merge keys ('<<') are not read; write the keys out", event)
        return key

    def _scalar(self, event: Any) -> tuple[Any, int]:
        self._nodes += 1
        value = event.value
        if event.implicit[0]:
            if value in _KEYWORDS:
                value = _KEYWORDS[value]
            elif value[0] in _NUMBER_STARTS:
                value = _number(value)
        elif event.tag is not None:
            raise _tag_error(event)
        mark = event.start_mark
        packed = mark.line << _COLUMN_BITS | mark.column & _LAST_COLUMN
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, packed, 1 + len(event.value) // _LETTERS_A_NODE, 0)
        return value, packed

    def _alias(self, event: Any) -> tuple[Any, Marks]:
        found = self._anchors.get(event.anchor)
        if found is None:
            message = f"the alias '*{event.anchor}' refers to nothing that ends before it"
            raise _ReadError("documents/alias", message, event)
        value, marks, size, height = found
        self._nodes += size
        self._aliased += size
        self._reached = max(self._reached, self._depth + height)
        if self._reached > DEEPEST:
            raise _ReadError("documents/too-deep", f"aliases nest deeper than {DEEPEST} levels", event)
        if self._aliased > ALIASED_NODES_ALLOWED:
            message = f"aliases repeat more than {ALIASED_NODES_ALLOWED:,} values; write them out or use a team"
            raise _ReadError("documents/alias", message, event)
        return value, marks


def _require_distinct(keys: dict[str, int]) -> None:
    """Refuse keys that are the same name in two spellings: people see no difference. Raises _ReadError."""
    first: dict[str, int] = {}
    for key, packed in keys.items():
        known = first.setdefault(comparable(key), packed)
        if known != packed:
            message = (
                f"the key '{key}' is here a second time (first in line {place(known)[0]}), with other spaces or "
                "accents that look the same; remove one"
            )
            raise _ReadError("documents/duplicate-key", message, place(packed))


def _tag_error(event: Any) -> _ReadError:
    return _ReadError("documents/tag", f"the tag '{event.tag}' is not allowed; remove it", event)


def _number(text: str) -> Any:
    """Read a number by the YAML 1.2 core schema, except that ``010``, ``0x1F`` and ``+1`` stay text."""
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def read_yaml(content: bytes, path: str) -> tuple[list[LocatedDocument], list[Diagnostic]]:
    """Read every document of one file; a file that cannot be read gives one diagnostic and no documents."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [], [_problem("documents/encoding", "the file is not UTF-8; save it as UTF-8", path, (line, 1))]
    try:
        return _build(text, path), []
    except _ReadError as error:
        return [], [_problem(error.code, error.message, path, error.place)]
    except yaml.MarkedYAMLError as error:
        message, at = explain_syntax(error, text)
        return [], [_problem("documents/syntax", message, path, at)]
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        return [], [_problem("documents/syntax", f"not valid YAML: {reason}", path, (1, 1))]


def _build(text: str, path: str) -> list[LocatedDocument]:
    beyond_ascii = not text.isascii() or "\\" in text  # "\u00e9" is one letter beyond it
    return [
        LocatedDocument(path, *_Builder(next_event, beyond_ascii=beyond_ascii).node(event))
        for event, next_event in each_document(text)
    ]


def _problem(code: str, message: str, path: str, at: tuple[int, int]) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=Origin(path, *at))
