"""Makes invisible characters of a text from outside visible, and shortens what is too long for a cell."""

from __future__ import annotations

import unicodedata

__all__ = ["LONGEST_CELL", "ZERO_WIDTH_SPACE", "printable", "shortened"]

LONGEST_CELL = 80

ZERO_WIDTH_SPACE = "\u200b"
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def printable(text: str) -> str:
    """Show control characters, line breaks and direction overrides as escapes, so that a name stays a name."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"\\u{ord(letter):04x}" if unicodedata.category(letter) in _INVISIBLE else letter for letter in text)


def shortened(text: str, longest: int = LONGEST_CELL) -> str:
    """Show a text in a cell: printable, and cut visibly where one overlong name would push all others away."""
    shown = printable(text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
