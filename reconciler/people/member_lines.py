"""Compares and joins lines of lists of people; it knows no team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.member import Member

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["by_way_of", "is_plain", "lasts_longer"]


def is_plain(members: Sequence[Member]) -> bool:
    """Return whether a list names different people by login, without teams and last days."""
    logins = {member.login.lower() for member in members if member.login is not None and member.until is None}
    return len(logins) == len(members)


def lasts_longer(one: Member, other: Member) -> bool:
    """Return whether a line holds somebody for longer than another line does; no last day is for ever."""
    return other.until is not None and (one.until is None or one.until > other.until)


def by_way_of(reference: Member, person: Member) -> Member:
    """Return the line of somebody whom a team brings into a list that names the team."""
    return Member(
        origin=reference.origin,
        login=person.login,
        login_id=person.login_id,
        until=person.until,
        reason=person.reason,
        via=f"team:{reference.team}",
        team_line=person.team_line or person.origin,
        because=person.because,
    )
