"""Guards over steps that software answers: the integration is in each group of the step, and somebody who steps in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.live import Person
from reconciler.model.phrases import counted
from reconciler.model.spelling import login_key
from reconciler.planning.guards.case import JudgedStep, few, finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from reconciler.model.diagnostics import Diagnostic, Origin
    from reconciler.model.live import Version
    from reconciler.model.routing import Routing
    from reconciler.model.scope import Target
    from reconciler.planning.guards.case import Case, JudgedPreset, JudgedRole

__all__ = ["judged_steps", "routed_steps", "routes", "routing_key"]


def routing_key(routing: Routing) -> bytes:
    """Return what is equal where the base routes the step alike: step, integration and fallback."""
    fallback = sorted(one.key for one in routing.fallback)
    said = (str(routing.template), routing.tool, routing.step, routing.integration.key, fallback)
    return msgspec.json.encode(said)


def routes(routing: Routing, target: Target) -> bool:
    """Return whether a routing speaks of the template of a preset."""
    named = routing.template
    is_named = named.id == target.template.id if named.id is not None else named.name == target.template.name
    return is_named and routing.tool in {None, target.template.tool.type}


def judged_steps(
    routing: Routing,
    target: Target,
    version: Version,
    preset: JudgedPreset,
    people: Mapping[str, Person],
    routed_before: Collection[bytes] | None,
) -> Iterator[JudgedStep]:
    """Yield the steps of a version that a routing names, as they will be in one preset."""
    roles = {role.uuid: role for role in preset.roles}
    for step in version.steps:
        if step.name == routing.step:
            individual = target.preset.individual_assignees or ()
            yield JudgedStep(
                preset=preset,
                routing=routing,
                roles=tuple(roles[uuid] for uuid in step.groups if uuid in roles),
                chosen=tuple(
                    people.get(one.id) or Person(one.id)
                    for chosen in individual
                    if chosen.step_uuid == step.uuid
                    for one in chosen.logins
                ),
                is_new=routed_before is not None and routing_key(routing) not in routed_before,
            )


def routed_steps(case: Case) -> Iterator[Diagnostic]:
    """Stop if a step would be left without its integration, or without anybody who can step in.

    A preset that does not change is a warning, unless its routing is new.
    """
    elsewhere: dict[tuple[str, str, str, Origin], list[str]] = {}
    for step in case.steps:
        routing = step.routing
        for code, lacks in (*_without_integration(step), *_without_fallback(step, case.inactive)):
            if step.preset.change is None and not step.is_new:
                elsewhere.setdefault((code, lacks, step.routing.step, step.routing.step_origin), []).append(
                    step.preset.title
                )
                continue
            origin = routing.integration.origin if code == "routing/not-assignee" else routing.fallback[0].origin
            yield finding(
                "error",
                code,
                f"{step.preset.title}: {lacks} of the step '{routing.step}'",
                address=step.preset.address,
                origin=origin,
                remedy="add them to each group of the step, or change the routing",
            )
    for (code, lacks, name, origin), places in elsewhere.items():
        presets = counted(len(places), "preset")
        message = f"{lacks} of the step '{name}' in {presets} that this plan does not change: {few(places)}"
        yield finding("warning", code, message, origin=origin)
    yield from _unread(case)


def _without_integration(step: JudgedStep) -> Iterator[tuple[str, str]]:
    integration = step.routing.integration
    missing = [
        role.name for role in step.roles if not any(integration.names(one.id, one.login) for one in role.members)
    ]
    is_chosen = any(integration.names(one.id, one.login) for one in step.chosen)
    if not is_chosen and (missing or not step.roles):
        where = few(missing) if missing else "any group"
        yield "routing/not-assignee", f"the integration {integration} is not in {where}"


def _without_fallback(step: JudgedStep, inactive: Collection[str] | None) -> Iterator[tuple[str, str]]:
    missing = [role.name for role in step.roles if not _steps_in(role, step.routing, inactive or ())]
    if missing:
        yield "routing/no-fallback", f"nobody of the fallback who can act is in {few(missing)}"


def _steps_in(role: JudgedRole, routing: Routing, inactive: Collection[str]) -> bool:
    return any(_is_able(one, inactive) and _is_fallback(one, routing) for one in role.members)


def _is_able(person: Person, inactive: Collection[str]) -> bool:
    return login_key(person.login) not in inactive


def _is_fallback(person: Person, routing: Routing) -> bool:
    if routing.integration.names(person.id, person.login):
        return False
    return any(one.names(person.id, person.login) for one in routing.fallback)


def _unread(case: Case) -> Iterator[Diagnostic]:
    for routing in case.unknown_steps:
        yield finding(
            "warning",
            "routing/steps-unknown",
            f"the steps of {routing.template} are not known, so nobody checked who is in '{routing.step}': make the "
            "snapshot again",
            origin=routing.step_origin,
        )
    known = {id(step.routing) for step in case.steps}
    for routing in case.routings:
        if id(routing) not in known and routing not in case.unknown_steps:
            yield finding(
                "warning",
                "routing/unknown-step",
                f"no preset that is managed here has the step '{routing.step}' of {routing.template}",
                origin=routing.step_origin,
            )
