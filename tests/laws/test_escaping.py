"""Laws of showing text from outside."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.escaping import escape_markdown, printable


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
