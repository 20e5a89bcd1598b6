"""Chooses the presets of an account for an export; it reads none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import UsageError
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import Place, Template, Wanted
from reconciler.model.phrases import counted
from reconciler.model.spelling import comparable
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.live import Account, Project

__all__ = ["Chosen", "choose"]


class Chosen(msgspec.Struct, frozen=True):
    """The templates to export and the lists of presets to look at; ``left_out`` tells what cannot be exported."""

    templates: tuple[Template, ...]
    wanted: tuple[Wanted, ...]
    left_out: tuple[Diagnostic, ...]


def choose(account: Account, projects: Sequence[str], templates: Sequence[str]) -> Chosen:
    """Choose by names, numbers or ids; without any, every template in use and every active project.

    An inactive project is included where it is named. Raises UsageError for a name that is not found.
    """
    chosen_projects = _projects(account, projects)
    usable = []
    left_out = [] if projects else _passed_over(account)
    for template in _templates(account, templates):
        reason = _not_exported(template, account)
        if reason is None:
            usable.append(template)
        else:
            message = f"{template.name} ({template.id}) is not exported: {reason}"
            left_out.append(Diagnostic(severity="note", code="export/left-out", message=message))
    together: dict[Place, set[str]] = {}
    for template in usable:
        if account.providers[template.tool] == "Company":
            places: list[str | None] = [] if projects else [None]
        else:
            places = [] if template.assigned_projects_count == 0 else [one.id for one in chosen_projects]
        for project_id in places:
            together.setdefault(Place(project_id, template.tool), set()).add(template.id)
    wanted = tuple(Wanted(place, frozenset(ids)) for place, ids in together.items())
    looked_at = {template_id for one in wanted for template_id in one.template_ids}
    return Chosen(tuple(one for one in usable if one.id in looked_at), wanted, tuple(left_out))


def _passed_over(account: Account) -> list[Diagnostic]:
    count = sum(not project.active for project in account.catalogue.projects)
    if not count:
        return []
    words = counted(count, "project that is not active is", "projects that are not active are")
    message = f"{words} not exported; name one with --project"
    return [Diagnostic(severity="note", code="export/left-out", message=message)]


def _not_exported(template: Template, account: Account) -> str | None:
    if template.archived:
        return "it is archived, so its presets can no longer be written"
    if template.version_id is None:
        return "it has no published version, so it has no presets"
    if template.tool not in account.providers:
        return f"the service does not list its tool, {template.tool}"
    return None


def _projects(account: Account, names: Sequence[str]) -> list[Project]:
    projects = account.catalogue.projects
    if not names:
        return [project for project in projects if project.active]
    found: dict[str, Project] = {}
    for name in names:
        fitting = [one for one in projects if comparable(name) in {one.id, one.name, one.display_name, one.number}]
        if not fitting:
            hint = did_you_mean(name, [one.name for one in projects], "Procore")
            raise UsageError(f"no project '{name}'{hint or '; give its name, its number or its id'}")
        found.update((one.id, one) for one in fitting)
    return list(found.values())


def _templates(account: Account, names: Sequence[str]) -> list[Template]:
    templates = account.catalogue.templates
    if not names:
        return list(templates)
    found: dict[str, Template] = {}
    for name in names:
        fitting = [one for one in templates if comparable(name) in {one.id, one.name}]
        if not fitting:
            hint = did_you_mean(name, [one.name for one in templates], "Procore")
            raise UsageError(f"no template '{name}'{hint or '; give its name or its id'}")
        found.update((one.id, one) for one in fitting)
    return list(found.values())
