"""Puts the people of a project in place of lines that depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.member import Member
from reconciler.model.phrases import counted
from reconciler.model.spelling import comparable
from reconciler.planning.guards.case import few, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.diagnostics import Diagnostic, Origin
    from reconciler.model.documents import DesiredGroup
    from reconciler.model.live import Project
    from reconciler.model.member import ByProject

__all__ = ["ProjectPeople"]


class ProjectPeople:
    """Fills groups by project, and remembers for which projects nobody was found; false where no rule needs it."""

    def __init__(self, projects: Iterable[Project]) -> None:
        self._projects = {one.id: one for one in projects}
        self._without: dict[Origin, list[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._projects)

    def fill(
        self, groups: Mapping[str, DesiredGroup], project_id: str | None, undecided: set[str | None]
    ) -> dict[str, DesiredGroup]:
        """Return groups with the people of their project. Groups for which nobody is found become undecided."""
        project = self._projects.get(project_id or "")
        found = {}
        for uuid, group in groups.items():
            filled = _filled(group, project)
            if filled is not None:
                found[uuid] = filled
            else:
                undecided.add(uuid)
                self._without.setdefault(group.origin, []).append(project.name if project else "")
        return found

    def told(self) -> list[Diagnostic]:
        """Return a warning for each group, with the projects in which its rule finds nobody and it is left alone."""
        return [
            finding(
                "warning",
                "people/nobody-for-project",
                f"a rule finds nobody for {counted(len(names), 'project')} ({few(sorted(names))}), so the role is left "
                "as it is there: name somebody with 'else:'",
                origin=origin,
            )
            for origin, names in self._without.items()
        ]


def _filled(group: DesiredGroup, project: Project | None) -> DesiredGroup | None:
    """Return a group with the people of a project, null where nobody is found and nobody is named for that."""
    if not any(one.by_project is not None for one in group.members):
        return group
    members: dict[tuple[str, str], Member] = {}
    for line in group.members:
        people = (line,) if line.by_project is None else _people(line, line.by_project, project)
        if people is None:
            return None
        for one in people:
            members.setdefault(one.key, one)
    return msgspec.structs.replace(group, members=tuple(members.values()))


def _people(line: Member, by_project: ByProject, project: Project | None) -> tuple[Member, ...] | None:
    value = None if project is None else _field(project, by_project.field)
    if value is not None and by_project.people is None and "@" in value:
        return (Member(origin=line.origin, login=comparable(value).strip()),)
    found = None
    if value is not None and by_project.people is not None:
        found = by_project.people.get(comparable(value).strip().casefold())
    return found or by_project.otherwise


def _field(project: Project, field: str) -> str | None:
    """Return a field of a project as text, null where it has none."""
    own = {
        "id": project.id,
        "name": project.name,
        "display_name": project.display_name,
        "project_number": project.number,
    }
    return own[field] if field in own else project.fields.get(field)
