"""Finds the people of rules by project: a set of people for each value of an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.people_lock import LockedEach, LockedLine
from reconciler.model.spelling import login_key
from reconciler.people.held_teams import why_held

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.rules import Rule
    from reconciler.people.known_people import KnownPeople
    from reconciler.people.rule_search import Directory

__all__ = ["EachResult", "find_each"]


class EachResult(NamedTuple):
    """People by value, now and before, and why the rule is held, with how many roles it would lose."""

    found: dict[str, set[str]]
    had: dict[str, set[str]]
    reason: str | None
    lost: int

    def locked(self, digest: str) -> LockedEach:
        """Return the part of the lock."""
        lines = [
            LockedLine(value=value, members=tuple(sorted(people))) for value, people in self.found.items() if people
        ]
        return LockedEach(rule=digest, lines=tuple(sorted(lines, key=lambda one: one.value)))


def find_each(
    rule: Rule, people: Mapping[str, object], directory: Directory, before: LockedEach | None, known: KnownPeople
) -> EachResult:
    """Return the people of a rule by value of its attribute. ``people`` are those that it finds, by login.

    A rule that would lose many keeps the people of before, less those who left.
    """
    attribute = rule.each_attribute or ""
    shown = directory.reading.values.get(attribute, {})
    found: dict[str, set[str]] = {}
    for value, records in directory.having(attribute).items():
        members = {one.login for one in records if one.login in people and login_key(one.login) not in known.left}
        if members:
            found[shown[value][0]] = members
    lines = () if before is None else before.lines
    had = {one.value: {known.renamed.get(login, login) for login in one.members} for one in lines}
    for value, logins in had.items():
        kept = logins & known.lacking
        if kept:
            found.setdefault(value, set()).update(kept)
    pairs = sum(map(len, had.values()))
    gone = [login for value, logins in had.items() for login in logins - found.get(value, set())]
    lost = sum(login_key(one) not in known.left for one in gone)
    numbers = (pairs, sum(map(len, found.values())))
    reason = why_held(lost, numbers, fewest=1, same=before is not None, accepted=0)
    if reason is not None and before is not None:
        found = {value: {one for one in logins if login_key(one) not in known.left} for value, logins in had.items()}
    return EachResult(found, had, reason, lost)
