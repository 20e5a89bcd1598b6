"""Finds the people of rules in readings of sources; it holds nobody back and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.globs import fits
from reconciler.model.phrases import counted
from reconciler.model.spelling import login_key
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from reconciler.model.documents import Documents, Team
    from reconciler.model.member import Member
    from reconciler.model.readings import Reading, Record
    from reconciler.model.rules import Condition, Rule

__all__ = ["Directory", "RuleSearch", "members_of", "rules_of"]

_TEAM = "team:"
_MOST_SHOWN = 5
_WILD = frozenset("*?[")


class Directory:
    """Everybody of one source, by id and by login; ``problems`` are ids and logins that two rows share.

    ``by_locked`` has them by the id that the lock holds, without the name of the source.
    """

    def __init__(self, reading: Reading, keyed: Callable[[str], str] = str) -> None:
        self.reading = reading
        self.by_locked = {keyed(one.id): one for one in reading.records}
        self.locked_ids = {one.id: locked for locked, one in self.by_locked.items()}
        self.by_id: dict[str, Record] = {}
        self.by_login: dict[str, Record] = {}
        self.problems: list[str] = []
        for one in reading.records:
            for index, key, what in (
                (self.by_id, one.id, "id"),
                (self.by_login, login_key(one.login), "e-mail address"),
            ):
                known = index.setdefault(key, one) if key else one  # who left may have no address any more
                if known is not one:
                    self.problems.append(f"{known.row} and {one.row} of {reading.source} have the same {what}")
        self._having: dict[str, dict[str, list[Record]]] = {}
        self._by_text = {one.casefold(): record for one, record in self.by_id.items()}
        self._reports: dict[str, list[Record]] | None = None

    def having(self, attribute: str) -> dict[str, list[Record]]:
        """Return the people who did not leave, by each value of an attribute."""
        known = self._having.get(attribute)
        if known is None:
            known = self._having[attribute] = {}
            for one in self.reading.records:
                for value in one.attributes.get(attribute, ()) if one.state != "left" else ():
                    known.setdefault(value, []).append(one)
        return known

    def manager(self, person: Record) -> Record | None:
        """Return the manager of somebody, named by id or by login; nobody is their own."""
        for value in person.attributes.get("manager", ()):
            found = self._by_text.get(value) or self.by_login.get(login_key(value))
            if found is not None and found is not person:
                return found
        return None

    def reports(self, person: Record) -> list[Record]:
        """Return the people whose manager somebody is."""
        if self._reports is None:
            self._reports = {}
            for one in self.reading.records:
                manager = self.manager(one)
                if manager is not None:
                    self._reports.setdefault(manager.id, []).append(one)
        return self._reports.get(person.id, [])


class RuleSearch:
    """Finds the people of teams and of rules; each team is searched once, and ``diagnostics`` says what is wrong."""

    def __init__(self, teams: Mapping[str, Team], directories: Mapping[str, Directory]) -> None:
        self._teams = teams
        self._directories = directories
        self._members: dict[str, set[str]] = {}
        self._path: list[str] = []
        self.diagnostics: list[Diagnostic] = []

    def found(self, members: Iterable[Member]) -> dict[str, Record]:
        """Return whom the rules among members find, by login."""
        found: dict[str, Record] = {}
        for member in members:
            if member.rule is not None:
                found.update((one.login, one) for one in self._search(member, member.rule) if one.state != "left")
        return found

    def _error(self, code: str, message: str, place: Member | Team) -> None:
        found = Diagnostic(severity="error", code=code, message=message, origin=place.origin)
        if found not in self.diagnostics:  # a team that another rule names is searched again
            self.diagnostics.append(found)

    def _search(self, member: Member, rule: Rule) -> Iterable[Record]:
        directory = self._directories.get(rule.source)
        if directory is None:
            hint = did_you_mean(rule.source, self._directories) or "; write a document 'kind: source'"
            self._error("people/unknown-source", f"no source '{rule.source}'{hint}", member)
            return ()
        if not self._knows(member, rule, directory):
            return ()
        if rule.manager_of is not None:
            people = (self._person(member, directory, one) for one in sorted(self._of(rule.manager_of)))
            demands = _demands(rule.up_to, directory)
            above = (_above(one, demands, directory) for one in people if one is not None)
            return [one for one in above if one is not None]
        if rule.reports_to is not None:
            head = self._person(member, directory, rule.reports_to)
            return () if head is None else _below(head, rule, directory)
        demands = _demands(rule.where, directory)
        return [one for one in _candidates(demands, directory) if all(demand.is_met(one) for demand in demands)]

    def _of(self, who: str) -> set[str]:
        return self._team(who.removeprefix(_TEAM)) if who.startswith(_TEAM) else {who}

    def _person(self, member: Member, directory: Directory, login: str) -> Record | None:
        found = directory.by_login.get(login_key(login))
        rule = member.rule
        if found is None and rule is not None and login in {rule.manager_of, rule.reports_to}:
            hint = did_you_mean(login, [one.login for one in directory.by_login.values()])
            self._error(
                "people/unknown-person", f"{directory.reading.source} has nobody with the login '{login}'{hint}", member
            )
        return found

    def _knows(self, member: Member, rule: Rule, directory: Directory) -> bool:
        """Report attributes and values that nobody has: a slip would find nobody, or everybody."""
        before = len(self.diagnostics)
        mapped = directory.reading.mapped
        for attribute in sorted(rule.attributes):
            if attribute not in mapped:
                hint = (
                    did_you_mean(attribute.removeprefix("@"), mapped)
                    or f"; mapped are {', '.join(sorted(mapped)) or 'none'}"
                )
                words = f"the source {directory.reading.source} maps no attribute '{attribute.removeprefix('@')}'{hint}"
                self._error("people/unknown-attribute", words, member)
        for attribute, condition in (*rule.where.items(), *rule.up_to.items()):
            known = directory.reading.values.get(attribute, {})
            for value in (*condition.values, *condition.excluded):
                if attribute in mapped and not any(fits(value.casefold(), one) for one in known):
                    shown = attribute.removeprefix("@")
                    words = f"nobody in {directory.reading.source} has {shown} '{value}'{_nearest(value, known)}"
                    self._error("people/unknown-value", words, member)
        return len(self.diagnostics) == before

    def _team(self, name: str) -> set[str]:
        """Return the logins of a team: those it names, nested teams, and whom its rules find."""
        if name in self._members:
            return self._members[name]
        team = self._teams.get(name)
        if team is None or name in self._path:
            return set()  # expansion reports an unknown team; a circle has nobody more
        self._path.append(name)
        left_out = set(map(login_key, self._people(team.left_out)))
        members = {one for one in self._people(team.members) if login_key(one) not in left_out}
        self._path.pop()
        if not self._path:
            self._members[name] = members
        return members

    def _people(self, members: Iterable[Member]) -> set[str]:
        people: set[str] = set()
        for one in members:
            if one.login is not None:
                people.add(one.login)
            elif one.team is not None:
                people |= self._team(one.team)
            elif one.rule is not None:
                people |= set(self.found((one,)))
        return people


class _Demand(NamedTuple):
    """A condition, with the values of a source that its globs mean: each is compared once, however many people."""

    attribute: str
    condition: Condition
    values: frozenset[str]

    def is_met(self, person: Record) -> bool:
        """Return whether somebody meets it. ``not:`` asks for another value, and a blank is none."""
        values = person.attributes.get(self.attribute, ())
        if self.condition.empty is not None:
            return self.condition.empty is not bool(values)
        if self.condition.excluded:
            return bool(values) and self.values.isdisjoint(values)
        return not self.values.isdisjoint(values)


def _demands(conditions: Mapping[str, Condition], directory: Directory) -> list[_Demand]:
    found = []
    for attribute, condition in conditions.items():
        globs = [one.casefold() for one in (*condition.values, *condition.excluded)]
        values = frozenset(one for one in directory.having(attribute) if any(fits(glob, one) for glob in globs))
        found.append(_Demand(attribute, condition, values))
    return found


def _candidates(demands: Iterable[_Demand], directory: Directory) -> Iterable[Record]:
    """Return the people of the narrowest condition that names values; everybody where there is none."""
    lists = []
    for demand in demands:
        if demand.condition.values:
            having = directory.having(demand.attribute)
            lists.append([one for value in sorted(demand.values) for one in having[value]])
    if not lists:
        return [one for one in directory.reading.records if one.state != "left"]
    return min(lists, key=len)


def _above(person: Record, demands: list[_Demand], directory: Directory) -> Record | None:
    """Return the manager, or the first one above who meets the demands; circles end."""
    seen = {person.id}
    manager = directory.manager(person)
    while manager is not None and manager.id not in seen:
        if manager.state != "left" and all(one.is_met(manager) for one in demands):
            return manager
        if not demands:
            return None
        seen.add(manager.id)
        manager = directory.manager(manager)
    return None


def _below(head: Record, rule: Rule, directory: Directory) -> Iterator[Record]:
    """Yield everybody below somebody, level by level; circles end."""
    if rule.and_self:
        yield head
    seen, level, depth = {head.id}, [head], 0
    while level and (rule.depth is None or depth < rule.depth):
        level = [one for manager in level for one in directory.reports(manager) if one.id not in seen]
        seen.update(one.id for one in level)
        yield from level
        depth += 1


def _nearest(value: str, known: Mapping[str, tuple[str, int]]) -> str:
    """Return the values that are there, with their numbers; the nearest one first."""
    if not known:
        return "; nobody has any value there"
    hint = "" if _WILD & set(value) else did_you_mean(value, [shown for shown, _ in known.values()])
    most = sorted(known.values(), key=lambda one: (-one[1], one[0]))[:_MOST_SHOWN]
    shown = ", ".join(f"'{text}' ({counted(count, 'person', 'people')})" for text, count in most)
    more = f" and {len(known) - _MOST_SHOWN} more" if len(known) > _MOST_SHOWN else ""
    return f"{hint}; there are {shown}{more}"


def members_of(documents: Documents, *, teams: bool = True) -> Iterator[Member]:
    """Yield every line that names somebody, or finds people: of groups and managers, and of teams."""
    for document in documents.written:
        for groups in (document.groups, *(entry.groups for entry in document.entries)):
            for group in groups.values():
                yield from group.members
                for one in group.members:
                    yield from one.otherwise or ()
        for manager in (document.workflow_manager, *(entry.workflow_manager for entry in document.entries)):
            if manager is not None:
                yield manager
    if teams:
        for team in documents.teams.values():
            yield from (*team.members, *team.left_out)
        for routing in documents.routings:
            yield from routing.fallback
            yield from () if routing.escalate is None else routing.escalate.add


def rules_of(documents: Documents) -> list[Rule]:
    """Return every rule that a source is asked for, of teams and of groups."""
    return [one.rule for one in members_of(documents) if one.rule is not None and one.rule.field is None]
