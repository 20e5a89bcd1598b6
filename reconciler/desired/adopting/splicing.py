"""Changes a YAML text where it must, and leaves every other letter as it is; what changes is decided elsewhere.

The nodes are those of ruamel.yaml's round trip, which knows where everything stands. Its dumper is not used: it joins
lists over several lines, moves comments and indents anew, and so touches lines that nobody asked to change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.adopting.entries import add_entry, add_to_entry
from reconciler.desired.adopting.lists import edit_list
from reconciler.desired.adopting.nodes import CannotEditError, Nodes, end_of
from reconciler.model.adoption import AddEntry, AddToEntry, Edit, EditList, SetManager

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.desired.adopting.lists import Splice

__all__ = ["Edited", "apply_edits"]

_ORDER = (EditList, SetManager, AddToEntry, AddEntry)  # where several write to one place, the innermost comes first


class Edited(NamedTuple):
    """A text after its edits, and the edits that could not be made, each with the reason."""

    text: str
    refused: tuple[tuple[Edit, str], ...]


def apply_edits(text: str, edits: Sequence[Edit]) -> Edited:
    """Make edits in the content of one file; lines end as they do in it."""
    nodes = Nodes(text)
    splices: list[Splice] = []
    refused: list[tuple[Edit, str]] = []
    for edit in sorted(edits, key=lambda one: _ORDER.index(type(one))):
        try:
            splices.extend(_splices(nodes, edit))
        except CannotEditError as error:
            refused.append((edit, str(error)))
    return Edited(_spliced(text, splices), tuple(refused))


def _spliced(text: str, splices: Sequence[Splice]) -> str:
    """Put the splices in; of several at one place the first stays first."""
    newline = "\r\n" if "\r\n" in text else "\n"
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(splices, key=lambda one: one[:2]):
        parts.extend((text[at:start], new.replace("\n", newline)))
        at = end
    return "".join((*parts, text[at:]))


def _splices(nodes: Nodes, edit: Edit) -> list[Splice]:
    if isinstance(edit, EditList):
        return edit_list(nodes, edit)
    if isinstance(edit, SetManager):
        _, value = nodes.below(edit.origin)
        return [(value.start_mark.index, end_of(value), edit.person)]
    if isinstance(edit, AddToEntry):
        return add_to_entry(nodes, edit)
    return add_entry(nodes, edit)
