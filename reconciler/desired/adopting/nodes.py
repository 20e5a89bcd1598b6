"""Finds what stands where in a YAML text, by ruamel.yaml's round-trip nodes; it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Origin

__all__ = ["CannotEditError", "Nodes", "end_of", "is_block", "pair"]


class CannotEditError(Exception):
    """Something is written in a way that is not edited; the message says what and what to do."""


class Nodes:
    """The nodes of every document of a text, by the place where a key or a mapping begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._pairs: dict[tuple[int, int], tuple[Any, Any]] = {}
        self._mappings: dict[tuple[int, int], MappingNode] = {}
        for document in YAML(typ="rt", pure=True).compose_all(text):
            for node in _walk(document):
                if isinstance(node, MappingNode):
                    self._mappings.setdefault(_place(node), node)
                    self._pairs.update((_place(key), (key, value)) for key, value in node.value)

    def below(self, origin: Origin) -> tuple[Any, Any]:
        """Give a key and its value; raises CannotEditError where the value is written elsewhere, or here for others."""
        found = self._pairs.get((origin.line, origin.column))
        if found is None:
            raise CannotEditError("it could not be found in the file")
        key, value = found
        require_own(key, value)
        return found

    def mapping(self, origin: Origin) -> MappingNode:
        """Give the mapping that begins at a place, or that stands below the key there."""
        place = (origin.line, origin.column)
        key_and_value = self._pairs.get(place)
        if key_and_value is not None and key_and_value[0].value == "company":
            require_own(*key_and_value)
            value: MappingNode = key_and_value[1]
            return value
        found = self._mappings.get(place)
        if found is None:
            raise CannotEditError("it could not be found in the file")
        return found

    def line_start(self, index: int) -> int:
        """Give where the line of a character begins."""
        return self.text.rfind("\n", 0, index) + 1

    def next_line(self, index: int) -> int:
        """Give where the line behind that of a character begins: the end of the text, where there is none."""
        at = self.text.find("\n", index)
        return len(self.text) if at < 0 else at + 1


def require_own(key: Node, value: Node) -> None:
    """Raise CannotEditError for a value that is an alias, or that other places may name as one."""
    if value.start_mark.index < key.start_mark.index:
        raise CannotEditError("an alias (*) stands there; write the list out in its place")
    if value.anchor is not None:
        raise CannotEditError(f"it has an anchor (&{value.anchor}), so others may share it; write the lists out")


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _walk(node: Node) -> Iterator[Node]:
    """Give every node once, whatever aliases lead to it."""
    seen: set[int] = set()
    ahead = [node]
    while ahead:
        one = ahead.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, SequenceNode):
            ahead.extend(one.value)
        elif isinstance(one, MappingNode):
            ahead.extend(part for both in one.value for part in both)


def is_block(node: Node) -> bool:
    """Tell whether a list or mapping stands on lines of its own, without brackets."""
    return isinstance(node, SequenceNode | MappingNode) and not node.flow_style


def pair(mapping: MappingNode, name: str) -> tuple[Any, Any] | None:
    """Give a key with its value."""
    return next(((key, value) for key, value in mapping.value if key.value == name), None)


def end_of(node: Node) -> int:
    """Give where the last letter of a node ends: a block's own end lies behind blank lines and comments."""
    if is_block(node) and node.value:
        last: Any = node.value[-1]
        before = last[0] if isinstance(node, MappingNode) else node
        child = last[1] if isinstance(node, MappingNode) else last
        if child.start_mark.index < before.start_mark.index:
            raise CannotEditError("an alias (*) stands there; write it out in its place")
        return end_of(child)
    if isinstance(node, ScalarNode) and node.style in {"|", ">"}:
        raise CannotEditError("a text over several lines stands there; write it in one line")
    end: int = node.end_mark.index
    return end
