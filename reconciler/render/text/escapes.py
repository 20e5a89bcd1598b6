"""Makes text from outside harmless for each markup; it knows nothing of what the text means."""

from __future__ import annotations

import html
import re

from reconciler.render.text.visible import ZERO_WIDTH_SPACE, printable

__all__ = ["code_span", "escape_address", "escape_html_line", "escape_markdown", "escape_message", "hidden_marker"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~$])")
_ADDRESS = re.compile(r"https?://[!#-;=?-Z_a-z~]{1,300}")
# The words that forges turn into links by themselves, anywhere in a word: any scheme, www, and GitHub's GH-1.
_LINK = re.compile(r"(?i)(:)(//)|(www)(\.)|(gh-)(\d)")
# What chats read in angle brackets: Slack's <!channel> and <@U1>, Teams' <at>, HTML; and links under other words.
_CHAT = {ord("<"): "\u2039", ord(">"): "\u203a", ord("]"): f"]{ZERO_WIDTH_SPACE}"}
_NO_ID = re.compile(r"[^A-Za-z0-9_]")  # nothing may end a marker early
# What they take for references: issues, requests, labels, milestones, epics, snippets; a backslash does not stop them.
_REFERENCE = re.compile(r"([#!~%&$^])(?=[\w\"'&\\])")


def escape_markdown(text: str) -> str:
    """Escape a text for a table cell or line of GitHub's and GitLab's Markdown.

    Mentions, references and links are found after escapes and entities are resolved, so a zero-width space breaks them.
    """
    escaped = _MARKDOWN.sub(r"\\\1", _without_links(printable(text)))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_html_line(text: str) -> str:
    """Escape a text for HTML inside Markdown, where forges still look for mentions, references and links."""
    return html.escape(_without_links(printable(text)), quote=True)


def escape_message(text: str) -> str:
    """Return a text for a chat of any markup: readable, but it notifies nobody and has no links."""
    return _without_links(printable(text)).translate(_CHAT)


def hidden_marker(what: str, company_id: str) -> str:
    """Return a marker that finds a text of ours again on a forge, and that nobody sees."""
    return f"<!-- reconciler {what} {_NO_ID.sub('', company_id)} -->"


def _without_links(text: str) -> str:
    broken = _REFERENCE.sub(rf"\1{ZERO_WIDTH_SPACE}", text).replace("@", f"@{ZERO_WIDTH_SPACE}")
    return _LINK.sub(lambda found: ZERO_WIDTH_SPACE.join(one for one in found.groups() if one), broken)


def escape_address(text: str) -> str:
    """Return a plain address as a link that can be clicked and copied as it is; other values stay text."""
    return f"<{text}>" if _ADDRESS.fullmatch(text) else escape_markdown(text)


def code_span(text: str) -> str:
    """Return a text as a code span for a table cell; no backtick or bar in it can end either."""
    return f"`{printable(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`"
