"""Makes text from outside harmless for each format; it knows nothing of what the text means."""

from __future__ import annotations

import html
import re
import unicodedata

__all__ = ["ZERO_WIDTH_SPACE", "code_span", "escape_html_line", "escape_markdown", "printable", "shortened"]

LONGEST_CELL = 80

ZERO_WIDTH_SPACE = "\u200b"
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~$])")
_LINK = re.compile(r"(?i)\b(https?|ftp|mailto)(:)|\b(www)(\.)")


def printable(text: str) -> str:
    """Show control characters, line breaks and direction overrides as escapes, so that a name stays a name."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"\\u{ord(letter):04x}" if unicodedata.category(letter) in _INVISIBLE else letter for letter in text)


def shortened(text: str, longest: int = LONGEST_CELL) -> str:
    """Show a text in a cell: printable, and cut visibly where one overlong name would push all others away."""
    shown = printable(text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def escape_markdown(text: str) -> str:
    """Escape a text for a table cell or line of GitHub's and GitLab's Markdown.

    Mentions are found after entities are resolved, so an ``@`` gets a zero-width space behind it; links that
    forges make by themselves get one as well.
    """
    escaped = _MARKDOWN.sub(r"\\\1", printable(text))
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = escaped.replace("@", f"@{ZERO_WIDTH_SPACE}")
    return _LINK.sub(lambda found: "".join((*(one or "" for one in found.groups()), ZERO_WIDTH_SPACE)), escaped)


def escape_html_line(text: str) -> str:
    """Escape a text for HTML inside Markdown, where forges still look for mentions, references and links."""
    escaped = html.escape(printable(text), quote=True).replace("@", f"@{ZERO_WIDTH_SPACE}")
    escaped = re.sub(r"(?<!&)#", f"#{ZERO_WIDTH_SPACE}", escaped)
    return _LINK.sub(lambda found: "".join((*(one or "" for one in found.groups()), ZERO_WIDTH_SPACE)), escaped)


def code_span(text: str) -> str:
    """Give a text as a code span for a table cell: as it is, but that a backtick cannot end it, nor a bar the cell."""
    return f"`{printable(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`"
