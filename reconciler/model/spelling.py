"""Makes texts comparable that look alike, and names by code point what nobody sees."""

from __future__ import annotations

import unicodedata

import msgspec

__all__ = ["comparable", "described", "invisible_difference", "is_unseen", "login_key", "outline", "respell"]

_NO_BREAK_SPACES = dict.fromkeys((0x00A0, 0x2007, 0x202F), " ")
_UNSEEN = frozenset(
    (0x00AD, 0x034F, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2065), 0xFEFF)
)
_SPACES = (0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_CYRILLIC = dict(
    zip("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u04cf\u0410\u0412\u0415"
        "\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405",
        "aeopcyxijshdqwlABEKMHOPCTYXIJS", strict=True)
)  # fmt: skip
_GREEK = dict(
    zip("\u03bf\u03bd\u03b9\u03ba\u03c1\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5"
        "\u03a7", "ovikpABEZHIKMNOPTYX", strict=True)
)  # fmt: skip
_PUNCTUATION = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
}
_WIDE = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_LOOKS_LIKE: dict[int, str | None] = {
    **dict.fromkeys(_UNSEEN),
    **dict.fromkeys(_SPACES, " "),
    **{ord(letter): plain for letter, plain in {**_CYRILLIC, **_GREEK, **_PUNCTUATION, **_WIDE}.items()},
}
_MOST_NAMED = 3


def comparable(text: str) -> str:
    """Return a text as it is compared: in NFC, with ordinary spaces in place of no-break spaces."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).translate(_NO_BREAK_SPACES)


def respell(value: msgspec.Struct, *fields: str) -> None:
    """Put names of a frozen value into the one spelling in which documents and the service are compared."""
    for field in fields:
        text = getattr(value, field)
        if text is not None and not text.isascii():
            msgspec.structs.force_setattr(value, field, comparable(text))


def login_key(login: str | None) -> str:
    """Return a login as it is compared, without case; nobody's is the empty text."""
    if login is None:
        return ""
    return login.lower() if login.isascii() else comparable(login).lower()


def is_unseen(letter: str) -> bool:
    """Return whether a letter has no width: it is in a text, and nobody sees it."""
    return ord(letter) in _UNSEEN


def described(letter: str) -> str:
    """Return a letter by code point and name, such as ``U+00A0 (no-break space)``."""
    name = unicodedata.name(letter, "without a name").lower()
    for script in ("cyrillic", "greek", "latin"):
        name = name.replace(script, script.title())
    return f"U+{ord(letter):04X} ({name})"


def invisible_difference(typed: str, known: str, owner: str) -> str:
    """Return what makes two texts differ that look the same, or an empty text where they do not.

    ``owner`` has the known text. Case alone does not count.
    """
    if outline(typed) != outline(known):
        return ""
    found = dict.fromkeys(_unseen_only_in(typed, known, "has {}"))
    found.update(dict.fromkeys(_unseen_only_in(known, typed, f"lacks {{}}, which {owner} has")))
    if not unicodedata.is_normalized("NFC", typed) and unicodedata.is_normalized("NFC", known):
        marks = (letter for letter in typed if unicodedata.combining(letter))
        found.update(
            (f"has {described(one)} apart from its letter where {owner} has both as one", None) for one in marks
        )
    for here, there in zip(_seen(typed), _seen(known), strict=False):
        if here.casefold() != there.casefold():
            found[f"has {described(here)} where {owner} has {_plainly(there)}"] = None
    return " and ".join(list(found)[:_MOST_NAMED])


def outline(text: str) -> str:
    """Return what people see of a text, without case."""
    return unicodedata.normalize("NFC", text).translate(_LOOKS_LIKE).casefold()


def _seen(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if not is_unseen(letter))


def _unseen_only_in(text: str, other: str, words: str) -> list[str]:
    return [words.format(described(letter)) for letter in text if is_unseen(letter) and letter not in other]


def _plainly(letter: str) -> str:
    if letter == " ":
        return "a space"
    return f"'{letter}'" if letter.isascii() and letter not in "' " else described(letter)
