"""Finds what somebody probably meant; it decides nothing, it only words a hint."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["did_you_mean", "did_you_mean_login"]

_CANDIDATES_COMPARED = 20_000
_LONGEST_COMPARED = 200


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'X'?"`` for the closest known text, or an empty text when none is close.

    A difference in case or surrounding blanks alone always counts as close. Very long texts and very many
    candidates are not compared, so that hostile input costs no time.
    """
    candidates = list(dict.fromkeys(known))[:_CANDIDATES_COMPARED]
    folded = {candidate.strip().casefold(): candidate for candidate in candidates}
    same = folded.get(wrong.strip().casefold())
    if same is not None:
        return f"; did you mean '{same}'?"
    if len(wrong) > _LONGEST_COMPARED:
        return ""
    close = get_close_matches(wrong.casefold(), folded, n=1, cutoff=0.7)
    return f"; did you mean '{folded[close[0]]}'?" if close else ""


def did_you_mean_login(wrong: str, known: Iterable[str]) -> str:
    """Return the same for logins, by the part before the ``@``: the rest is alike within a company."""
    by_name: dict[str, str] = {}
    for login in known:
        by_name.setdefault(login.partition("@")[0].casefold(), login)
    name, _, domain = wrong.partition("@")
    hint = did_you_mean(name, by_name)
    if not hint:
        return ""
    login = by_name[hint.partition("'")[2].rpartition("'")[0]]
    return "" if login.casefold() == f"{name}@{domain}".casefold() else f"; did you mean '{login}'?"
