"""Adds whole lines to a text and removes them; lines that are comments always stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.editing.nodes import end_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.desired.editing.nodes import Node, Nodes

__all__ = ["Splice", "added_lines", "blank_before_comment", "without_lines"]

Splice = tuple[int, int, str]  # from, to, and the replacement


def added_lines(nodes: Nodes, after: int, lines: Sequence[str]) -> Splice:
    """Return the splice that puts lines behind the line of a character."""
    at = nodes.next_line(after)
    return (at, at, "".join(f"{line}\n" for line in lines))


def blank_before_comment(text: str, at: int) -> str:
    """Return the blank without which a comment that follows at once would become part of a word."""
    return " " if text.startswith("#", at) else ""


def without_lines(nodes: Nodes, item: Node) -> Iterator[Splice]:
    """Remove the lines of an item, except comments on lines of their own."""
    end = nodes.next_line(end_of(nodes.text, item))
    texts = [(node.start, node.end) for node in walk(item) if node.kind == "scalar"]
    at = nodes.line_start(item.start)
    while at < end:
        following = nodes.next_line(at)
        line = nodes.text[at:following]
        first = at + len(line) - len(line.lstrip())
        inside = any(start < first < stop for start, stop in texts)  # a text over several lines may hold a '#'
        if inside or not line.lstrip().startswith("#"):
            yield (at, following, "")
        at = following
