"""Edits lists between brackets, on one line or several; lines without a person who moves stay as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.desired.editing.lines import Splice, added_lines, blank_before_comment, without_lines
from reconciler.desired.editing.nodes import CannotEditError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.desired.editing.nodes import Node, Nodes
    from reconciler.model.adoption import EditList

__all__ = ["between_brackets", "emptied_brackets"]

_COMMA = re.compile(r"[ \t]*,[ \t]*")
_REST = re.compile(r"[ \t]*(#[^\n]*?)?\r?\n")  # nothing more on the line, perhaps but a comment


def between_brackets(nodes: Nodes, value: Node, edit: EditList, stay: Sequence[int]) -> Iterator[Splice]:
    """Yield the splices of a list; ``stay`` are the items that do not go. Raises CannotEditError for odd commas."""
    if "\n" not in nodes.text[value.start : value.end]:
        yield (value.start, value.end, _rewritten(nodes.text, value, edit, stay))
        return
    _require_commas(nodes.text, value)
    for index, texts in sorted(edit.replaced.items()):
        if texts:
            yield _replaced(nodes.text, value.children[index], texts)
        else:
            yield from _taken_out(nodes, value, index, stay)
    if edit.appended:
        yield from _appended(nodes, value, edit.appended, stay)


def emptied_brackets(nodes: Nodes, value: Node, nothing: str) -> Iterator[Splice]:
    """Leave nobody; comments between the brackets stay there."""
    if "#" not in nodes.text[value.start : value.end]:
        yield (value.start, value.end, nothing)
        return
    before, _, behind = nothing.partition("[]")
    yield (value.start, value.start, before)
    _require_commas(nodes.text, value)
    for index in range(len(value.children)):
        yield from _taken_out(nodes, value, index, ())
    yield (value.end, value.end, behind)


def _rewritten(text: str, value: Node, edit: EditList, stay: Sequence[int]) -> str:
    """Return a list on one line, with the blanks it has."""
    items = value.children
    if not items:
        return f"[{', '.join(edit.appended)}]"
    parts: list[str] = []
    for index in stay:
        between = text[items[index - 1].end : items[index].start] if parts else ""
        written = text[items[index].start : items[index].end]
        parts.append(between + ", ".join(edit.replaced.get(index, (written,))))
    listed = ", ".join(("".join(parts), *edit.appended) if parts else edit.appended)
    return f"{text[value.start : items[0].start]}{listed}{text[items[-1].end : value.end]}"


def _require_commas(text: str, value: Node) -> None:
    if any(_COMMA.match(text, item.end) is None for item in value.children[:-1]):
        raise CannotEditError("not every comma follows its person directly; write them so")


def _replaced(text: str, item: Node, texts: Sequence[str]) -> Splice:
    if "#" in text[item.start : item.end]:
        raise CannotEditError("a comment is inside of what would be replaced; edit that by hand")
    return (item.start, item.end, ", ".join(texts) + blank_before_comment(text, item.end))


def _taken_out(nodes: Nodes, value: Node, index: int, stay: Sequence[int]) -> Iterator[Splice]:
    """Take an item out with its comma: with its lines, where it has them alone, and the comment behind it."""
    text, item = nodes.text, value.children[index]
    comma = _COMMA.match(text, item.end)
    end = item.end if comma is None else comma.end()
    rest = _REST.match(text, end)
    if rest is not None and not text[nodes.line_start(item.start) : item.start].strip():
        yield from without_lines(nodes, item)
        return
    if "\n" in text[item.start : item.end] and "#" in text[item.start : item.end]:
        raise CannotEditError("a comment is inside of what would be removed; edit that by hand")
    shares = any(nodes.line_start(value.children[one].end) == nodes.line_start(item.start) for one in stay)
    if rest is not None:
        start = len(text[: item.start].rstrip(" \t"))
        behind = rest.end(1) if rest[1] and not shares else end
        yield (start, len(text[:behind].rstrip(" \t")), "")
    elif comma is None and index - 1 in stay and "\n" not in text[value.children[index - 1].end : item.start]:
        yield (value.children[index - 1].end, item.end, "")
    else:
        yield (item.start, end, "")


def _appended(nodes: Nodes, value: Node, texts: Sequence[str], stay: Sequence[int]) -> Iterator[Splice]:
    """Put people behind the last one who stays, each on a line where that one has a line alone."""
    if not stay:
        yield (value.start + 1, value.start + 1, ", ".join(texts))
        return
    text, last = nodes.text, value.children[stay[-1]]
    indent = text[nodes.line_start(last.start) : last.start]
    comma = _COMMA.match(text, last.end)
    alone = not indent.strip() and _REST.match(text, last.end if comma is None else comma.end()) is not None
    if not alone:
        inline = "".join(f", {one}" for one in texts)
        yield (last.end, last.end, inline + blank_before_comment(text, last.end))
        return
    lines = [f"{indent}{one}," for one in texts]
    if comma is None:
        yield (last.end, last.end, ",")
        lines[-1] = lines[-1].removesuffix(",")
    yield added_lines(nodes, last.end, lines)
