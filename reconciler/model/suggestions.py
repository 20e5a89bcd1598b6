"""Finds what somebody probably meant, and words a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.edits import edits_between
from reconciler.model.spelling import invisible_difference, login_key, outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.live import Person

__all__ = ["IF_NEW", "did_you_mean", "did_you_mean_person"]

# ends a message about an unknown login that nobody's is near
IF_NEW = "; if they are new, add them to the company directory and the project first"

_CANDIDATES_COMPARED = 20_000
_LONGEST_COMPARED = 200
_MOST_EDITS = 2
_SHORT = 5  # letters; of a shorter name two edits make another one


def did_you_mean(wrong: str, known: Iterable[str], owner: str | None = None) -> str:
    """Return ``"; did you mean 'X'?"`` for the closest known text, or an empty text when none is close.

    A difference in case or surrounding blanks alone always counts as close. A difference that nobody sees is named by
    code point. ``owner`` is the side that has the known text, such as Procore; null names the text itself. Very long
    texts and very many candidates are not compared, so that hostile input costs no time.
    """
    candidates = list(dict.fromkeys(known))[:_CANDIDATES_COMPARED]
    folded = {candidate.strip().casefold(): candidate for candidate in candidates}
    same = folded.get(wrong.strip().casefold())
    if same is not None:
        return f"; did you mean '{same}'?"
    if len(wrong) > _LONGEST_COMPARED:
        return ""
    unseen = _unseen_difference(wrong, candidates, owner)
    if unseen:
        return unseen
    from difflib import get_close_matches  # noqa: PLC0415 - start-up is measured, and only for what is wrong

    close = get_close_matches(wrong.casefold(), folded, n=1, cutoff=0.7)
    return f"; did you mean '{folded[close[0]]}'?" if close else ""


def _unseen_difference(wrong: str, candidates: Iterable[str], owner: str | None) -> str:
    plain, seen = wrong.isascii(), outline(wrong)
    for candidate in candidates:
        if (plain and candidate.isascii()) or outline(candidate) != seen:
            continue
        difference = invisible_difference(wrong, candidate, owner or f"'{candidate}'")
        if difference:
            remedy = f"write '{candidate}'" if candidate.isascii() else f"copy it from {owner or 'there'}"
            return f"; it {difference}: {remedy}"
    return ""


def did_you_mean_person(wrong: str, people: Iterable[Person]) -> str:
    """Return ``"; did you mean ann@acme.test (Ann Lee)?"`` for a login, or an empty text where nobody is close.

    A login has two halves: the part before the ``@``, and the domain. It is close if one half is the same, and the
    other differs by at most two edits. If two people are equally close, neither is named: the hint must not lead to
    somebody else.
    """
    if len(wrong) > _LONGEST_COMPARED:
        return ""
    found = sorted(_near(login_key(wrong), list(people)[:_CANDIDATES_COMPARED]), key=lambda one: one[0])
    if not found or (len(found) > 1 and found[1][0] == found[0][0]):
        return ""
    person = found[0][1]
    login = person.login or ""
    difference = invisible_difference(wrong, login, "Procore")
    name = f" ({person.name})" if person.name else ""
    if difference:
        return f"; it {difference}: write {login}{name}"
    return f"; did you mean {login}{name}?"


def _near(wrong: str, people: Iterable[Person]) -> Iterator[tuple[int, Person]]:
    """Yield the people whose login is near ``wrong`` (in the form of keys), each with the number of edits."""
    local, _, domain = wrong.partition("@")
    most = 1 if len(local) < _SHORT else _MOST_EDITS
    plain, shown = wrong.isascii(), outline(wrong)
    seen = set()
    for person in people:
        key = login_key(person.login)
        if not key or key == wrong or key in seen:
            continue
        seen.add(key)
        its_local, _, its_domain = key.partition("@")
        if not plain and outline(key) == shown:
            yield 0, person
            continue
        if its_local == local:
            # without a domain the part before it is all there is
            edits = edits_between(domain, its_domain, _MOST_EDITS) if domain else 0
        elif its_domain == domain or not domain:
            edits = edits_between(local, its_local, most)
        else:
            continue
        if edits is not None:
            yield edits, person
