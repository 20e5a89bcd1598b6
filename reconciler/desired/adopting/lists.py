"""Changes lists of people in a text, whichever way they are written; comments on lines of their own all stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from reconciler.desired.adopting.nodes import CannotEditError, end_of, is_block, pair, require_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.desired.adopting.nodes import Nodes
    from reconciler.model.adoption import EditList

__all__ = ["Splice", "added_lines", "edit_list"]

Splice = tuple[int, int, str]
_DASH = re.compile(r"[ ]*-[ ]+")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
NOBODY = "{members: [], allow_empty: true}"


def edit_list(nodes: Nodes, edit: EditList) -> list[Splice]:
    """Give the splices of one list; raises CannotEditError for what is not edited."""
    key, value = nodes.below(edit.origin)
    around = None
    if isinstance(value, MappingNode):
        around = value
        found = pair(value, "members")
        if found is None:
            raise CannotEditError("it could not be found in the file")
        key, value = found
        require_own(key, value)
    for item in value.value:
        if item.anchor is not None or item.start_mark.index < value.start_mark.index:
            raise CannotEditError("there are anchors or aliases (&, *) in the list; write it out")
    left = [index for index in range(len(value.value)) if edit.replaced.get(index, ("",))]
    if not left and edit.appended and value.value:
        edit = msgspec.structs.replace(edit, replaced={**edit.replaced, 0: edit.appended}, appended=())
        left = [0]
    if not left and not edit.appended:
        return list(_emptied(nodes, key, value, around, is_group=edit.is_group))
    if is_block(value):
        return list(_block_list(nodes, value, edit))
    return list(_flow_list(nodes, value, edit, left))


def _emptied(
    nodes: Nodes, key: Node, value: SequenceNode, around: MappingNode | None, *, is_group: bool
) -> Iterator[Splice]:
    """Say that nobody is left, as a document must."""
    nothing = NOBODY if is_group and around is None else "[]"
    if is_block(value):
        colon = nodes.text.find(":", key.end_mark.index)
        yield (colon + 1, colon + 1, f" {nothing}")
        for item in value.value:
            yield from _without_lines(nodes, item)
    else:
        yield from _emptied_brackets(nodes, value, nothing)
    if around is not None:
        yield from _allowing_empty(nodes, around)


def _emptied_brackets(nodes: Nodes, value: SequenceNode, nothing: str) -> Iterator[Splice]:
    start, end = value.start_mark.index, value.end_mark.index
    if "#" not in nodes.text[start:end]:
        yield (start, end, nothing)
        return
    before, _, behind = nothing.partition("[]")
    yield (start, start, before)  # comments between the brackets stay there
    for item in value.value:
        if _is_alone(nodes, item):
            yield from _without_lines(nodes, item)
        else:
            comma = _COMMA.match(nodes.text, item.end_mark.index)
            yield (item.start_mark.index, comma.end() if comma else item.end_mark.index, "")
    yield (end, end, behind)


def _allowing_empty(nodes: Nodes, around: MappingNode) -> Iterator[Splice]:
    found = pair(around, "allow_empty")
    if found is not None:
        yield (found[1].start_mark.index, found[1].end_mark.index, "true")
    elif is_block(around):
        indent = " " * around.start_mark.column
        yield added_lines(nodes, end_of(around), [f"{indent}allow_empty: true"])
    else:
        end = end_of(around.value[-1][1])
        yield (end, end, ", allow_empty: true")


def added_lines(nodes: Nodes, after: int, lines: list[str]) -> Splice:
    """Give the splice that puts lines behind the line of a character, also where the text ends without a line end."""
    at = nodes.next_line(after)
    if at == len(nodes.text) and not nodes.text.endswith("\n"):
        return (at, at, "".join(f"\n{line}" for line in lines))
    return (at, at, "".join(f"{line}\n" for line in lines))


def _without_lines(nodes: Nodes, item: Node) -> Iterator[Splice]:
    """Take the lines of an item away, but for lines that are comments."""
    at, end = nodes.line_start(item.start_mark.index), nodes.next_line(end_of(item))
    while at < end:
        following = nodes.next_line(at)
        if not nodes.text[at:following].lstrip().startswith("#"):
            yield (at, following, "")
        at = following


def _block_list(nodes: Nodes, value: SequenceNode, edit: EditList) -> Iterator[Splice]:
    for index, texts in sorted(edit.replaced.items()):
        item = value.value[index]
        if not texts:
            yield from _without_lines(nodes, item)
            continue
        yield (item.start_mark.index, end_of(item), texts[0])
        if len(texts) > 1:
            dash = _dash(nodes, item)
            yield added_lines(nodes, end_of(item), [f"{dash}{text}" for text in texts[1:]])
    if edit.appended:
        last = value.value[-1]
        dash = _dash(nodes, last)
        yield added_lines(nodes, end_of(last), [f"{dash}{text}" for text in edit.appended])


def _dash(nodes: Nodes, item: Node) -> str:
    dash = nodes.text[nodes.line_start(item.start_mark.index) : item.start_mark.index]
    if not _DASH.fullmatch(dash):
        raise CannotEditError("the list is not written one a line; write it so")
    return dash


def _flow_list(nodes: Nodes, value: SequenceNode, edit: EditList, left: list[int]) -> Iterator[Splice]:
    start, end = value.start_mark.index, value.end_mark.index
    inside = nodes.text[start + 1 : end - 1]
    if not left:
        yield (start + 1, start + 1, ", ".join(edit.appended))
    elif "\n" not in inside:
        yield (start, end, _rewritten(nodes.text, value, edit, left))
    else:
        yield from _over_lines(nodes, value, edit, left)


def _rewritten(text: str, value: SequenceNode, edit: EditList, left: list[int]) -> str:
    """Give a list between brackets on one line, with the blanks it has."""
    items = value.value
    lead = text[value.start_mark.index : items[0].start_mark.index]
    parts = [lead]
    for index in left:
        if len(parts) > 1:
            parts.append(text[items[index - 1].end_mark.index : items[index].start_mark.index])
        written = text[items[index].start_mark.index : items[index].end_mark.index]
        parts.append(", ".join(edit.replaced.get(index, (written,))))
    parts.extend(f", {one}" for one in edit.appended)
    parts.append(text[items[-1].end_mark.index : value.end_mark.index])
    return "".join(parts)


def _over_lines(nodes: Nodes, value: SequenceNode, edit: EditList, left: list[int]) -> Iterator[Splice]:
    """Change a list between brackets that goes over several lines, line by line."""
    text = nodes.text
    for index, texts in sorted(edit.replaced.items()):
        item = value.value[index]
        if texts:
            yield (item.start_mark.index, item.end_mark.index, ", ".join(texts))
        elif _is_alone(nodes, item):
            yield from _without_lines(nodes, item)
        else:
            yield _cut(text, value, index, edit)
    if not edit.appended:
        return
    last = value.value[left[-1]]
    end = last.end_mark.index
    comma = _COMMA.match(text, end)
    if not _is_alone(nodes, last):
        yield (end, end, "".join(f", {one}" for one in edit.appended))
        return
    if comma is None:
        yield (end, end, ",")
    indent = text[nodes.line_start(last.start_mark.index) : last.start_mark.index]
    lines = [f"{indent}{one}," for one in edit.appended]
    if comma is None:
        lines[-1] = lines[-1].removesuffix(",")
    yield added_lines(nodes, end, lines)


def _is_alone(nodes: Nodes, item: Node) -> bool:
    """Tell whether nothing but a comma and a comment shares the lines of an item."""
    before = nodes.text[nodes.line_start(item.start_mark.index) : item.start_mark.index]
    behind = nodes.text[item.end_mark.index : nodes.next_line(item.end_mark.index)]
    return not before.strip() and re.fullmatch(r"[ \t]*,?[ \t]*(#.*)?\r?\n?", behind) is not None


def _cut(text: str, value: SequenceNode, index: int, edit: EditList) -> Splice:
    """Take an item that shares its line out, with one comma: the one behind it, or else the one before it."""
    item = value.value[index]
    start, end = item.start_mark.index, item.end_mark.index
    comma = _COMMA.match(text, end)
    if comma is not None and text[comma.end() : comma.end() + 1] not in {"", "\n", "\r", "#"}:
        return (start, comma.end(), "")
    before = value.value[index - 1] if index else None
    if before is not None and edit.replaced.get(index - 1) != () and "\n" not in text[before.end_mark.index : start]:
        return (before.end_mark.index, end, "")
    return (start, end if comma is None else comma.end(), "")
