"""Finds the templates and projects that documents name in the catalogue; presets come later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.live import Place, PresetKey, Wanted
from reconciler.model.scope import Claim, LostEntry, Scope
from reconciler.planning.scope.lookup import Lookup

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import DesiredGroup, Documents, Member
    from reconciler.model.live import Catalogue, Template

__all__ = ["changed_claims", "fields_needed", "narrowed", "needs_projects", "select"]


def needs_projects(documents: Documents) -> bool:
    """Return whether any document names projects, so that the list of them must be read."""
    return any(not document.company_level for document in documents.assignments)


def fields_needed(documents: Documents) -> frozenset[str]:
    """Return the fields of the project list that any ``where`` compares."""
    return documents.project_fields.union(
        field for document in documents.assignments for entry in document.entries for field in entry.where or ()
    )


def select(documents: Documents, catalogue: Catalogue) -> tuple[Scope, list[Diagnostic]]:
    """Return every preset that the documents apply to, and every name that cannot be found."""
    finder = Lookup(catalogue)
    claims: dict[PresetKey, list[Claim]] = {}
    templates: dict[str, Template] = {}
    lost: list[LostEntry] = []
    for document in documents.assignments:
        template = finder.template(document)
        if template is not None:
            templates[template.id] = template
        for entry in document.entries:
            # with no template the projects are looked up all the same: one run reports all problems
            found = finder.projects(entry)
            if template is None:
                lost.append(LostEntry(entry, None, found.possible(company_level=document.company_level)))
                continue
            if found.may_mean is None or found.may_mean:
                lost.append(LostEntry(entry, template.id, found.may_mean))
            claim = Claim(document, entry)
            if document.company_level:
                claims.setdefault(PresetKey(template.id), []).append(claim)
            for project in found.projects:
                claims.setdefault(PresetKey(template.id, project.id), []).append(claim)
    scope = Scope(
        templates=tuple(templates.values()),
        claims={key: tuple(found) for key, found in claims.items()},
        wanted=_wanted(claims, templates),
        lost=tuple(lost),
        away=documents.away,
        has_project_rules=bool(documents.project_fields),
    )
    return scope, finder.diagnostics


def changed_claims(scope: Scope, before: Documents | None, catalogue: Catalogue) -> set[PresetKey]:
    """Return the presets for which other documents ask something else; none where there are no others.

    It compares people and logins as written, no matter which line, file or team they come from.
    """
    if before is None:
        return set()
    then, _ = select(before, catalogue)
    if then.away != scope.away:
        return set(scope.claims)
    asked = {key: _asked(found) for key, found in then.claims.items()}
    return {key for key, found in scope.claims.items() if asked.get(key) != _asked(found)}


def _asked(claims: Iterable[Claim]) -> list[tuple[object, ...]]:
    """Return what claims ask for, in a shape that can be compared."""
    return sorted(
        (
            claim.entry.where is not None,
            _asked_groups(claim.document.groups),
            _asked_groups(claim.entry.groups),
            _asked_of(claim.document.workflow_manager),
            _asked_of(claim.entry.workflow_manager),
        )
        for claim in claims
    )


def _asked_groups(groups: Mapping[str, DesiredGroup]) -> tuple[object, ...]:
    return tuple(sorted((name, tuple(sorted({_key(one) for one in group.members}))) for name, group in groups.items()))


def _key(member: Member) -> tuple[str, str]:
    """Return what a line asks for; of one that depends on the project, the people of every project."""
    if member.by_project is None:
        return member.key
    people = member.by_project.people or {}
    return member.key[0], repr(sorted((value, [one.login for one in several]) for value, several in people.items()))


def _asked_of(manager: Member | None) -> tuple[str, str]:
    return ("", "") if manager is None else manager.key


def narrowed(scope: Scope, keys: Container[PresetKey]) -> Scope:
    """Return the part of a scope that is about these presets, with the templates it still needs."""
    claims = {key: found for key, found in scope.claims.items() if key in keys}
    needed = {key.template_id for key in claims}
    templates = {one.id: one for one in scope.templates if one.id in needed}
    wanted = _wanted(claims, templates)
    return msgspec.structs.replace(scope, templates=tuple(templates.values()), claims=claims, wanted=wanted)


def _wanted(claims: Iterable[PresetKey], templates: dict[str, Template]) -> tuple[Wanted, ...]:
    """Put together what one list of presets answers: the same project and the same tool."""
    together: dict[tuple[str | None, int], set[str]] = {}
    tools = list(dict.fromkeys(template.tool for template in templates.values()))
    numbers = {template.id: tools.index(template.tool) for template in templates.values()}
    for key in claims:
        together.setdefault((key.project_id, numbers[key.template_id]), set()).add(key.template_id)
    return tuple(
        [Wanted(Place(project_id, tools[number]), frozenset(found)) for (project_id, number), found in together.items()]
    )
