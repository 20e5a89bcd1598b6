"""Explains syntax errors of YAML to people who do not know the terms of its parsers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

__all__ = ["explain_syntax"]

_MERGE_MARK = re.compile(r"^(?:<{7}|>{7})(?: .*)?$", re.MULTILINE)
_NEEDS_QUOTES = "@`%"
_LONGEST_SHOWN = 60


def explain_syntax(error: yaml.MarkedYAMLError, text: str) -> tuple[str, tuple[int, int]]:
    """Return what to write instead, and its line and column (from 1) in the text.

    An error that has no words here keeps those of the parser.
    """
    conflict = _MERGE_MARK.search(text)
    if conflict is not None:
        at = (text.count("\n", 0, conflict.start()) + 1, 1)
        return "a merge conflict is not resolved here: choose between the two versions, and delete its marks", at
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"not valid YAML: {error.problem or error.context or 'unreadable'}", (1, 1)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    return _words(error, line, mark.column), (mark.line + 1, mark.column + 1)


def _words(error: yaml.MarkedYAMLError, line: str, column: int) -> str:
    problem = error.problem or error.context or "unreadable"
    found = line[column : column + 1]
    if "\t" in line[: column + 1] and not line[:column].strip():
        return "a tab cannot indent YAML: use spaces"
    if found and found in _NEEDS_QUOTES:
        word = re.split(r"[\s,\]}]", line[column:], maxsplit=1)[0][:_LONGEST_SHOWN]
        quoted = word.replace("'", "''")
        return f"text that begins with {found} needs quotes: write '{quoted}'"
    opened = error.context_mark
    if "end of stream" in problem and opened is not None:
        return f"not valid YAML: a quote or bracket from line {opened.line + 1} is not closed"
    if "mapping values are not allowed" in problem:
        return "not valid YAML: a second ':' on this line; put text with ': ' in it in quotes, or begin a new line"
    if "could not find expected ':'" in problem:
        return "not valid YAML: a key without a ':' behind it"
    return f"not valid YAML: {problem.replace('did not find expected', 'expected')}"
