"""Looks up in the catalogue what documents name; it does not decide which presets they apply to."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.spelling import comparable
from reconciler.model.suggestions import did_you_mean
from reconciler.planning.scope.field_values import probable_slips, why_nothing_matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Origin, Severity
    from reconciler.model.documents import Assignments, Entry, Reference
    from reconciler.model.live import Catalogue, Project, Template

__all__ = ["Lookup"]

_PROJECTS_NAMED = 8


def _described(template: Template) -> str:
    subtype = template.tool_subtype
    return template.tool_type if subtype is None else f"{template.tool_type}, subtype {subtype}"


def _comparable_field(project: Project, field: str) -> str | None:
    value = project.fields.get(field)
    return None if value is None else comparable(value)


def _comparable_fields(project: Project) -> dict[str, str | None]:
    return {field: _comparable_field(project, field) for field in project.fields}


def _ambiguous(reference: Reference, found: list[Project]) -> str:
    """Return the message that several projects have one name or number, with what tells them apart."""
    if reference.number is not None:
        listed = ", ".join(f"{one.id} ({one.name})" for one in found[:_PROJECTS_NAMED])
        return f"{len(found)} projects have the {reference}: {listed}; use {{id: …}}"
    listed = ", ".join(f"{one.id} ({one.number or 'no number'})" for one in found[:_PROJECTS_NAMED])
    return f"{len(found)} projects are called {reference}: {listed}; use {{id: …}} or {{number: …}}"


class _Projects(NamedTuple):
    """The projects an entry applies to; if one cannot be resolved, the ids it may mean (null: any project)."""

    projects: list[Project]
    may_mean: frozenset[str | None] | None = frozenset()

    def possible(self, *, company_level: bool) -> frozenset[str | None] | None:
        """Return the ids of all projects that the entry may mean, or null for any project.

        Null in the set is the company.
        """
        if company_level:
            return frozenset({None})
        if self.may_mean is None:
            return None
        return self.may_mean | {project.id for project in self.projects}


class Lookup:
    """Looks names up in the catalogue and collects what it does not find."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._templates = catalogue.templates
        self._projects = catalogue.projects
        self._active = tuple(project for project in catalogue.projects if project.active)
        self._by_id = {project.id: project for project in catalogue.projects}
        self._by_name: dict[str, list[Project]] = {}
        self._by_number: dict[str, list[Project]] = {}
        self._by_field: dict[str, dict[str | None, list[tuple[int, Project]]]] = {}
        for project in catalogue.projects:
            for name in {project.name, project.display_name or project.name}:
                self._by_name.setdefault(name, []).append(project)
            if project.number is not None:
                self._by_number.setdefault(project.number, []).append(project)

    def template(self, document: Assignments) -> Template | None:
        """Find the one template a document is about."""
        reference = document.template
        if reference.id is not None:
            found = [one for one in self._templates if one.id == reference.id]
        else:
            found = [one for one in self._templates if one.name == reference.name]
            current = [one for one in found if not one.archived]
            found = current or found
        if document.tool is not None:
            fitting = [one for one in found if one.tool_type == document.tool]
            if found and not fitting:
                tools = ", ".join(sorted({str(one.tool) for one in found}))
                self._error(
                    "documents/unknown-tool",
                    f"template {reference} belongs to tool {tools}, not '{document.tool}'; correct 'tool:'",
                    reference.origin,
                )
                return None
            found = fitting
        return self._only_template(found, document)

    def _only_template(self, found: list[Template], document: Assignments) -> Template | None:
        reference = document.template
        if not found:
            hint = did_you_mean(reference.name or "", [one.name for one in self._templates], "Procore")
            self._error("documents/unknown-template", f"no template {reference}{hint}", reference.origin)
            return None
        if len(found) > 1:
            listed = ", ".join(f"{one.id} ({_described(one)})" for one in found[:8])
            # a document's 'tool:' is a type, so it cannot choose between the subtypes of one
            ways = "add 'tool:' or use" if len({one.tool_type for one in found}) == len(found) else "use"
            message = f"{len(found)} templates are called {reference}: {listed}; {ways} {{id: …}}"
            self._error("documents/ambiguous-template", message, reference.origin)
            return None
        template = found[0]
        if template.archived:
            message = f"template {reference} is archived; its presets can be read, and no longer be written"
            self._add("warning", "documents/archived-template", message, reference.origin)
        if template.version_id is None:
            message = f"template {reference} has no published version yet, so it has no presets; publish it first"
            self._error("documents/unpublished-template", message, reference.origin)
            return None
        return template

    def projects(self, entry: Entry) -> _Projects:
        """Find the projects an entry applies to; none for the company."""
        if entry.where is not None:
            return self._matching(entry)
        return _Projects([]) if entry.project is None else self._project(entry.project)

    def _project(self, reference: Reference) -> _Projects:
        """Find the one project that an entry names."""
        found, known = self._named(reference)
        if not found:
            wrong = reference.id or reference.number or reference.name or ""
            message = f"no project {reference}{did_you_mean(wrong, known, 'Procore')}"
            self._error("documents/unknown-project", message, reference.origin)
            # a project that is out of sight by its id is none of those in sight
            return _Projects([], frozenset() if reference.id is not None else None)
        if len(found) > 1:
            self._error("documents/ambiguous-project", _ambiguous(reference, found), reference.origin)
            return _Projects([], frozenset(project.id for project in found))
        self._tell_namesakes(reference, found[0])
        if not found[0].active:
            message = f"project {reference} is inactive; remove the entry when its approvals are over"
            self._add("warning", "documents/inactive-project", message, reference.origin)
        return _Projects([found[0]])

    def _tell_namesakes(self, reference: Reference, found: Project) -> None:
        """Add a note if an active project shares its name with inactive ones: one of these may be meant."""
        if not found.active or reference.id is not None:
            return
        same = self._by_number[reference.number] if reference.number else self._by_name[reference.name or ""]
        if len(same) > 1:
            others = ", ".join(one.id for one in same if one is not found)
            called = "have the" if reference.number else "are called"
            message = (
                f"{len(same)} projects {called} {reference}: {found.id}, which is active and taken here, and "
                f"{others}, not active; use {{id: …}} if another one is meant"
            )
            self._add("note", "documents/shared-name", message, reference.origin)

    def _named(self, reference: Reference) -> tuple[list[Project], Iterable[str]]:
        """Return the projects that a reference may mean, active ones before others, and every text that means one."""
        if reference.id is not None:
            by_id = self._by_id.get(reference.id)
            found = [] if by_id is None else [by_id]
            known: Iterable[str] = self._by_id
        elif reference.number is not None:
            found = self._by_number.get(reference.number, [])
            known = self._by_number
        else:
            found = self._by_name.get(reference.name or "", [])
            known = self._by_name
        return [project for project in found if project.active] or found, known

    def _matching(self, entry: Entry) -> _Projects:
        found: list[Project] | None = None
        for field, values in (entry.where or {}).items():
            if self._projects and not any(field in project.fields for project in self._projects):
                message = f"no project has a field '{field}'; use a field of the project list, such as 'stage'"
                self._error("documents/unknown-field", message, entry.where_origins[field])
                return _Projects([], None)
            fitting = self._active_with(field, values)
            if found is None:
                found = fitting
            else:
                ids = {project.id for project in fitting}
                found = [project for project in found if project.id in ids]
        found = list(self._active) if found is None else found
        if not found:
            why = why_nothing_matches(entry.where or {}, [_comparable_fields(one) for one in self._active])
            message = f"no active project matches this 'where'{why}"
            self._add("warning", "documents/nothing-selected", message, entry.origin)
        else:
            self._tell_slips(entry)
        if not entry.left_out:
            return _Projects(found)
        left_out = self._left_out(entry, found)
        if left_out is None:
            return _Projects([], frozenset(project.id for project in found))
        return _Projects([project for project in found if project.id not in left_out])

    def _active_with(self, field: str, values: Iterable[str]) -> list[Project]:
        """Return the active projects with one of these values, in the order of the catalogue."""
        by_value = self._by_field.get(field)
        if by_value is None:
            by_value = self._by_field[field] = {}
            for position, project in enumerate(self._active):
                by_value.setdefault(_comparable_field(project, field), []).append((position, project))
        numbered = [one for value in dict.fromkeys(values) for one in by_value.get(value, ())]
        return [project for _, project in sorted(numbered, key=itemgetter(0))]

    def _tell_slips(self, entry: Entry) -> None:
        for field, values in (entry.where or {}).items():
            for value, hint in probable_slips(values, self._by_field[field]):
                message = f"no active project has {field} '{value}'{hint}"
                self._add("note", "documents/unmatched-value", message, entry.where_origins[field])

    def _left_out(self, entry: Entry, matching: list[Project]) -> set[str] | None:
        """Return the ids of projects that ``except`` names; a line of it that leaves none out is a warning.

        Return null if a name or number leads to no known project. It may have changed, and be any of those that match.
        """
        ids = {project.id for project in matching}
        left_out: set[str] = set()
        unknown = False
        for reference in entry.left_out:
            projects, known = self._named(reference)
            named = {project.id for project in projects} & ids
            if not projects and reference.id is None:
                unknown = True
                hint = did_you_mean(reference.number or reference.name or "", known, "Procore")
                message = (
                    f"'except' names no project that there is, {reference}: correct it, use {{id: …}}, or take it "
                    f"out{hint}"
                )
                self._error("documents/unknown-project", message, reference.origin)
            elif not named:
                message = (
                    f"'except' names project {reference}, which does not match this 'where': remove it from the list"
                )
                self._add("warning", "documents/excepts-nothing", message, reference.origin)
            elif len(named) > 1:
                meant = [project for project in projects if project.id in named]
                self._error("documents/ambiguous-project", _ambiguous(reference, meant), reference.origin)
            left_out |= named
        return None if unknown else left_out

    def _error(self, code: str, message: str, origin: Origin) -> None:
        self._add("error", code, message, origin)

    def _add(self, severity: Severity, code: str, message: str, origin: Origin) -> None:
        self.diagnostics.append(Diagnostic(severity=severity, code=code, message=message, origin=origin))
