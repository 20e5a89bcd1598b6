"""Finds the lines that the base has too, wherever they moved: a request did not cause their errors."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import Assignments, DesiredGroup, Documents, Entry, Team
    from reconciler.model.member import Member

__all__ = ["BaseLines", "WrittenLines"]

# The content and the place of a line, without its number: (kind, document, entry, …).
_Key = tuple[object, ...]
_DEFAULTS = ("defaults",)


class WrittenLines:
    """The content of each place of assignments: templates, entries, groups, members and workflow managers.

    ``keys`` are by place, and ``counts`` holds the number of places of each key.
    """

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.keys = _line_keys(documents)
        self.counts = Counter(key for found in self.keys.values() for key in found)


def _line_keys(documents: Documents) -> dict[Origin, set[_Key]]:
    """Return the keys of each place.

    A key begins with its kind. Kinds are ``document``, ``defaults``, ``entry``, ``group``, ``member``, ``members`` and
    ``manager``. ``members`` is the whole list that has the member. The content of a document, entry or group is part of
    its key. An edited one therefore has another key. One place can say several things, such as the first key of an
    entry.
    """
    keys: dict[Origin, set[_Key]] = {}
    for document in documents.written:
        for origin, key in _of_document(document):
            keys.setdefault(origin, set()).add(key)
    return keys


def _entry_key(document: Assignments, entry: Entry) -> _Key:
    """Return what an entry says, without its place."""
    return ("entry", str(document.template), document.tool or "", document.company_level, _entry(entry))


def _of_document(document: Assignments) -> Iterator[tuple[Origin, _Key]]:
    about = (str(document.template), document.tool or "", document.company_level)
    entries = tuple(sorted((_entry(one) for one in document.entries), key=repr))
    whole = (*about, _groups(document.groups), _manager(document.workflow_manager), entries)
    yield document.template.origin, ("document", *whole)
    yield document.origin, ("defaults", *about, _groups(document.groups), _manager(document.workflow_manager))
    yield from _of_groups(document.groups, document.workflow_manager, (*about, _DEFAULTS))
    for entry in document.entries:
        key = _entry_key(document, entry)
        yield entry.origin, key
        if entry.project is not None:
            yield entry.project.origin, key
        for origin in entry.where_origins.values():
            yield origin, key
        for reference in entry.left_out:
            yield reference.origin, key
        yield from _of_groups(entry.groups, entry.workflow_manager, (*about, _place(entry)))


def _of_groups(
    groups: Mapping[str, DesiredGroup], manager: Member | None, where: _Key
) -> Iterator[tuple[Origin, _Key]]:
    for name, group in groups.items():
        yield group.origin, ("group", *where, name, _group(group))
        for member in group.members:
            yield member.origin, ("member", *where, name, _member(member))
            yield member.origin, ("members", *where, name, _group(group))
    if manager is not None:
        yield manager.origin, ("manager", *where, _member(manager))


def _place(entry: Entry) -> _Key:
    if entry.where is not None:
        left_out = tuple(sorted(str(one) for one in entry.left_out))
        return (
            "where",
            tuple(sorted((field, tuple(sorted(values))) for field, values in entry.where.items())),
            left_out,
        )
    return ("company",) if entry.project is None else ("project", str(entry.project))


def _entry(entry: Entry) -> _Key:
    return (*_place(entry), _groups(entry.groups), _manager(entry.workflow_manager))


def _groups(groups: Mapping[str, DesiredGroup]) -> _Key:
    return tuple(sorted((name, _group(group)) for name, group in groups.items()))


def _group(group: DesiredGroup) -> _Key:
    return (tuple(sorted(_member(one) for one in group.members)), group.allow_empty)


def _member(member: Member) -> tuple[str, str, str]:
    return (*member.key, str(member.until or ""))


def _manager(manager: Member | None) -> _Key:
    return () if manager is None else _member(manager)


class BaseLines:
    """The lines of one base, to look up whether it has a line of other documents too."""

    def __init__(self, base: Documents) -> None:
        self._counts = WrittenLines(base).counts
        self._base = base
        self._empty = frozenset(_empty_groups(base))

    def has(self, written: WrittenLines, origin: Origin, *kinds: str) -> bool:
        """Return whether the base says everything that a place says of these kinds, and that is anything.

        It has to say so at as many places: a copy of a line is a new line.
        """
        wanted = {key for key in written.keys.get(origin, ()) if key[0] in kinds}
        return bool(wanted) and all(written.counts[key] <= self._counts[key] for key in wanted)

    def team_has(self, documents: Documents, team: str, person: Member) -> bool:
        """Return whether the base has, in the same teams, every line that brings a person into a team.

        Lines of nested teams count too. A line with another last day is another one, and so is one that moved to
        another team.
        """
        wanted = _lines_of(documents, team, person)
        return bool(wanted) and wanted <= _lines_of(self._base, team, person)

    def is_empty(self, written: WrittenLines, group: DesiredGroup) -> bool:
        """Return whether the base leaves a group empty too, as of today, by the same lines of the same teams."""
        documents = written.documents
        teams = [member.team for member in group.members if member.team is not None]
        return any(key in self._empty for place, key in _places(documents) if place == group.origin) and all(
            self._team(name) == frozenset(_people(documents.teams[name], documents.teams, ())) for name in teams
        )

    def _team(self, name: str) -> frozenset[tuple[tuple[str, str], str]]:
        team = self._base.teams.get(name)
        return frozenset() if team is None else frozenset(_people(team, self._base.teams, ()))


def _lines_of(documents: Documents, name: str, person: Member) -> set[_Key]:
    """Return the lines that name a person in a team or its nested teams, each with its team."""
    found: set[_Key] = set()
    waiting, seen = [name], {name}
    while waiting:
        team = documents.teams.get(waiting.pop())
        for member in () if team is None else team.lines:
            if member.team is None and team is not None and member.key == person.key:
                found.add((team.name, _member(member)))
            elif member.team is not None and member.team not in seen:
                seen.add(member.team)
                waiting.append(member.team)
    return found


def _people(team: Team, teams: Mapping[str, Team], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the people of a team, by nested teams too, each with the last day that their line names."""
    for member in team.lines:
        if member.team is None:
            yield member.key, str(member.until or "")
        elif member.team in teams and member.team not in above:
            yield from _people(teams[member.team], teams, (*above, team.name))


def _places(documents: Documents) -> Iterator[tuple[Origin, _Key]]:
    """Yield where each group is named, and its key, which does not depend on its members."""
    for document in documents.assignments:
        about = (str(document.template), document.tool or "", document.company_level)
        named = [(_DEFAULTS, document.groups), *((_place(entry), entry.groups) for entry in document.entries)]
        for place, groups in named:
            for name, group in groups.items():
                yield group.origin, (*about, place, name)


def _empty_groups(documents: Documents) -> Iterator[_Key]:
    empty = {
        group.origin
        for document in documents.assignments
        for groups in (document.groups, *(entry.groups for entry in document.entries))
        for group in groups.values()
        if not group.members and not group.allow_empty
    }
    return (key for origin, key in _places(documents) if origin in empty)
