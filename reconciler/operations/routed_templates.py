"""Finds the templates, steps and fields that routings name, and refuses those that are not there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.suggestions import did_you_mean
from reconciler.operations.route_round import RoutedStepRules
from reconciler.operations.workspace import problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.instances import RoutedTemplate
    from reconciler.model.routing import Routing
    from reconciler.operations.route_service import RouteService

__all__ = ["require_fields", "routing_digest", "with_templates"]


def with_templates(routings: Sequence[Routing], service: RouteService) -> tuple[RoutedStepRules, ...]:
    """Return routings with their templates; raises DocumentsError for templates and steps that are not there."""
    templates = service.templates()
    providers = service.providers()
    wrong: list[Diagnostic] = []
    found: list[RoutedStepRules] = []
    for routing in routings:
        fitting = _fitting(routing, templates)
        if len(fitting) != 1:
            wrong.append(_not_one(routing, fitting, templates))
            continue
        (template,) = fitting
        names = service.step_names(template.published) if template.published else {}
        if template.published and routing.step not in names.values():
            hint = did_you_mean(routing.step, names.values(), "Procore") or f"; its steps: {', '.join(names.values())}"
            message = f"template {routing.template} has no step '{routing.step}'{hint}"
            wrong.append(_error("routing/unknown-step", message, routing.step_origin))
            continue
        twice = [one for one in found if (one.template.id, one.routing.step) == (template.id, routing.step)]
        if twice:
            message = f"{routing.title} is routed at {twice[0].routing.step_origin} too; keep one document"
            wrong.append(_error("documents/conflict", message, routing.step_origin))
        by_project = providers.get(template.place.tool) != "Company"
        found.append(RoutedStepRules(routing, routing_digest(routing), template, by_project))
    if wrong:
        raise problems(wrong)
    return tuple(found)


def require_fields(routings: Sequence[Routing], projects: Mapping[str, dict[str, Any]]) -> None:
    """Raise DocumentsError for a field that no project has, and that is near to one: a slip.

    Its rule would leave every step to people. Others may be optional fields that no project has at present.
    """
    there = dict.fromkeys(name for one in projects.values() for name in one)
    wrong = []
    for condition in (one for routing in routings for rule in routing.rules for one in rule.where):
        root, _, name = condition.field.partition(".")
        first = name.partition(".")[0]
        if root != "project" or first in there or condition.operator == "exists":
            continue
        if hint := did_you_mean(first, there, "Procore"):
            wrong.append(_error("routing/field", f"no project has a field '{first}'{hint}", condition.origin))
    if wrong:
        raise problems(wrong)


def _fitting(routing: Routing, templates: Sequence[RoutedTemplate]) -> list[RoutedTemplate]:
    named = routing.template
    return [
        one
        for one in templates
        if (one.id == named.id if named.id is not None else one.name == named.name)
        and (routing.tool is None or one.place.tool.type == routing.tool)
    ]


def _not_one(routing: Routing, fitting: Sequence[RoutedTemplate], templates: Sequence[RoutedTemplate]) -> Diagnostic:
    if fitting:
        tools = ", ".join(sorted({str(one.place.tool) for one in fitting}))
        message = (
            f"{len(fitting)} templates are named {routing.template} (tools: {tools}): add 'tool:', or use {{id: …}}"
        )
    else:
        hint = did_you_mean(routing.template.name or "", (one.name for one in templates), "Procore")
        message = f"no template {routing.template} in this company{hint}"
    return _error("routing/unknown-template", message, routing.template.origin)


def _error(code: str, message: str, origin: object) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=origin)  # type: ignore[arg-type]


def routing_digest(routing: Routing) -> str:
    """Return the digest of what a routing says, wherever it is written."""
    rules = [(one.name, [(c.field, c.operator, c.operands) for c in one.where], one.respond, one.comment, one.decide)
             for one in routing.rules]  # fmt: skip
    limits = routing.limits
    said = (str(routing.template), routing.tool, routing.step, routing.integration.key, routing.mode, rules,
            routing.item_path, routing.own_items, limits.answers_per_hour, limits.same_option_in_a_row)  # fmt: skip
    return f"sha256:{hashlib.sha256(msgspec.json.encode(said)).hexdigest()}"
