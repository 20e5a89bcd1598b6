"""Adds people to a step that stays overdue, once, as its routing names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from reconciler.errors import RequestRefusedError, ServiceError
from reconciler.model.quantities import duration_words, read_moment
from reconciler.model.routed import RouteEscalated
from reconciler.routing.settlement import has_changed_since, response_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.instances import Instance, StepOccurrence
    from reconciler.model.live import Person
    from reconciler.model.routed import RoutedStep
    from reconciler.model.routing import Escalation
    from reconciler.operations.route_round import RoutedStepRules, Router

__all__ = ["OPEN_STATUSES", "escalated"]

REFUSED_SECONDS: Final = 3600.0
OPEN_STATUSES: Final = frozenset({"undecided", "no-rule", "left-alone", "held", "failed"})


def escalated(router: Router, instance: Instance, rules: RoutedStepRules, shown: RoutedStep) -> RoutedStep:
    """Add people to a step without a response that is overdue for longer than its routing allows.

    A routing that observes adds nobody. The step is read before and behind it, so that a lost answer adds nobody twice.
    Return the step, with what was done in its reason.
    """
    escalation, step = rules.routing.escalate, instance.step
    if escalation is None or step is None or rules.routing.mode != "answer" or not router.sends:
        return shown
    token = response_token(router.company_id, instance.id, step.id, router.me.id)
    if router.ledger.is_escalated(token) or not _is_late(router, step, escalation):
        return shown
    refused = router.ledger.escalation_refused(token)
    try:
        if refused is not None and not _is_worth_asking(router, instance, refused):
            done = f"nobody could be added: {refused.reason}"
        else:
            done = _add(router, instance, step, escalation, token)
    except ServiceError as error:
        router.failure = error
        done = f"nobody could be added: {error.message}"
    reason = "; ".join(part for part in (shown.reason, done) if part)
    return msgspec.structs.replace(shown, reason=reason)


def _is_worth_asking(router: Router, instance: Instance, refused: RouteEscalated) -> bool:
    """Return whether what was refused may be granted by now: the instance changed, or it is some time ago."""
    at = read_moment(refused.at)
    is_old = at is None or (router.run.clock.now() - at).total_seconds() >= REFUSED_SECONDS
    return is_old or has_changed_since(instance, refused.at)


def _is_late(router: Router, step: StepOccurrence, escalation: Escalation) -> bool:
    overdue_at = read_moment(step.overdue_at)
    return overdue_at is not None and (router.run.clock.now() - overdue_at).total_seconds() > escalation.overdue_for


def _add(router: Router, instance: Instance, step: StepOccurrence, escalation: Escalation, token: str) -> str:
    """Add who is not there yet; return what was done. Raises ServiceError where that is not known."""
    place = instance.place
    possible = router.service.possible_assignees(place)
    people = [one for one in possible if any(named.names(one.id, one.login) for named in escalation.add)]
    if not people:
        return f"overdue for {duration_words(escalation.overdue_for)}, and nobody to add may be assigned there"
    missing = [one for one in people if not step.of(one.id)]
    if missing:
        _record(router, instance, step, missing, token, "intended")
        try:
            router.service.add_assignees(
                place,
                instance.id,
                occurrence_id=step.id,
                login_ids=[one.id for one in missing],
                reason=escalation.reason,
            )
        except ServiceError as error:
            now = router.service.instance(place, instance.id).step
            if now is None or now.id != step.id or not all(now.of(one.id) for one in missing):
                status = "refused" if isinstance(error, RequestRefusedError) else "failed"
                _record(router, instance, step, missing, token, status, error.message)
                raise
    _record(router, instance, step, people, token, "done")
    names = ", ".join(one.with_login for one in people)
    return f"overdue for more than {duration_words(escalation.overdue_for)}: {names} added to the step"


def _record(  # noqa: PLR0913, PLR0917 - the parts of a line, each named
    router: Router,
    instance: Instance,
    step: StepOccurrence,
    people: Sequence[Person],
    token: str,
    status: str,
    reason: str | None = None,
) -> None:
    line = RouteEscalated(
        at=router.run.clock.moment(),
        run_id=router.run_id,
        token=token,
        instance_id=instance.id,
        step_occurrence_id=step.id,
        people=tuple(people),
        status=status,  # type: ignore[arg-type]
        reason=reason,
    )
    router.record(line)
