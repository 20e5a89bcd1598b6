"""Laws of showing text from outside."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.text.escapes import escape_address, escape_html_line, escape_markdown, escape_message
from reconciler.render.text.visible import printable


@given(st.text())
def test_nothing_invisible_is_printed(text: str) -> None:
    """No control character, line break or direction override reaches a terminal."""
    shown = printable(text)
    assert not [letter for letter in shown if unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp", "Cs"}]
    if text.isprintable() and text.isascii():
        assert shown == text


@given(st.text() | st.text("|`<>@&\\[]()*_#!~$hw:/.\n\r", max_size=30))
def test_nothing_in_markdown_is_markup_or_a_mention(text: str) -> None:
    """Every character that could be markup stands behind a backslash, and no @ stands before a letter."""
    shown = escape_markdown(text)
    without_escapes = re.sub(r"\\[\\`*_{}\[\]()#+!|~$]", "", shown)
    assert not re.search(r"[|`<>*_\[\]\n\r]", without_escapes.replace("&lt;", "").replace("&gt;", ""))
    assert not re.search(r"@(?!\u200b)", shown)
    assert not re.search(r"(?i)https?:/|www\.\w", shown)


@given(st.text('a1_é(~|:/.w@#!%&$^gh-GHW \\"x', max_size=20))
def test_nothing_is_taken_for_a_link_or_a_reference(text: str) -> None:
    """Wherever in a word it stands: a scheme, www, a mention, and what GitHub and GitLab number or name."""
    for shown in (escape_markdown(text), escape_html_line(text)):
        plain = html.unescape(re.sub(r"\\([\\`*_{}\[\]()#+!|~$])", r"\1", shown))
        assert not re.search(r"://|(?i:www)\.|(?i:gh-)\d|@\w|[#!~%&$^]\w", plain)


@given(st.text() | st.text("<>@!#[]()&;:/whtp.at \n", max_size=30))
def test_nothing_in_a_chat_is_clicked_or_notifies(text: str) -> None:
    """No angle bracket, no link under other words, no address, no mention, one line; everything else is as it was."""
    shown = escape_message(text)
    assert not re.search(r"[<>\n\r]|\]\(|://|(?i:www)\.|@(?!\u200b)", shown)
    assert escape_message(shown.replace("\u200b", "")) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ci.test/a_b/7?x=1&y=#z", "<https://ci.test/a_b/7?x=1&y=#z>"),
        ("https://x.test/<b>", "https:\u200b//x.test/&lt;b&gt;"),
        ("javascript:alert(1)", r"javascript:alert\(1\)"),
        ("https://x.test/a b", "https:\u200b//x.test/a b"),
    ],
)
def test_an_address_of_ours_is_a_link(text: str, shown: str) -> None:
    """As it is; what is no plain address stays text."""
    assert escape_address(text) == shown
