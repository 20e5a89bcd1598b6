"""Digests of rules with all that their results depend on: other teams, and what a source maps."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.documents import Team
    from reconciler.model.member import Member
    from reconciler.model.rules import Condition, Rule
    from reconciler.model.sources import PeopleSource

__all__ = ["RuleDigests"]

_SHOWN_DIGITS = 16
_TEAM = "team:"


class RuleDigests:
    """Digests of 16 hexadecimal digits, for rules and values in any order. Limits of teams do not count."""

    def __init__(self, teams: Mapping[str, Team], sources: Mapping[str, PeopleSource]) -> None:
        self._teams = teams
        self._sources = sources

    def of_team(self, team: Team) -> str:
        """Return the digest of the rules of a team."""
        return self._digest(team.rules, team.rules_left_out)

    def of_rule(self, rule: Rule) -> str:
        """Return the digest of one rule of a group."""
        return self._digest((rule,), ())

    def _digest(self, rules: Iterable[Rule], left_out: Iterable[Rule]) -> str:
        used = [*rules, *left_out]
        said = {
            "rules": sorted(map(_canonical, rules)),
            "except": sorted(map(_canonical, left_out)),
            "teams": self._named_teams(used),
            "sources": {one.source: self._mapping(one.source, used) for one in used},
        }
        return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:_SHOWN_DIGITS]

    def _named_teams(self, rules: Iterable[Rule]) -> dict[str, list[list[str]]]:
        """Return the lines of each team whose managers are asked for, and of teams inside it."""
        found: dict[str, list[list[str]]] = {}
        ahead = [one.manager_of for one in rules if one.manager_of is not None]
        while ahead:
            name = ahead.pop()
            team = self._teams.get(name.removeprefix(_TEAM)) if name.startswith(_TEAM) else None
            if team is None or team.name in found:
                continue
            found[team.name] = [sorted(map(_line, team.members)), sorted(map(_line, team.left_out))]
            for one in (*team.members, *team.left_out):
                more = f"{_TEAM}{one.team}" if one.team is not None else one.rule and one.rule.manager_of
                ahead.extend([more] if more else [])
        return found

    def _mapping(self, name: str, rules: Iterable[Rule]) -> object:
        source = self._sources.get(name)
        if source is None:
            return None
        used = {attribute for one in rules if one.source == name for attribute in one.attributes}
        own = _columns(source, used)
        others = [self._sources.get(one) for one in source.joined.sources]
        return (
            [*own, source.joined, *(None if one is None else _columns(one, used) for one in others)] if others else own
        )


def _columns(source: PeopleSource, used: set[str]) -> list[object]:
    columns = {one: source.columns[one] for one in ("id", "login", *sorted(used)) if one in source.columns}
    return [columns, source.status, source.dates]


def _line(member: Member) -> str:
    return _canonical(member.rule) if member.rule is not None else "/".join(member.key)


def _canonical(rule: Rule) -> str:
    ordered = msgspec.structs.replace(rule, where=_ordered(rule.where), up_to=_ordered(rule.up_to))
    return msgspec.json.encode(ordered, order="deterministic").decode()


def _ordered(conditions: Mapping[str, Condition]) -> dict[str, Condition]:
    return {
        name: msgspec.structs.replace(
            one, values=tuple(sorted(set(one.values))), excluded=tuple(sorted(set(one.excluded)))
        )
        for name, one in conditions.items()
    }
