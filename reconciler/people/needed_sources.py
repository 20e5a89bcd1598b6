"""Finds the sources that a rule needs: its own, and those of teams whose managers it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.documents import Team
    from reconciler.model.member import Member

__all__ = ["needed_sources"]

_TEAM = "team:"


def needed_sources(members: Iterable[Member], teams: Mapping[str, Team]) -> set[str]:
    """Return the names of all sources that the rules among members need."""
    found: set[str] = set()
    seen: set[str] = set()
    ahead = list(members)
    while ahead:
        rule = ahead.pop().rule
        if rule is None:
            continue
        found.add(rule.source)
        names = (
            [] if rule.manager_of is None or not rule.manager_of.startswith(_TEAM) else [rule.manager_of[len(_TEAM) :]]
        )
        while names:
            team = teams.get(names.pop())
            if team is not None and team.name not in seen:
                seen.add(team.name)
                ahead += [*team.members, *team.left_out]
                names += [one.team for one in (*team.members, *team.left_out) if one.team is not None]
    return found
