"""Changes a YAML text where it must, and leaves every other letter as it is; what changes is decided elsewhere."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.editing.entries import add_entry, add_to_entry
from reconciler.desired.editing.lines import blank_before_comment
from reconciler.desired.editing.list_edits import edit_list
from reconciler.desired.editing.nodes import CannotEditError, Nodes, end_of, require_plain
from reconciler.model.adoption import AddEntry, AddToEntry, ChangedLines, Edit, EditList, SetManager

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.desired.editing.lines import Splice

__all__ = ["Edited", "apply_edits"]

_ORDER = (EditList, SetManager, AddToEntry, AddEntry)  # where several write to one place, the innermost comes first


class Edited(NamedTuple):
    """A text after its edits, the lines that changed, and the edits that were refused, each with the reason."""

    text: str
    changed: tuple[ChangedLines, ...]
    refused: tuple[tuple[Edit, str], ...]


def apply_edits(text: str, edits: Sequence[Edit]) -> Edited:
    """Apply edits to the content of one file; its line ends stay, also the end of the last line."""
    newline = "\r\n" if "\r\n" in text else "\n"
    whole = text if text.endswith("\n") else f"{text}{newline}"
    try:
        nodes = Nodes(whole)
    except CannotEditError as error:
        return Edited(text, (), tuple((edit, str(error)) for edit in edits))
    splices: list[Splice] = []
    refused: list[tuple[Edit, str]] = []
    for edit in sorted(edits, key=lambda one: _ORDER.index(type(one))):
        try:
            splices.extend(_splices(nodes, edit))
        except CannotEditError as error:
            refused.append((edit, str(error)))
    splices.sort(key=lambda one: one[:2])
    edited = _spliced(whole, splices, newline)
    # an empty line that is the last one now needs its end to be one
    ended = whole is text or edited.endswith(newline * 2)
    after = edited if ended else edited.removesuffix(newline)
    return Edited(after, _changed_lines(whole, splices), tuple(refused))


def _splices(nodes: Nodes, edit: Edit) -> list[Splice]:
    if isinstance(edit, EditList):
        return edit_list(nodes, edit)
    if isinstance(edit, SetManager):
        return [_set_manager(nodes, edit)]
    if isinstance(edit, AddToEntry):
        return add_to_entry(nodes, edit)
    return add_entry(nodes, edit)


def _set_manager(nodes: Nodes, edit: SetManager) -> Splice:
    _, value = nodes.below(edit.origin)
    require_plain(value)
    end = end_of(nodes.text, value)
    if "#" in nodes.text[value.start : end]:
        raise CannotEditError("a comment is inside of it; edit that by hand")
    return (value.start, end, edit.person + blank_before_comment(nodes.text, end))


def _spliced(text: str, splices: Sequence[Splice], newline: str) -> str:
    """Put the splices in; of several at one place the first stays first."""
    parts: list[str] = []
    at = 0
    for start, end, new in splices:
        parts.extend((text[at:start], new.replace("\n", newline)))
        at = end
    return "".join((*parts, text[at:]))


def _changed_lines(text: str, splices: Sequence[Splice]) -> tuple[ChangedLines, ...]:
    """Return which lines became which others, so that readers find the changes in long files."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    changed: list[ChangedLines] = []
    shift = 0
    for start, end, new in splices:
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, end) - 1
        behind = last if end == starts[last] else last + 1
        grows = new.count("\n") - (last - first)
        if changed and first <= changed[-1].before_to:
            one = changed.pop()
            first, behind = one.before_from, max(behind, one.before_to)
            changed.append(ChangedLines(first, behind, one.after_from, behind + shift + grows))
        else:
            changed.append(ChangedLines(first, behind, first + shift, behind + shift + grows))
        shift += grows
    return tuple(changed)
