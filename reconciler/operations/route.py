"""Answers running workflows once: settle what is open, look at every queue, decide each step that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.errors import ServiceError, UsageError
from reconciler.model.quantities import read_moment
from reconciler.model.routed import ROUTE_FORMAT, Look, RoutedStep, RouteReport, RouteSummary
from reconciler.operations.route_answer import settle_open
from reconciler.operations.route_round import SeenInstance
from reconciler.operations.route_start import open_router
from reconciler.operations.route_step import decide_step, route_instance
from reconciler.routing.programs import DecisionStoppedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconciler.model.instances import Instance, ListedInstance
    from reconciler.model.live import Place
    from reconciler.model.routed import JudgedRule
    from reconciler.operations.route_round import Router
    from reconciler.operations.run import Run

__all__ = ["LookedAt", "explain_steps", "handle_listed", "left_for_later", "look_at", "route_once"]

RECHECK_SECONDS: Final = 900.0
_SETTLED = frozenset({"answered", "already", "waiting", "answered-otherwise"})


def route_once(run: Run, settings_file: Path | None, journal_at: Path | None) -> RouteReport:
    """Look at every queue once and answer what waits; raises what ``open_router`` raises.

    A queue that cannot be read does not stop the others: it is a failed step without an instance. So is each queue that
    is left once other documents are committed.
    """
    with open_router(run, settings_file, journal_at) as router:
        router.stopped = router.is_outdated
        steps: list[RoutedStep] = []
        for intent in router.ledger.open():
            steps += [] if router.stopped() else [settle_open(router, intent)]
        looks: list[Look] = []
        for place in router.queues():
            found = look_at(router, place)
            steps += found.steps
            looks += [found.look] if found.look else []
            if found.look is None and found.failure is None:
                steps.append(_unread(place, "other documents are committed by now: run 'reconciler route' again"))
        return _report(router, looks, steps)


class LookedAt(NamedTuple):
    """The steps of one queue, handled; ``look`` is null if it was not completed, by a ``failure`` or a stop.

    ``listed`` are the instances that the queue showed.
    """

    steps: list[RoutedStep]
    look: Look | None
    failure: ServiceError | None = None
    listed: tuple[ListedInstance, ...] = ()


def look_at(router: Router, place: Place, *, goes_on: bool = True) -> LookedAt:
    """Handle every step that waits in one queue.

    It ends once the service is down, unless it ``goes_on``.
    """
    at = router.run.clock.moment()
    if router.stopped():
        return LookedAt([], None)
    try:
        waiting = router.service.waiting(place, router.me.id)
    except ServiceError as error:
        return LookedAt([_unread(place, error.message)], None, error)
    turn = router.trouble.turn(waiting)
    steps = [left_for_later(place, one) for one in turn.left]
    for listed in turn.handled:
        if router.stopped():
            return LookedAt(steps, None)
        asked = router.service.requests
        try:
            steps.append(handle_listed(router, place, listed, at))
        except DecisionStoppedError:
            return LookedAt(steps, None)
        if router.service.requests == asked:  # it shows nothing of the service
            continue
        if router.trouble.ends_look(listed.id, router.failure, is_failed=steps[-1].status == "failed") and not goes_on:
            return LookedAt(steps, None, router.failure)
    gone = {key for key, one in router.seen.items() if one.place == place} - {one.id for one in waiting}
    for key in gone:
        del router.seen[key]
    look = Look(project_id=place.project_id, tool_type=place.tool.type, at=at)
    return LookedAt(steps, look, listed=tuple(waiting))


def left_for_later(place: Place, listed: ListedInstance) -> RoutedStep:
    """Return a step that failed before, and that this look does not try."""
    return _unread(place, "it failed before, and is tried again in turn with others that did", listed.id)


def handle_listed(router: Router, place: Place, listed: ListedInstance, at: str) -> RoutedStep:
    """Return what became of an instance that a list showed; ``at`` is when that look began.

    It is read if it is new or changed, and about every quarter of an hour if its item decides. ``router.failure`` says
    afterwards why the service did not carry out what it needed.
    """
    router.failure = None
    seen = router.seen.get(listed.id)
    now = router.run.clock.steady()
    if seen is not None and listed.updated_at is not None and seen.updated_at == listed.updated_at:
        is_settled = seen.step.status in _SETTLED
        if is_settled or now - seen.read_at < RECHECK_SECONDS:
            return seen.step
    try:
        instance = router.service.instance(place, listed.id)
        step = route_instance(router, instance)
    except ServiceError as error:
        router.failure = error
        return _unread(place, error.message, listed.id)
    # a change within the second of this read would not show: such an instance is read once more
    changed_at, looked_at = read_moment(instance.updated_at), read_moment(at)
    is_fresh = changed_at is None or looked_at is None or changed_at >= looked_at
    if step.status != "failed" and not is_fresh:
        overdue_at = None if instance.step is None else instance.step.overdue_at
        router.seen[listed.id] = SeenInstance(instance.updated_at, now, step, place, overdue_at)
    return step


def _unread(place: Place, reason: str, instance_id: str = "") -> RoutedStep:
    scope = "company" if place.project_id is None else f"projects/{place.project_id}"
    return RoutedStep(
        instance_id=instance_id, step_occurrence_id=None, step=None, address=scope, status="failed", reason=reason
    )


def _report(router: Router, looks: Iterable[Look], steps: list[RoutedStep]) -> RouteReport:
    counts: dict[str, int] = {}
    for one in steps:
        counts[one.status.replace("-", "_")] = counts.get(one.status.replace("-", "_"), 0) + 1
    overdue = sum(one.overdue for one in steps)
    return RouteReport(
        format=ROUTE_FORMAT,
        looks=tuple(looks),
        steps=tuple(steps),
        summary=RouteSummary(**counts, overdue=overdue, requests=router.service.requests),
    )


def explain_steps(
    run: Run, settings_file: Path | None, instance_id: str | None
) -> list[tuple[RoutedStep, tuple[JudgedRule, ...]]]:
    """Return each step that waits with all rules as they were judged, or that of one instance; sends nothing."""
    explained: list[tuple[RoutedStep, tuple[JudgedRule, ...]]] = []
    with open_router(run, settings_file, None, sends=False) as router:
        for place in router.queues():
            waiting = router.service.waiting(place, router.me.id)
            wanted = [one.id for one in waiting if instance_id in {None, one.id}]
            explained.extend(_explained(router, router.service.instance(place, one)) for one in wanted)
    if instance_id is not None and not explained:
        raise UsageError(
            f"no instance {instance_id} waits for this integration: 'reconciler route --explain' shows all"
        )
    return explained


def _explained(router: Router, instance: Instance) -> tuple[RoutedStep, tuple[JudgedRule, ...]]:
    _, rules = router.rules_of(instance)
    judged = decide_step(router, instance, rules).judged if rules is not None else ()
    return route_instance(router, instance), judged
