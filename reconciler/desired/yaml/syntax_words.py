"""Explains syntax errors of YAML to people who do not know the terms of its parsers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

__all__ = ["explain_syntax"]

_MERGE_MARK = re.compile(r"^(?:<{7}|>{7})(?: .*)?$", re.MULTILINE)
# these two can be text of a block, so they count only where the parser stumbles
_OTHER_MARK = re.compile(r"={7}|\|{7}(?: .*)?")
_NEEDS_QUOTES = "@`%"
_UNFIT = (
    "this does not fit the lines above: look at the blanks before it, and for text behind a closing quote or bracket"
)
_SECOND = "a second ':' on this line; put text with ': ' in it in quotes, or begin a new line"
_WORDS = {
    "mapping values are not allowed": _SECOND,
    "could not find expected ':'": "a key without a ':' behind it",
    "did not find expected key": _UNFIT,
    "did not find expected '-' indicator": _UNFIT,
}
_CONFLICT = "a merge conflict is not resolved here: choose between the two versions, and delete its marks"
_LONGEST_SHOWN = 60


def explain_syntax(error: yaml.MarkedYAMLError, text: str) -> tuple[str, tuple[int, int]]:
    """Return what to write instead, and its line and column (from 1) in the text.

    An error that has no words here keeps those of the parser.
    """
    conflict = _MERGE_MARK.search(text)
    if conflict is not None:
        return _CONFLICT, (text.count("\n", 0, conflict.start()) + 1, 1)
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"not valid YAML: {error.problem or error.context or 'unreadable'}", (1, 1)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    for number in (mark.line, mark.line - 1):
        if 0 <= number < len(lines) and _OTHER_MARK.fullmatch(lines[number]):
            return _CONFLICT, (number + 1, 1)
    return _words(error, line, mark.column), (mark.line + 1, mark.column + 1)


def _words(error: yaml.MarkedYAMLError, line: str, column: int) -> str:
    problem = error.problem or error.context or "unreadable"
    found = line[column : column + 1]
    if "\t" in line[: column + 1] and not line[:column].strip():
        return "a tab cannot indent YAML: use spaces"
    if found and found in _NEEDS_QUOTES:
        in_flow = any(line[:column].count(one) > line[:column].count(other) for one, other in ("[]", "{}"))
        ends = r"[,\]}]|:\s|:$" if in_flow else r"\s#|:\s|:$"
        text = re.split(ends, line[column:], maxsplit=1)[0].strip()[:_LONGEST_SHOWN]
        quoted = text.replace("'", "''")
        return f"text that begins with {found} needs quotes: write '{quoted}'"
    opened = error.context_mark
    if "end of stream" in problem and opened is not None:
        return f"not valid YAML: a quote or bracket from line {opened.line + 1} is not closed"
    for part, words in _WORDS.items():
        if part in problem:
            return f"not valid YAML: {words}"
    return f"not valid YAML: {problem.replace('did not find expected', 'expected')}"
