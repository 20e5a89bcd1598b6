"""Edits lists of people in a YAML text, in block and bracket style.

A comment on a line of its own always stays.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from reconciler.desired.editing.brackets import between_brackets, emptied_brackets
from reconciler.desired.editing.lines import Splice, added_lines, without_lines
from reconciler.desired.editing.nodes import CannotEditError, end_of, pair, require_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.desired.editing.nodes import Node, Nodes
    from reconciler.model.adoption import EditList

__all__ = ["NOBODY", "dash_of", "edit_list"]

_REMARK = re.compile(r"([ \t]+)#")
_DASH = re.compile(r"[ ]*-[ ]+")
NOBODY = "{members: [], allow_empty: true}"


def edit_list(nodes: Nodes, edit: EditList) -> list[Splice]:
    """Return the splices of one list; raises CannotEditError for what is not edited."""
    key, value = nodes.below(edit.origin)
    around = None
    if value.kind == "mapping":
        around = value
        key, value = pair(value, "members") or (key, value)
    require_plain(around or value)
    if value.kind != "list":
        raise CannotEditError("it could not be found in the file")
    items = value.children
    stay = [index for index in range(len(items)) if edit.replaced.get(index) != ()]
    if items and not stay and not edit.appended:
        return list(_emptied(nodes, key, value, around, is_group=edit.is_group))
    if value.block:
        return list(_block_list(nodes, value, edit))
    return list(between_brackets(nodes, value, edit, stay))


def _emptied(nodes: Nodes, key: Node, value: Node, around: Node | None, *, is_group: bool) -> Iterator[Splice]:
    """Yield the splices that empty a list; a group also gets ``allow_empty: true``."""
    nothing = NOBODY if is_group and around is None else "[]"
    if value.block:
        colon = _colon_of(nodes, key, value)
        yield (colon, colon, f" {nothing}")
        for item in value.children:
            _require_dash(nodes, item)
            yield from without_lines(nodes, item)
    else:
        yield from emptied_brackets(nodes, value, nothing)
    if around is not None:
        yield from _allowing_empty(nodes, around)


def _colon_of(nodes: Nodes, key: Node, value: Node) -> int:
    """Return the place behind the colon of a key whose list begins on a line of its own."""
    found = re.compile(r"[ \t]*:").match(nodes.text, key.end)
    if found is None or nodes.next_line(key.end) > value.children[0].start:
        raise CannotEditError("the list is not written one a line below its key; write it so")
    return found.end()


def _allowing_empty(nodes: Nodes, around: Node) -> Iterator[Splice]:
    found = pair(around, "allow_empty")
    if found is not None:
        yield (found[1].start, found[1].end, "true")
    elif around.block:
        indent = " " * around.children[0].column
        yield added_lines(nodes, end_of(nodes.text, around), [f"{indent}allow_empty: true"])
    else:
        end = around.children[-1].end
        yield (end, end, ", allow_empty: true")


def _block_list(nodes: Nodes, value: Node, edit: EditList) -> Iterator[Splice]:
    last = len(value.children) - 1
    appended = tuple(_with_remarks(nodes, value, edit))
    replaced = dict(edit.replaced)
    if appended and replaced.get(last) == ():
        replaced[last], appended = appended, ()
    for index, texts in sorted(replaced.items()):
        item = value.children[index]
        dash = _require_dash(nodes, item)
        if texts:
            at = nodes.line_start(item.start)
            yield (at, at, "".join(f"{dash}{text}\n" for text in texts))
        yield from without_lines(nodes, item)
    if appended:
        item = value.children[last]
        dash = _require_dash(nodes, item)
        yield added_lines(nodes, end_of(nodes.text, item), [f"{dash}{text}" for text in appended])


def _with_remarks(nodes: Nodes, value: Node, edit: EditList) -> Iterator[str]:
    """Yield what is appended with names behind it, where there is a comment behind everybody else."""
    found = [_REMARK.match(nodes.text, end_of(nodes.text, item)) for item in value.children]
    gap = found[-1][1] if found[-1] is not None and None not in found else ""
    for text, remark in zip_longest(edit.appended, edit.remarks, fillvalue=""):
        yield f"{text}{gap}# {remark}" if gap and remark else text


def _require_dash(nodes: Nodes, item: Node) -> str:
    dash = dash_of(nodes, item)
    if not dash:
        raise CannotEditError("the list is not written one a line; write it so")
    return dash


def dash_of(nodes: Nodes, item: Node) -> str:
    """Return the text before an item on its line, where that is one dash, or nothing."""
    dash = nodes.text[nodes.line_start(item.start) : item.start]
    return dash if _DASH.fullmatch(dash) else ""
