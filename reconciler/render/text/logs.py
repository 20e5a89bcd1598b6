"""Text for the log of a runner: no line of it can be read as one of the runner's commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from reconciler.render.text.visible import ZERO_WIDTH_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LogKind", "LogText", "log_text"]

LogKind = Literal["text", "json", "markup"]

_BREAKS = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029"
# GitHub reads "::name::" at the start of a line, behind any white space, and "##[name]" anywhere; Azure reads "##vso[".
# GitLab reads "section_start:" and "section_end:" together with a carriage return. A lone carriage return also begins a
# line. Each match ends directly before the letter that would complete a command.
_COMMANDS = re.compile(
    rf"(?:\A|(?<=[{_BREAKS}]))(?:[^\S{_BREAKS}]|\ufeff)*:(?=:)"
    r"|##(?=[\[A-Za-z])"
    r"|section_(?:start|end)(?=:)"
    r"|(?P<lone>\r(?!\n))"
)
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_BLANKS = re.compile(r"(?:\s|\ufeff)+")
_LONGEST_START = 16  # longer than any beginning above


def _beside(letter: str) -> str:
    return ZERO_WIDTH_SPACE + letter


def _in_json(letter: str) -> str:
    return f"\\u{ord(letter):04x}"


def _in_markup(letter: str) -> str:
    return f"&#{ord(letter)};"


_ESCAPES: dict[LogKind, Callable[[str], str]] = {"text": _beside, "json": _in_json, "markup": _in_markup}


class LogText:
    """Text that goes to a log piece by piece; the cuts between the pieces make no difference.

    ``text`` gets a zero-width space inside everything that a runner would read as a command. JSON (``json``), HTML and
    XML (``markup``) get an escape of their own there, and mean the same as before.
    """

    def __init__(self, kind: LogKind = "text") -> None:
        self._escape = _ESCAPES[kind]
        self._lone_return = _in_markup("\r") if kind == "markup" else _in_json("\r")
        self._line = ""  # of the line under way, what a command could begin with
        self._held = ""  # a carriage return: what comes next tells whether it ends a line

    def add(self, piece: str) -> str:
        """Return what goes to the log for the next piece."""
        piece = self._held + piece
        self._held = "\r" if piece.endswith("\r") else ""
        return self._guarded(piece.removesuffix("\r"))

    def finish(self) -> str:
        """Return what was held back so far."""
        held, self._held = self._held, ""
        return self._guarded(held)

    def _guarded(self, piece: str) -> str:
        begun = len(self._line)
        text = self._line + piece
        parts = []
        done = begun
        for found in _COMMANDS.finditer(text):
            end = found.end()
            if end < begun:
                continue
            if found["lone"]:
                parts.append(text[done : end - 1] + self._lone_return)
                done = end
            else:
                parts.append(text[done:end] + self._escape(text[end]))
                done = end + 1
        parts.append(text[done:])
        self._line = _start_of(text)
        return "".join(parts)


def _start_of(text: str) -> str:
    """Return the line under way, cut to what matters for the commands that could still begin in it."""
    line = text[1 + max(text.rfind(end) for end in _LINE_ENDS) :]
    blanks = _BLANKS.match(line)
    line = line[blanks.end() :] if blanks else line
    return line if len(line) <= _LONGEST_START else f"x{line[-_LONGEST_START:]}"


def log_text(text: str, kind: LogKind = "text") -> str:
    """Return one whole text for a log."""
    log = LogText(kind)
    return log.add(text) + log.finish()
