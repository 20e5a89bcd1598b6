"""Reads YAML strictly, keeping the place of everything; it knows nothing of what the documents mean.

PyYAML's C parser gives the events; values are built here because its loaders read scalars the 1.1 way, take
the last of two duplicate keys, and forget places.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.model.diagnostics import Diagnostic, Origin

__all__ = ["LocatedDocument", "Marks", "read_yaml"]

DEEPEST = 40
ALIASED_NODES_ALLOWED = 100_000

_KEYWORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,2})?\Z")
_NUMBER_STARTS = frozenset("-0123456789")
_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Marks:
    """Places parallel to a value: ``keys`` and ``children`` by key or index; scalars have neither."""

    __slots__ = ("children", "column", "keys", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.keys: dict[str, tuple[int, int]] = {}
        self.children: Any = None

    def child(self, step: str | int) -> Marks:
        """Give the marks one step further; a step that leads nowhere stays here."""
        children = self.children
        try:
            found = children[step]
        except (LookupError, TypeError):
            return self
        return found if isinstance(found, Marks) else _scalar_marks(found)

    def place(self, step: str | int | None = None) -> tuple[int, int]:
        """Give line and column (from 1) of this value, of its key ``step``, or of its item ``step``."""
        if isinstance(step, str) and step in self.keys:
            return self.keys[step]
        if step is not None and self.children is not None:
            found = self.child(step)
            return found.line, found.column
        return self.line, self.column


def _scalar_marks(place: tuple[int, int]) -> Marks:
    return Marks(*place)


class LocatedDocument(NamedTuple):
    """One YAML document: plain values in ``data``, their places in ``marks``."""

    path: str
    data: Any
    marks: Marks

    def origin(self, *steps: str | int) -> Origin:
        """Give the place of what the steps lead to (of the key, where the last step is a key)."""
        marks = self.marks
        for step in steps[:-1]:
            marks = marks.child(step)
        return Origin(self.path, *marks.place(steps[-1] if steps else None))


class _ReadError(Exception):
    def __init__(self, code: str, message: str, mark: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = (mark.line + 1, mark.column + 1)


class _Frame:
    __slots__ = ("anchor", "container", "is_mapping", "key", "marks", "nodes_before")

    def __init__(self, event: Any, *, is_mapping: bool, nodes_before: int) -> None:
        mark = event.start_mark
        self.is_mapping = is_mapping
        self.container: Any = {} if is_mapping else []
        self.marks = Marks(mark.line + 1, mark.column + 1)
        self.marks.children = {} if is_mapping else []
        self.key: str | None = None
        self.anchor = event.anchor
        self.nodes_before = nodes_before


class _Builder:
    """Turns the events of one document into a value and its marks."""

    def __init__(self) -> None:
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, Any, int]] = {}
        self.nodes = 0
        self.aliased = 0
        self.root: Any = None
        self.root_marks: Any = (1, 1)

    def attach(self, value: Any, place: Any, mark: Any) -> None:
        if not self.stack:
            self.root, self.root_marks = value, place
            return
        frame = self.stack[-1]
        if not frame.is_mapping:
            frame.container.append(value)
            frame.marks.children.append(place)
        elif frame.key is None:
            raise _ReadError("documents/syntax", "a key must be text, not a list or a mapping", mark)
        else:
            frame.container[frame.key] = value
            frame.marks.children[frame.key] = place
            frame.key = None

    def scalar(self, event: Any) -> None:
        if event.tag is not None:
            raise _ReadError("documents/tag", f"the tag '{event.tag}' is not allowed; remove it", event.start_mark)
        mark = event.start_mark
        text: str = event.value
        stack = self.stack
        self.nodes += 1
        if stack and stack[-1].is_mapping and stack[-1].key is None:
            self._key(stack[-1], text, mark)
            return
        value: Any = _resolve(text) if event.implicit[0] else text
        place = (mark.line + 1, mark.column + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, place, 1)
        self.attach(value, place, mark)

    def _key(self, frame: _Frame, text: str, mark: Any) -> None:
        keys = frame.marks.keys
        if text in keys:
            message = f"the key '{text}' stands here a second time (first in line {keys[text][0]}); remove one"
            raise _ReadError("documents/duplicate-key", message, mark)
        if text == "<<":
            raise _ReadError("documents/syntax", "merge keys ('<<') are not read; write the keys out", mark)
        keys[text] = (mark.line + 1, mark.column + 1)
        frame.key = text

    def open(self, event: Any, *, is_mapping: bool) -> None:
        if event.tag is not None:
            raise _ReadError("documents/tag", f"the tag '{event.tag}' is not allowed; remove it", event.start_mark)
        if len(self.stack) >= DEEPEST:
            raise _ReadError("documents/too-deep", f"nested deeper than {DEEPEST} levels", event.start_mark)
        self.nodes += 1
        if event.anchor is not None:
            self.anchors.pop(event.anchor, None)
        self.stack.append(_Frame(event, is_mapping=is_mapping, nodes_before=self.nodes))

    def close(self, event: Any) -> None:
        frame = self.stack.pop()
        if frame.anchor is not None:
            size = self.nodes - frame.nodes_before + 1
            self.anchors[frame.anchor] = (frame.container, frame.marks, size)
        self.attach(frame.container, frame.marks, event.start_mark)

    def alias(self, event: Any) -> None:
        found = self.anchors.get(event.anchor)
        if found is None:
            message = f"the alias '*{event.anchor}' refers to nothing that ends before it"
            raise _ReadError("documents/alias", message, event.start_mark)
        value, place, size = found
        self.nodes += size
        self.aliased += size
        if self.aliased > ALIASED_NODES_ALLOWED:
            message = f"aliases repeat more than {ALIASED_NODES_ALLOWED:,} values; write them out or use a team"
            raise _ReadError("documents/alias", message, event.start_mark)
        self.attach(value, place, event.start_mark)


def _resolve(text: str) -> Any:
    """Read a plain scalar by the YAML 1.2 core schema, except that ``010``, ``0x1F`` and ``+1`` stay text."""
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    if text[0] in _NUMBER_STARTS:
        if _INTEGER.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
    return text


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
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = f"not valid YAML: {error.problem or error.context or 'unreadable'}"
        return [], [_problem("documents/syntax", message, path, place)]
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        return [], [_problem("documents/syntax", f"not valid YAML: {reason}", path, (1, 1))]


def _build(text: str, path: str) -> list[LocatedDocument]:
    loader = _Parser(text)
    documents: list[LocatedDocument] = []
    builder = _Builder()
    next_event = loader.get_event
    try:
        while True:
            event = next_event()
            kind = event.__class__
            if kind is ScalarEvent:
                builder.scalar(event)
            elif kind is MappingStartEvent:
                builder.open(event, is_mapping=True)
            elif kind is SequenceStartEvent:
                builder.open(event, is_mapping=False)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                builder.close(event)
            elif kind is AliasEvent:
                builder.alias(event)
            elif kind is DocumentStartEvent:
                builder = _Builder()
            elif kind is DocumentEndEvent:
                marks = builder.root_marks
                located = marks if isinstance(marks, Marks) else _scalar_marks(marks)
                documents.append(LocatedDocument(path, builder.root, located))
            elif kind is StreamEndEvent:
                return documents
    finally:
        loader.dispose()


def _problem(code: str, message: str, path: str, place: tuple[int, int]) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=Origin(path, *place))
