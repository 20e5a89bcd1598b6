"""Compares and joins lines of lists of people; it knows no team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.because import Because
from reconciler.model.member import Member
from reconciler.model.spelling import comparable
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.documents import Team
    from reconciler.model.people_lock import LockedEach

__all__ = ["by_way_of", "is_plain", "lasts_longer", "nobody_named", "people_by_value", "unknown_team"]


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


def people_by_value(found: LockedEach, source: str) -> dict[str, tuple[Member, ...]]:
    """Return the people of a rule by project, by value in the form it is compared in."""
    because = Because(kind="moved", source=source)
    return {
        comparable(line.value).strip().casefold(): tuple(
            Member(origin=place, login=login, team_line=place, because=because) for login in line.members
        )
        for line, place in found.places()
    }


def unknown_team(name: str, teams: Mapping[str, Team]) -> str:
    """Return the message for a team that no document defines."""
    hint = did_you_mean(name, teams, "the team") or (
        f"; known teams: {', '.join(sorted(teams)[:8])}"
        if teams
        else "; no teams are defined: write, or restore, a document of kind teams"
    )
    return f"no team '{name}'{hint}"


def nobody_named(role: str) -> str:
    """Return the message for a role in which no line leads to anybody."""
    return (
        f"nobody is left in '{role}' (expired lines, or empty teams); "
        "name somebody, or write {members: […], allow_empty: true} if nobody is to hold this role"
    )
