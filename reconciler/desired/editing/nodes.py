"""Finds the place of each node in a YAML text, as the parser of documents sees it; it changes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from reconciler.desired.yaml.events import each_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.model.diagnostics import Origin

__all__ = ["CannotEditError", "Node", "Nodes", "end_of", "pair", "require_own", "require_plain"]

_LONE_RETURN = re.compile(r"\r(?!\n)")


class CannotEditError(Exception):
    """Something is written in a way that is not edited; the message says what and what to do."""


class Node:
    """A value, a key or an alias: ``start`` and ``end`` are places in the text, ``column`` is from 0.

    ``children`` are items, or keys and values in turn. ``block`` tells a list or mapping on lines of its own, without
    brackets, and a text below its key.
    """

    __slots__ = ("anchor", "block", "children", "column", "end", "kind", "line", "start", "text")

    def __init__(self, kind: Literal["scalar", "list", "mapping", "alias"], event: Any) -> None:
        self.kind = kind
        self.line: int = event.start_mark.line
        self.column: int = event.start_mark.column
        self.start: int = event.start_mark.index
        self.end: int = event.end_mark.index
        self.anchor: str | None = event.anchor
        self.text: str = event.value if kind == "scalar" else ""
        self.block: bool = event.style in {"|", ">"} if kind == "scalar" else not getattr(event, "flow_style", True)
        self.children: list[Node] = []

    @property
    def pairs(self) -> list[tuple[Node, Node]]:
        """The keys of a mapping, each with its value."""
        return list(zip(self.children[::2], self.children[1::2], strict=True))


class Nodes:
    """The nodes of every document of a text, by the place where a key or a mapping begins.

    Raises CannotEditError for a text that stopped being YAML.
    """

    def __init__(self, text: str) -> None:
        if _LONE_RETURN.search(text):
            raise CannotEditError("its lines end with a carriage return alone; save it with line feeds")
        self.text = text
        self._pairs: dict[tuple[int, int], tuple[Node, Node]] = {}
        self._mappings: dict[tuple[int, int], Node] = {}
        try:
            documents = [_node(event, next_event) for event, next_event in each_document(text)]
        except yaml.YAMLError as error:
            reason = getattr(error, "problem", None) or "unreadable"
            raise CannotEditError(f"it is not valid YAML any more: {reason}") from None
        for document in documents:
            for node in walk(document):
                if node.kind == "mapping":
                    self._mappings.setdefault(_place(node), node)
                    self._pairs.update((_place(key), (key, value)) for key, value in node.pairs)

    def below(self, origin: Origin) -> tuple[Node, Node]:
        """Return a key and its value; raise CannotEditError where others share the value or it is elsewhere."""
        found = self._pairs.get((origin.line, origin.column))
        if found is None:
            raise _not_found()
        require_own(found[1])
        return found

    def mapping(self, origin: Origin) -> Node:
        """Return the mapping that begins at a place, or the one below the key there."""
        place = (origin.line, origin.column)
        key, value = self._pairs.get(place, (None, None))
        if key is not None and value is not None and key.text == "company":
            require_own(value)
            return value
        found = self._mappings.get(place)
        if found is None:
            raise _not_found()
        return found

    def line_start(self, index: int) -> int:
        """Return where the line of a character begins."""
        return self.text.rfind("\n", 0, index) + 1

    def next_line(self, index: int) -> int:
        """Return where the line behind that of a character begins; every line has an end."""
        return self.text.index("\n", index) + 1


def _not_found() -> CannotEditError:
    return CannotEditError("it could not be found in the file")


def _node(first: Any, next_event: Callable[[], Any]) -> Node:
    """Build the node that begins with an event; documents that are read are not nested deeply."""
    event: Any = first
    if event.__class__ is ScalarEvent:
        return Node("scalar", event)
    if event.__class__ is AliasEvent:
        return Node("alias", event)
    node = Node("mapping" if event.__class__ is MappingStartEvent else "list", event)
    while True:
        event = next_event()
        if event.__class__ in {MappingEndEvent, SequenceEndEvent}:
            end: Any = event.end_mark
            node.end = end.index
            return node
        node.children.append(_node(event, next_event))


def _place(node: Node) -> tuple[int, int]:
    return node.line + 1, node.column + 1


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything in it."""
    ahead = [node]
    while ahead:
        one = ahead.pop()
        yield one
        ahead.extend(one.children)


def require_own(value: Node) -> None:
    """Raise CannotEditError for a value that is an alias, or that other places may name as one."""
    if value.kind == "alias":
        raise CannotEditError("there is an alias (*); write out what it refers to")
    if value.anchor is not None:
        raise CannotEditError(f"it has an anchor (&{value.anchor}), so others may share it; write each of them out")


def require_plain(value: Node) -> None:
    """Raise CannotEditError where a value, or anything in it, is an alias or has an anchor."""
    for node in walk(value):
        require_own(node)


def pair(mapping: Node, name: str) -> tuple[Node, Node] | None:
    """Return a key with its value."""
    return next(((key, value) for key, value in mapping.pairs if key.text == name), None)


def end_of(text: str, node: Node) -> int:
    """Return where the last letter of a node ends: a block's own end lies behind blank lines and comments."""
    if node.kind in {"list", "mapping"} and node.block and node.children:
        return end_of(text, node.children[-1])
    if node.kind == "scalar" and node.block:
        return len(text[: node.end].rstrip())
    return node.end
