"""Says why a text cannot be a login, and what to write instead; unusual logins that may exist are accepted."""

from __future__ import annotations

import re

from reconciler.model.spelling import described, is_unseen

__all__ = ["login_fault"]

_PLAIN = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u2039\u203a"
# no mail system takes these in an address without quotes around its first part
_NEVER = frozenset(f",;<>(){_DOUBLE_QUOTES}")
_AT_ENDS = f":{_DOUBLE_QUOTES}{_SINGLE_QUOTES}\"'`,;.<>() "
# not compiled before a login is odd: nearly none is, and each start would pay for it
_ADDRESS = rf"[^\s@,;<>(){_DOUBLE_QUOTES}\"]+@[^\s@,;<>(){_DOUBLE_QUOTES}\"]+"
_IN_DOMAIN = r"[A-Za-z0-9._\[\]:-]"  # with those of an address in numbers, such as [192.0.2.1]
_TEAM = r"(?i:\s*teams?\s*:\s*)"
_MAILTO = r"(?i:mailto:)"
_LONGEST_SHOWN = 60


def login_fault(text: str, *, teams: bool = False) -> str | None:
    """Return why a text cannot be a login, and what to write instead; null for one that can be.

    With ``teams``, a team may be named in the place of a login.
    """
    if _PLAIN.fullmatch(text):
        return None
    wrong = _wrong(text)
    if wrong is None:
        return None
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return f"'{shown}' cannot be a login, because it {wrong}: {_remedy(text, teams=teams)}"


def _wrong(text: str) -> str | None:
    """Return what no login has, as the end of a sentence, or null."""
    return _wrong_as_text(text) or _wrong_halves(*text.split("@"))


def _wrong_as_text(text: str) -> str | None:
    unseen = next((letter for letter in text if is_unseen(letter)), None)
    if unseen is not None:
        return f"has {described(unseen)}, which nobody sees"
    if text.count("@") != 1:
        return "has more than one @" if "@" in text else "has no @"
    if re.match(_MAILTO, text):
        return "begins with mailto:"
    blank = next((letter for letter in text if letter.isspace()), None)
    if blank is not None:
        return f"has {'a blank' if blank == ' ' else described(blank)} in it"
    never = next((letter for letter in text if letter in _NEVER), None)
    return None if never is None else f"has {_named(never)} in it"


def _wrong_halves(local: str, domain: str) -> str | None:
    if not local or not domain:
        return f"lacks the part {'behind' if local else 'before'} the @"
    if local[0] in _SINGLE_QUOTES or (local[0] == '"' and not local.endswith('"')):
        return f"has {_named(local[0])} at its beginning"
    if domain[-1] in _SINGLE_QUOTES or domain[-1] in ".:":
        return f"has {_named(domain[-1])} at its end"
    if domain[0] == "." or ".." in domain:
        return "has a dot too many behind the @"
    other = next((letter for letter in domain if letter.isascii() and not re.match(_IN_DOMAIN, letter)), None)
    return None if other is None else f"has {_named(other)} behind the @"


def _named(letter: str) -> str:
    return f"'{letter}'" if letter.isascii() and letter != "'" else described(letter)


def _remedy(text: str, *, teams: bool) -> str:
    team = re.match(_TEAM, text)
    if teams and team:
        return f"write team:{text[team.end() :].strip()}, if a team is meant"
    found = [re.sub(_MAILTO, "", one).strip(_AT_ENDS) for one in re.findall(_ADDRESS, _without_unseen(text))]
    if len(found) > 1:
        return "write each address as a line of its own"
    if len(found) == text.count("@") == 1 and _is_whole(text, found[0]) and _wrong(found[0]) is None:
        return f"write {found[0]}"
    either = ", or team:NAME for a team" if teams else ""
    return f"write the whole e-mail address, such as ann.lee@acme.test{either}"


def _is_whole(text: str, address: str) -> bool:
    """Return whether an address in a text is all of it: else it may be the end of another one."""
    before, _, behind = re.sub(_MAILTO, "", _without_unseen(text)).partition(address)
    if not before.strip().strip(_AT_ENDS):
        # without brackets, what is before a blank may be the beginning of the address
        return not behind.strip().strip(_AT_ENDS) or behind.strip().startswith("(")
    return (before.endswith("<") and behind.startswith(">")) or before.endswith("> ")


def _without_unseen(text: str) -> str:
    return "".join(letter for letter in text if not is_unseen(letter))
