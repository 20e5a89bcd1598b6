"""Replaces teams by their people, and leaves expired lines out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.documents import Assignments, DesiredGroup, Member, Team
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

    from reconciler.model.diagnostics import Severity
    from reconciler.model.documents import Documents
    from reconciler.model.routing import Routing

DEEPEST = 50

__all__ = ["expand_members", "expand_teams"]


def expand_teams(documents: Documents, today: datetime.date) -> tuple[Documents, list[Diagnostic]]:
    """Return documents with their assignments expanded as they stand on a day (UTC), and what is wrong with teams."""
    expansion = _TeamExpansion(documents.teams, today)
    expansion.every_team()
    expanded = tuple(expansion.assignments(document) for document in documents.written)
    routings = tuple(expansion.routing(one) for one in documents.routings)
    documents = msgspec.structs.replace(documents, assignments=expanded, routings=routings)
    return documents, expansion.diagnostics


def expand_members(members: Sequence[Member], teams: Mapping[str, Team], today: datetime.date) -> tuple[Member, ...]:
    """Return the people of a list on a day (UTC); problems of the list are reported elsewhere."""
    return _TeamExpansion(dict(teams), today).people(members)


class _TeamExpansion:
    """Expands lists of members on one day; every team is resolved once, however many lists name it.

    ``diagnostics`` collects unknown teams, cycles, repeated lines and groups that nobody is left in.
    """

    def __init__(self, teams: dict[str, Team], today: datetime.date) -> None:
        self._teams = teams
        self._today = today
        self._resolved: dict[str, tuple[Member, ...]] = {}
        self._path: list[str] = []
        self._errors = 0
        self.diagnostics: list[Diagnostic] = []

    def _add(self, code: str, message: str, place: Team | Member | DesiredGroup, severity: Severity = "error") -> None:
        self._errors += severity == "error"
        self.diagnostics.append(Diagnostic(severity=severity, code=code, message=message, origin=place.origin))

    def every_team(self) -> None:
        """Resolve every team, so that mistakes in teams that nothing refers to are found as well."""
        for name in self._teams:
            self._team(name)

    def people(self, members: Sequence[Member]) -> tuple[Member, ...]:
        """Return a list expanded."""
        return self._expand(members)

    def assignments(self, document: Assignments) -> Assignments:
        """Return the document with every group expanded."""
        entries = []
        for entry in document.entries:
            groups = self._groups(entry.groups)
            entries.append(entry if groups is entry.groups else msgspec.structs.replace(entry, groups=groups))
        groups = self._groups(document.groups)
        return msgspec.structs.replace(document, groups=groups, entries=tuple(entries))

    def routing(self, routing: Routing) -> Routing:
        """Return the routing with everybody who steps in."""
        fallback = self._somebody(routing.fallback, "routing/no-fallback")
        escalate = routing.escalate
        if escalate is not None:
            escalate = msgspec.structs.replace(escalate, add=self._somebody(escalate.add, "routing/nobody-to-add"))
        return msgspec.structs.replace(routing, fallback=fallback, escalate=escalate)

    def _somebody(self, members: tuple[Member, ...], code: str) -> tuple[Member, ...]:
        problems = len(self.diagnostics)
        people = self._expand(members)
        if members and not people and not any(one.severity == "error" for one in self.diagnostics[problems:]):
            self._add(code, "nobody is left here (expired lines, or empty teams): name somebody", members[0])
        return people

    def _groups(self, groups: dict[str, DesiredGroup]) -> dict[str, DesiredGroup]:
        expanded = {name: self._group(name, group) for name, group in groups.items()}
        # most groups name people alone; their documents are handed on as they are
        return groups if all(expanded[name] is group for name, group in groups.items()) else expanded

    def _group(self, name: str, group: DesiredGroup) -> DesiredGroup:
        if not group.members:
            if not group.allow_empty:
                message = (
                    f"'{name}' is an empty list; name somebody, write {{members: [], allow_empty: true}} "
                    "if nobody is to hold this role, or leave the group out to leave it as it is"
                )
                self._add("documents/empty-group", message, group)
            return group
        problems = sum(one.severity == "error" for one in self.diagnostics)
        members = self._expand(group.members)
        if not members and not group.allow_empty and problems == self._errors:
            message = (
                f"nobody is left in '{name}' (expired lines, or empty teams); "
                "name somebody, or write {members: […], allow_empty: true} if nobody is to hold this role"
            )
            self._add("documents/empty-group", message, group)
        if members is group.members:
            return group
        return DesiredGroup(members=members, origin=group.origin, allow_empty=group.allow_empty)

    def _expand(self, members: Sequence[Member]) -> tuple[Member, ...]:
        """Expand one list: teams by their people, the expired left out, everybody once."""
        if _is_plain(members):
            return tuple(members)
        written: dict[tuple[str, str], Member] = {}
        people: dict[tuple[str, str], Member] = {}
        for member in members:
            key = member.key
            first = written.setdefault(key, member)
            if first is not member:
                message = f"'{member}' is twice in this list (first at {first.origin}); remove one"
                self._add("documents/duplicate-member", message, member)
            elif member.team is not None:
                for person in self._team_of(member):
                    known = people.get(person.key)
                    if known is None or _lasts_longer(person, known):
                        people[person.key] = _by_way_of(member, person)
            elif member.until is None or member.until >= self._today:
                known = people.get(key)
                # rather than a team that names the same person, unless that lasts longer
                if known is None or not _lasts_longer(known, member):
                    people[key] = member
            else:
                message = f"the last day of {member} is over ({member.until}); this line has no effect and can go"
                self._add("documents/expired", message, member, "note")
        return tuple(people.values())

    def _team_of(self, member: Member) -> tuple[Member, ...]:
        name = member.team or ""
        if name in self._teams:
            return self._team(name)
        hint = did_you_mean(name, self._teams, "the team") or (
            f"; known teams: {', '.join(sorted(self._teams)[:8])}"
            if self._teams
            else "; no teams are defined: write, or restore, a document of kind teams"
        )
        self._add("documents/unknown-team", f"no team '{name}'{hint}", member)
        return ()

    def _team(self, name: str) -> tuple[Member, ...]:
        if name in self._resolved:
            return self._resolved[name]
        if name in self._path:
            cycle = " → ".join([*self._path[self._path.index(name) :], name])
            message = f"teams that contain each other: {cycle}; take one of them out"
            self._add("documents/team-cycle", message, self._teams[name])
            return ()
        if len(self._path) >= DEEPEST:
            message = f"teams are nested deeper than {DEEPEST} levels here; take some of them out"
            self._add("documents/team-depth", message, self._teams[name])
            return ()
        self._path.append(name)
        people = self._expand(self._teams[name].members)
        self._path.pop()
        self._resolved[name] = people
        return people


def _is_plain(members: Sequence[Member]) -> bool:
    """Return whether a list names different people by login, without teams and last days."""
    logins = {member.login.lower() for member in members if member.login is not None and member.until is None}
    return len(logins) == len(members)


def _lasts_longer(one: Member, other: Member) -> bool:
    """Return whether a line holds somebody for longer than another line does; no last day is for ever."""
    return other.until is not None and (one.until is None or one.until > other.until)


def _by_way_of(reference: Member, person: Member) -> Member:
    return Member(
        origin=reference.origin,
        login=person.login,
        login_id=person.login_id,
        until=person.until,
        reason=person.reason,
        via=f"team:{reference.team}",
        team_line=person.team_line or person.origin,
    )
