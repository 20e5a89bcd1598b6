"""Finds what of the company cannot be managed: projects that the account does not see, templates saved on a project."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.phrases import counted
from reconciler.planning.guards.case import few

if TYPE_CHECKING:
    from reconciler.model.live import LiveState

__all__ = ["judge_coverage"]


def judge_coverage(state: LiveState) -> list[Diagnostic]:
    """Warn of projects that the account cannot see, and note presets of templates saved on a project.

    Both follow from what was read anyway (docs/service.md sections 1 and 3).
    """
    return [*_hidden_projects(state), *_local_templates(state)]


def _hidden_projects(state: LiveState) -> list[Diagnostic]:
    """Compare how many projects have each template with how many of the visible ones can have it.

    A visible project can have it unless its presets were listed and the template was not among them.
    """
    have = Counter([one.template_id for one in state.presets if one.project_id is not None])
    counted = [one for one in state.catalogue.templates if (one.assigned_projects_count or 0) > have[one.id]]
    if not counted:
        return []
    without = _projects_without(state)
    short = []
    for template in counted:
        count = template.assigned_projects_count or 0
        if template.id not in without:
            continue
        seen = len(state.catalogue.projects) - without[template.id]
        if seen < count:
            short.append(f"{template.name} (at most {seen:,} of {count:,})")
    if not short:
        return []
    message = (
        f"the service account does not see all projects that have a template: {few(short)}; nothing is planned or "
        "watched in the others: add them to its permitted projects in Procore"
    )
    return [Diagnostic(severity="warning", code="live/hidden-projects", message=message)]


def _projects_without(state: LiveState) -> Counter[str]:
    """Count, for each template that was looked for in projects, the projects that were seen not to have it."""
    unread = {one.place for one in state.unreadable if one.template_id is None}
    without: Counter[str] = Counter()
    for one in state.listed:
        if one.place.project_id is not None and not (unread and one.place in unread):
            without.update(one.template_ids)
    without.subtract(Counter([one.template_id for one in state.presets if one.project_id is not None]))
    without.subtract(Counter(one.template_id or "" for one in state.unreadable if one.project_id is not None))
    return without


def _local_templates(state: LiveState) -> list[Diagnostic]:
    if not state.local:
        return []
    projects = {one.id: one.name for one in state.catalogue.projects}
    named = [
        f"{one.template_name or one.template_id} · {projects.get(one.project_id or '', one.project_id) or 'company'}"
        for one in state.local
    ]
    presets = counted(len(named), "preset was", "presets were")
    message = (
        f"{presets} skipped ({few(named)}): the company's list of templates does not show theirs; templates saved on "
        "a project cannot be managed here"
    )
    return [Diagnostic(severity="note", code="live/local-templates", message=message)]
