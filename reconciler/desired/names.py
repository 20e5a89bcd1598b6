"""Writes the YAML by which documents name people, projects and templates; an ambiguous name becomes its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.kinds.common_shapes import PersonShape
from reconciler.desired.yaml.scalars import scalar
from reconciler.model.login_form import login_fault
from reconciler.model.spelling import login_key
from reconciler.model.titles import name_projects, name_templates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.live import Catalogue, Person, Project, Template
    from reconciler.model.titles import Named

__all__ = ["Names"]

_LONGEST_NAME = 1000  # as the schemas say


class Names:
    """Knows what is unique among everything that was read."""

    def __init__(self, catalogue: Catalogue, people: Iterable[Person]) -> None:
        self._projects: dict[str, set[str]] = {}
        self._active: dict[str, set[str]] = {}
        for project in catalogue.projects:
            for name in {project.name, project.display_name or project.name}:
                self._projects.setdefault(name, set()).add(project.id)
                if project.active:
                    self._active.setdefault(name, set()).add(project.id)
        self._project_names = name_projects(catalogue.projects)
        self._template_names = name_templates(catalogue.templates)
        self._templates: dict[str, set[str]] = {}
        for template in catalogue.templates:
            if not template.archived:
                self._templates.setdefault(template.name, set()).add(template.id)
        self._logins: dict[str, set[str]] = {}
        self._people: dict[str, str] = {}
        for person in people:
            if person.login is not None:
                self._logins.setdefault(login_key(person.login), set()).add(person.id)

    def person(self, person: Person) -> str:
        """Return a login, or ``{login_id: …}`` where there is none that means this person alone."""
        known = self._people.get(person.id)
        if known is None:
            known = self._people[person.id] = self._person(person)
        return known

    def _person(self, person: Person) -> str:
        login = person.login
        if login is not None and _is_login(login) and self._logins.get(login_key(login)) == {person.id}:
            return scalar(login)
        return f"{{login_id: {_id(person.id)}}}"

    def project(self, project: Project | Named) -> str:
        """Return a name, or ``{id: …}`` where others are called the same."""
        found = self._active.get(project.name) or self._projects.get(project.name)
        return (
            scalar(project.name) if found == {project.id} and _is_name(project.name) else f"{{id: {_id(project.id)}}}"
        )

    def project_title(self, project: Project) -> str:
        """Return the project's name, with what tells it from others of that name."""
        return self._project_names[project.id].title

    def template_title(self, template: Template) -> str:
        """Return the template's name, with what tells it from others of that name."""
        return self._template_names[template.id].title

    def template(self, template: Template) -> str:
        """Return a name, or ``{id: …}`` where others are called the same, or it is archived."""
        alone = self._templates.get(template.name) == {template.id} and _is_name(template.name)
        return scalar(template.name) if alone else f"{{id: {_id(template.id)}}}"


def _id(text: str) -> str:
    return f'"{text}"'  # ids are plain letters and digits; quoted, they stay texts for every reader


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME


def _is_login(text: str) -> bool:
    if text.startswith("team:"):
        return False
    try:
        msgspec.convert(text, PersonShape)
    except msgspec.ValidationError:
        return False
    return login_fault(text) is None
