"""Replaces teams and rules by their people, and leaves out expired lines and people who left."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.absences import away_on
from reconciler.model.because import Because
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.documents import Assignments, DesiredGroup, Member, Team
from reconciler.model.member import ByProject
from reconciler.model.people_lock import LOCK_FOLDER, NO_LOCK
from reconciler.model.rule_digests import RuleDigests
from reconciler.people.former import protect_other_logins
from reconciler.people.leavers import Leavers
from reconciler.people.member_lines import (
    by_way_of,
    is_plain,
    lasts_longer,
    nobody_named,
    people_by_value,
    unknown_team,
)

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.model.diagnostics import Severity
    from reconciler.model.documents import Documents
    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.routing import Routing
    from reconciler.model.rules import Rule
    from reconciler.model.sources import PeopleSource

DEEPEST = 50

__all__ = ["expand_members", "expand_teams"]


def expand_teams(
    documents: Documents, today: datetime.date, *, managers_replace: bool = False
) -> tuple[Documents, list[Diagnostic]]:
    """Return documents with their assignments expanded as of a day (UTC), and what is wrong with teams.

    With ``managers_replace`` the managers of people who left hold a role in which nobody would be left.
    """
    expansion = _TeamExpansion(documents.teams, today, documents.lock, documents.sources)
    expansion.managers_replace = managers_replace
    expansion.every_team()
    expanded = tuple(expansion.assignments(document) for document in documents.written)
    routings = tuple(expansion.routing(one) for one in documents.routings)
    away = away_on(documents.absences, today, documents.lock.other_logins())
    fields = frozenset(expansion.project_fields)
    dated = msgspec.structs.replace(documents, assignments=expanded, day=today, away=away, project_fields=fields)
    documents = msgspec.structs.replace(dated, routings=routings, policy=protect_other_logins(dated.policy, dated.lock))
    return documents, [*expansion.diagnostics, *expansion.leavers.judge_replacements(documents.absences)]


def expand_members(
    members: Sequence[Member],
    teams: Mapping[str, Team],
    today: datetime.date,
    lock: PeopleLock = NO_LOCK,
    sources: Mapping[str, PeopleSource] = MappingProxyType({}),
) -> tuple[Member, ...]:
    """Return the people of a list on a day (UTC); problems of the list are reported elsewhere."""
    return _TeamExpansion(dict(teams), today, lock, sources).people(members)


class _TeamExpansion:
    """Expands lists of members on one day; every team is resolved once. ``diagnostics`` collects what is wrong."""

    def __init__(
        self, teams: dict[str, Team], today: datetime.date, lock: PeopleLock, sources: Mapping[str, PeopleSource]
    ) -> None:
        self._teams = teams
        self._today = today
        self._lock = lock
        self.leavers = Leavers(lock, teams, today)
        self._renamed = lock.renamed()
        self._digests = RuleDigests(teams, sources)
        self._resolved: dict[str, tuple[Member, ...]] = {}
        self._path: list[str] = []
        self._errors = 0
        self._is_outdated = False
        self.managers_replace = False
        self.project_fields: set[str] = set()
        self._is_of_project = False
        self._each: dict[str, dict[str, tuple[Member, ...]]] = {}
        self.diagnostics: list[Diagnostic] = []

    def _add(self, code: str, message: str, place: Team | Member | DesiredGroup, severity: Severity = "error") -> None:
        self._errors += severity == "error"
        self.diagnostics.append(Diagnostic(severity=severity, code=code, message=message, origin=place.origin))

    def every_team(self) -> None:
        """Resolve every team, so that mistakes in teams that nothing refers to are found as well."""
        for name in self._teams:
            self._team(name)

    def assignments(self, document: Assignments) -> Assignments:
        """Return the document with every group expanded."""
        self._is_of_project = not document.company_level
        entries = []
        for entry in document.entries:
            groups = self._groups(entry.groups)
            manager = self._manager(entry.workflow_manager)
            same = groups is entry.groups and manager is entry.workflow_manager
            entries.append(entry if same else msgspec.structs.replace(entry, groups=groups, workflow_manager=manager))
        groups = self._groups(document.groups)
        manager = self._manager(document.workflow_manager)
        self._is_of_project = False
        return msgspec.structs.replace(document, groups=groups, workflow_manager=manager, entries=tuple(entries))

    def _manager(self, manager: Member | None) -> Member | None:
        """Return who is to be workflow manager: nothing is asked where that person left."""
        if manager is None or self.leavers.find(manager) is None:
            return manager
        self._present((manager,))
        proposed = self.leavers.managers(self.leavers.lines([manager])) if self.managers_replace else ()
        return next(iter(proposed), None)

    def routing(self, routing: Routing) -> Routing:
        """Return the routing with everybody who steps in."""
        fallback = self._somebody(routing.fallback, "routing/no-fallback")
        escalate = routing.escalate
        if escalate is not None:
            escalate = msgspec.structs.replace(escalate, add=self._somebody(escalate.add, "routing/nobody-to-add"))
        return msgspec.structs.replace(routing, fallback=fallback, escalate=escalate)

    def _somebody(self, members: tuple[Member, ...], code: str) -> tuple[Member, ...]:
        problems = len(self.diagnostics)
        people = self.people(members)
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
        members = self.people(group.members)
        if not members and not group.allow_empty and problems == self._errors and not self._is_outdated:
            members = self._without_anybody(name, group)
        return group if members is group.members else msgspec.structs.replace(group, members=members)

    def _without_anybody(self, name: str, group: DesiredGroup) -> tuple[Member, ...]:
        """Return managers for a group whose people left; else report it. If they left it is held, and others go on."""
        if not self.leavers.emptied(group.members):
            self._add("documents/empty-group", nobody_named(name), group)
            return ()
        lines = self.leavers.lines(group.members)
        managers = self.leavers.managers(lines) if self.managers_replace else ()
        if not managers:
            self._add("people/nobody-left", self.leavers.nobody_left(name, lines), group, "warning")
        return managers

    def people(self, members: Sequence[Member]) -> tuple[Member, ...]:
        """Expand one list: teams and rules by their people, the expired left out, everybody once."""
        if is_plain(members):
            return self._present(tuple(members))
        written: dict[tuple[str, str], Member] = {}
        people: dict[tuple[str, str], Member] = {}
        for member in members:
            key = member.key
            first = written.setdefault(key, member)
            if first is not member:
                message = f"'{member}' is twice in this list (first at {first.origin}); remove one"
                self._add("documents/duplicate-member", message, member)
            elif member.team is not None or member.rule is not None:
                for person in self._behind(member):
                    known = people.get(person.key)
                    if known is None or lasts_longer(person, known):
                        people[person.key] = person
            elif member.until is None or member.until >= self._today:
                known = people.get(key)
                # rather than a team that names the same person, unless that lasts longer
                if known is None or not lasts_longer(known, member):
                    people[key] = member
            else:
                message = f"the last day of {member} is over ({member.until}); this line has no effect and can go"
                self._add("documents/expired", message, member, "note")
        return self._present(tuple(people.values()))

    def _present(self, people: tuple[Member, ...]) -> tuple[Member, ...]:
        """Return those who did not leave; a line that names somebody who did is a warning."""
        if not self.leavers:
            return people
        present = []
        for one in people:
            gone = self.leavers.find(one)
            warning = None if gone is None else self.leavers.warning(one, gone)
            if gone is None:
                present.append(one)
            elif warning is not None:
                self._add("people/left", warning, one, "warning")
        return people if len(present) == len(people) else tuple(present)

    def _behind(self, member: Member) -> Iterable[Member]:
        """Return the people of a team, or whom the lock has for a rule of a group."""
        if member.rule is None:
            return (by_way_of(member, person) for person in self._team_of(member))
        if member.rule.is_by_project:
            return self._by_project(member, member.rule)
        found = self._lock.rules.get(self._digests.of_rule(member.rule))
        if found is None:
            self._outdated(f"{member.rule} is not in {LOCK_FOLDER}", member)
            return ()
        because = Because(kind="moved", source=member.rule.source)
        return (
            Member(origin=member.origin, login=login, team_line=line, because=because) for login, line in found.places()
        )

    def _by_project(self, member: Member, rule: Rule) -> Iterable[Member]:
        """Return the line with the people of each project; they are chosen once the project is known."""
        if not self._is_of_project:
            message = f"{member} needs a project: use it in a group of an assignments document with projects"
            self._add("documents/rule-by-project", message, member)
            return ()
        otherwise = None if member.otherwise is None else self.people(member.otherwise)
        people, field = None, rule.field or rule.each_field or ""
        if rule.field is None:
            digest = self._digests.of_rule(rule)
            found = self._lock.each.get(digest)
            if found is None:
                self._outdated(f"{rule} is not in {LOCK_FOLDER}", member)
                return ()
            people = self._each.get(digest)
            if people is None:
                people = self._each[digest] = people_by_value(found, rule.source)
        self.project_fields.add(field)
        return (msgspec.structs.replace(member, by_project=ByProject(field=field, people=people, otherwise=otherwise)),)

    def _outdated(self, words: str, place: Team | Member) -> None:
        message = f"{words}: run 'reconciler people' with these documents, and commit what it writes"
        self._is_outdated = True  # who is in a group is not known then
        self._add("people/lock-outdated", message, place)

    def _team_of(self, member: Member) -> tuple[Member, ...]:
        name = member.team or ""
        if name in self._teams:
            return self._team(name)
        self._add("documents/unknown-team", unknown_team(name, self._teams), member)
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
        team = self._teams[name]
        people = self._by_rules(team) if team.has_rules or team.left_out else self.people(team.members)
        self._path.pop()
        self._resolved[name] = people
        return people

    def _by_rules(self, team: Team) -> tuple[Member, ...]:
        """Return the people of a team with rules: those it names, those of the lock, without those left out."""
        for one in (*team.members, *team.left_out):
            if one.rule is not None and one.rule.is_by_project:
                self._by_project(one, one.rule)
                return ()
        people = {one.key: one for one in self.people([one for one in team.members if one.rule is None])}
        named = self.people([one for one in team.left_out if one.rule is None])
        left_out = {self._person(one) for one in (*named, *(team.found_left_out or ()))}
        for one in team.found or ():
            people.setdefault(one.key, one)
        if team.has_rules and team.found is None:
            known = team.name in self._lock.teams
            words = f"are not those that {LOCK_FOLDER} has" if known else f"are not in {LOCK_FOLDER}"
            self._outdated(f"the rules of the team '{team.name}' {words}", team)
        return self._present(tuple(one for one in people.values() if self._person(one) not in left_out))

    def _person(self, member: Member) -> tuple[str, str]:
        """Return what makes two lines the same person: a login before a rename is that person too."""
        kind, text = member.key
        return kind, self._renamed.get(text, text) if kind == "login" else text
