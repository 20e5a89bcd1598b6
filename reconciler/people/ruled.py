"""Teams with rules and rules of groups, and what is said of people who come to them or go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.people_report import ChangedPerson, PersonChange
from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.diagnostics import Origin
    from reconciler.model.member import Member
    from reconciler.model.people_lock import LockedPerson, LockedResult
    from reconciler.people.known_people import KnownPeople

__all__ = ["Ruled", "told_changes", "told_renames"]


class Ruled(NamedTuple):
    """A team with rules, or one rule of a group: ``team`` is null there."""

    title: str
    team: str | None
    origin: Origin
    rule: str
    members: tuple[Member, ...]
    left_out: tuple[Member, ...]
    before: LockedResult | None
    fewest: int
    most: int


def told_changes(ruled: Ruled, had: set[str], found: set[str], known: KnownPeople) -> Iterator[PersonChange]:
    """Yield who comes to a team or rule, and who goes, with the reason."""
    for login in sorted(found - had):
        if login not in known.by_login:
            continue  # two rows share an id, which is an error elsewhere
        id_, record = known.by_login[login]
        person = ChangedPerson(id=id_, login=login, name=record.name)
        yield PersonChange(
            person=person,
            kind="moved" if login in known.locked else "joined",
            team=ruled.team,
            direction="add",
            reason=f"{ruled.title} finds them",
        )
    for login in sorted(had - found):
        one = known.locked.get(login)
        person = ChangedPerson(id=one.id if one else "", login=login, name=one.name if one else None)
        left = login_key(login) in known.left
        reason = (
            f"left ({one.id.partition(':')[0] if one else ''})"
            if left
            else f"{ruled.title} does not find them any more"
        )
        yield PersonChange(
            person=person, kind="left" if left else "moved", team=ruled.team, direction="remove", reason=reason
        )


def told_renames(people: Iterable[LockedPerson], known: KnownPeople) -> Iterator[PersonChange]:
    """Yield everybody whose login changed."""
    for one in people:
        before = known.before.get(one.id)
        if before is not None and before.login != one.login:
            person = ChangedPerson(id=one.id, login=one.login, name=one.name)
            reason = f"the login was {before.login}"
            yield PersonChange(person=person, kind="renamed", team=None, direction=None, reason=reason)
