"""Every role of every person, a row each: of documents alone, or of documents and Procore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.spelling import login_key
from reconciler.model.who import FoundGroup, FoundPerson, FoundPlace, HeldRole
from reconciler.planning.scope.absent_people import Roles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.because import Because
    from reconciler.model.documents import Assignments, DesiredGroup, Documents, Entry, Member
    from reconciler.model.live import Person
    from reconciler.model.member import ByProject
    from reconciler.model.reference import Reference
    from reconciler.model.scope import ResolvedMember, ResolvedTarget
    from reconciler.model.titles import Named
    from reconciler.model.who import Where
    from reconciler.operations.observation import Observation

__all__ = ["Row", "rows_of_documents", "rows_of_observation"]

Row = tuple[FoundPerson, HeldRole]


def rows_of_observation(observation: Observation, documents: Documents) -> Iterator[Row]:
    """Yield the roles of everybody in the presets that documents manage, of roles that they do not name too."""
    names = {
        version.id: {one.uuid: one.name for one in version.groups if one.is_role}
        for version in observation.state.versions
    }
    teams = _TeamPaths(documents)
    for resolved in observation.resolved:
        target = resolved.target
        roles = names.get(target.preset.version_id or target.template.version_id or "", {})
        live = {one.uuid: {person.id: person for person in one.members} for one in target.preset.groups}
        for uuid, role in roles.items():
            desired = resolved.groups[uuid].members if uuid in resolved.groups else {}
            yield from _joined(resolved, FoundGroup(uuid=uuid, name=role), live.get(uuid, {}), desired, teams)
        manager = target.preset.workflow_manager
        yield from _joined(
            resolved,
            None,
            {} if manager is None else {manager.id: manager},
            {} if resolved.manager is None else {resolved.manager.person.id: resolved.manager},
            teams,
        )


def _joined(
    resolved: ResolvedTarget,
    group: FoundGroup | None,
    live: Mapping[str, Person],
    desired: Mapping[str, ResolvedMember],
    teams: _TeamPaths,
) -> Iterator[Row]:
    target = resolved.target
    for login_id in (*desired, *(one for one in live if one not in desired)):
        member = desired.get(login_id)
        person = live.get(login_id) or desired[login_id].person
        where: Where = "live" if member is None else "both" if login_id in live else "documents"
        yield (
            FoundPerson(id=person.id, login=person.login, name=person.name),
            HeldRole(
                address=target.address,
                project=None if target.project is None else _place(target.project),
                template=_place(target.template_name),
                group=group,
                manager=group is None,
                where=where,
                origin=None if member is None else member.origin,
                via=None if member is None else teams.path(member.via, person.login),
                because=None if member is None else _absence(member.because),
            ),
        )


def _place(named: Named) -> FoundPlace:
    return FoundPlace(id=named.id, name=named.title)


def _absence(because: Because | None) -> Because | None:
    """Return an absence; what else is known needs a base."""
    return because if because is not None and because.kind in {"absence", "left"} else None


def rows_of_documents(documents: Documents) -> Iterator[Row]:
    """Yield the roles that documents ask for, with places as documents name them."""
    names = {login_key(one.login): one.name for one in documents.lock.people}
    teams = _TeamPaths(documents)
    for document in documents.assignments:
        template = _written(document.template)
        for entry in document.entries:
            for group, member, chosen in _lines(documents, document, entry):
                if member.by_project is not None:
                    continue
                place = _entry_place(document, entry)
                yield (
                    FoundPerson(id=member.login_id, login=member.login, name=names.get(login_key(member.login))),
                    HeldRole(
                        address=None,
                        project=place if chosen is None else FoundPlace(id=None, name=chosen),
                        template=template,
                        group=None if group is None else FoundGroup(uuid=None, name=group),
                        manager=group is None,
                        where="documents",
                        origin=member.origin,
                        via=teams.path(member.via, member.login),
                        because=_absence(member.because),
                    ),
                )


def _lines(
    documents: Documents, document: Assignments, entry: Entry
) -> Iterator[tuple[str | None, Member, str | None]]:
    project = None if entry.project is None else entry.project.name
    roles = Roles(documents.away, project, {})
    groups: dict[str, DesiredGroup] = {**document.groups, **entry.groups}
    for name, group in groups.items():
        for member in roles.group(name, group).members:
            yield name, member, None
            if member.by_project is not None:
                yield from ((name, one, value) for value, one in _of_projects(member.by_project))
    manager = roles.manager(entry.workflow_manager or document.workflow_manager)
    if manager is not None:
        yield None, manager, None


def _of_projects(by_project: ByProject) -> Iterator[tuple[str, Member]]:
    """Yield everybody whom a rule finds in any project, with the value of its field, and who it is elsewhere."""
    for value, people in (by_project.people or {}).items():
        yield from ((f"{by_project.field} {value}", one) for one in people)
    yield from (("other projects", one) for one in by_project.otherwise or ())


def _written(reference: Reference) -> FoundPlace:
    return FoundPlace(id=reference.id, name=reference.name or reference.number or f"id {reference.id}")


def _entry_place(document: Assignments, entry: Entry) -> FoundPlace | None:
    if document.company_level:
        return None
    if entry.project is not None:
        return _written(entry.project)
    conditions = ", ".join(f"{field}: {' or '.join(values)}" for field, values in sorted((entry.where or {}).items()))
    return FoundPlace(id=None, name=f"where {conditions}")


class _TeamPaths:
    """The teams that lead from a line to a person."""

    def __init__(self, documents: Documents) -> None:
        self._teams = documents.teams
        self._known: dict[tuple[str, str], str] = {}

    def path(self, via: str | None, login: str | None) -> str | None:
        """Return the team of a line, and nested ones behind it."""
        if via is None:
            return None
        key = (via, login_key(login))
        if key not in self._known:
            found = self._search(via.removeprefix("team:"), key[1], frozenset())
            self._known[key] = " > ".join(f"team:{one}" for one in found) if found else via
        return self._known[key]

    def _search(self, name: str, login: str, above: frozenset[str]) -> list[str] | None:
        team = self._teams.get(name)
        if team is None or name in above:
            return None
        if any(login_key(one.login) == login for one in team.lines if one.login is not None):
            return [name]
        for one in team.members:
            below = None if one.team is None else self._search(one.team, login, above | {name})
            if below is not None:
                return [name, *below]
        return None
