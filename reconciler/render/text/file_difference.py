"""Renders known changes of files as a unified diff; it looks for none itself."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rich.style import Style

from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.adoption import ChangedLines

__all__ = ["difference"]

_CONTEXT = 3
_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def difference(files: Iterable[tuple[str, str, str, Sequence[ChangedLines]]], *, color: bool) -> str:
    """Return the diff of files, each with its path, its text before and after, and its changed lines in order.

    Every character of a line is made visible. The time depends on the lines that change, not on those of the file.
    """
    lines = [line for path, before, after, changed in files for line in _file(path, before, after, changed)]
    shown = [printable(line.rstrip("\r")) for line in lines]
    if color:
        styles = {sign: Style(color=name) for sign, name in _COLORS.items()}
        plain = Style()
        shown = [styles.get(line[:1], plain).render(line) for line in shown]
    return "".join(f"{line}\n" for line in shown)


def _file(path: str, before: str, after: str, changed: Sequence[ChangedLines]) -> Iterator[str]:
    old, new = (text.removesuffix("\n").split("\n") for text in (before, after))
    yield f"--- a/{path}"
    yield f"+++ b/{path}"
    for together in _together(changed):
        first, last = together[0], together[-1]
        lead = min(_CONTEXT, first.before_from)
        tail = min(_CONTEXT, len(old) - last.before_to)
        left = old[first.before_from - lead : last.before_to + tail]
        right = new[first.after_from - lead : last.after_to + tail]
        places = (first.before_from - lead + 1, len(left), first.after_from - lead + 1, len(right))
        yield "@@ -{},{} +{},{} @@".format(*places)
        for kind, start, end, begin, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
            if kind == "equal":
                yield from (f" {line}" for line in left[start:end])
            else:
                yield from (f"-{line}" for line in left[start:end])
                yield from (f"+{line}" for line in right[begin:stop])


def _together(changed: Sequence[ChangedLines]) -> Iterator[list[ChangedLines]]:
    """Put together what would share its context."""
    near: list[ChangedLines] = []
    for one in changed:
        if near and one.before_from - near[-1].before_to > 2 * _CONTEXT:
            yield near
            near = []
        near.append(one)
    if near:
        yield near
