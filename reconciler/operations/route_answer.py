"""Sends a frozen response and reads it back; the same bytes go out after a crash, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.errors import AnswerError, AnswerLostError, RequestRefusedError, ServiceError
from reconciler.model.live import Place, Tool
from reconciler.model.routed import RoutedStep, RouteOutcome
from reconciler.model.spelling import comparable
from reconciler.routing.settlement import settle_intent

if TYPE_CHECKING:
    from reconciler.model.instances import Instance, StepOccurrence
    from reconciler.model.routed import RoutedStatus, RouteIntended
    from reconciler.operations.route_round import Router

__all__ = ["record_outcome", "send_frozen", "settle_open"]

_GONE = 404
_FORBIDDEN = 403
_UNPROCESSABLE = 422
_REFUSED: dict[int, tuple[RoutedStatus, str]] = {
    _FORBIDDEN: ("left-alone", "not an assignee any more: "),
    _GONE: ("moved-on", ""),
}


class _Sending(NamedTuple):
    """A frozen response on its way to an instance in a place; ``shown`` is the step as it is reported."""

    router: Router
    intent: RouteIntended
    shown: RoutedStep
    place: Place


def settle_open(router: Router, intent: RouteIntended) -> RoutedStep:
    """Settle an intent without a known outcome: read where the step is, and send it again if it is open."""
    sending = _Sending(router, intent, _shown(intent), _place(intent))
    try:
        instance = _read(sending)
    except ServiceError as error:
        router.failure = error
        return msgspec.structs.replace(sending.shown, status="failed", reason=error.message)
    following = settle_intent(intent, instance)
    if following in {"send", "ask"}:
        step = None if instance is None or following == "ask" else instance.step
        return send_frozen(router, intent, sending.shown, step)
    return _ended(sending, following, 0, "read back")  # type: ignore[arg-type]


def send_frozen(
    router: Router, intent: RouteIntended, shown: RoutedStep, step: StepOccurrence | None, place: Place | None = None
) -> RoutedStep:
    """Send the frozen response, read back what is stored, and record the outcome.

    ``place`` is where the instance was found, null for the place of the intent. Nothing is sent if the routing was
    withdrawn or observes by now, or if the option means something else in ``step``. An intent whose outcome is still
    not known stays open: the next look settles it.
    """
    shown = msgspec.structs.replace(
        shown, rule=intent.rule, option=intent.option, comment=intent.comment, seen=intent.seen
    )
    sending = _Sending(router, intent, shown, place or _place(intent))
    if not router.sends:
        reason = f"the response that was intended at {intent.at} goes out with the next look"
        return msgspec.structs.replace(shown, status="left-alone", reason=reason)
    withheld = _withheld(router, intent, step)
    if withheld is not None:
        return _ended(sending, "left-alone", 0, withheld)
    try:
        router.service.respond(
            sending.place, intent.instance_id, occurrence_id=intent.step_occurrence_id, option_id=intent.option.id,
            comment=intent.comment, token=intent.token,
        )  # fmt: skip
    except ServiceError as error:
        router.failure = error
        if isinstance(error, AnswerLostError):
            return _after_loss(sending, error.message)
        if isinstance(error, RequestRefusedError):
            return _after_refusal(sending, error)
        return _ended(sending, "failed", 1, error.message)
    return _after_success(sending, was_current=step is not None)


def _after_success(sending: _Sending, *, was_current: bool) -> RoutedStep:
    """Compare what is stored: a service may answer a known token with the result of another response.

    ``was_current`` says that the step was seen with our response open, just before this one was sent.
    """
    try:
        following = settle_intent(sending.intent, _read(sending))
    except ServiceError as error:
        sending.router.failure = error
        following = "send"
    if following == "answered-otherwise":
        return _ended(sending, following, 1, "another response is stored")
    reason = "accepted, and not shown yet" if following == "send" else None
    if following in {"ask", "moved-on"} and not was_current:
        reason = "accepted; the workflow had moved on, so it was not read back"
    return _ended(sending, "answered", 1, reason)


def _withheld(router: Router, intent: RouteIntended, step: StepOccurrence | None) -> str | None:
    """Return why the frozen response may not go out any more, or null."""
    rules = router.rules_for(intent.routing, intent.address, intent.step)
    if rules is None or rules.routing.mode != "answer":
        what = "was withdrawn" if rules is None else "observes by now"
        return f"the routing {what}, so the response that was intended at {intent.at} is not sent"
    if step is not None and not _has_option(step, intent):
        return f"the option '{intent.option.name}' ({intent.option.id}) is gone, or means something else by now"
    return None


def _has_option(step: StepOccurrence, intent: RouteIntended) -> bool:
    named = [one.name for one in step.options if one.id == intent.option.id]
    return [comparable(one) for one in named] == [comparable(intent.option.name)]


def _after_loss(sending: _Sending, lost: str) -> RoutedStep:
    try:
        following = settle_intent(sending.intent, _read(sending))
    except ServiceError:
        following = "send"
    if following in {"send", "ask"}:  # stored or not: the next look asks again, with the same response
        return msgspec.structs.replace(sending.shown, status="failed", reason=f"{lost}; it is settled by the next look")
    return _ended(sending, following, 1, lost)  # type: ignore[arg-type]


def _after_refusal(sending: _Sending, refusal: RequestRefusedError) -> RoutedStep:
    if refusal.status in _REFUSED:
        if sending.router.is_unplaced(sending.intent, sending.place):
            return _after_company_refusal(sending, refusal)
        status, reason = _REFUSED[refusal.status]
        return _ended(sending, status, 1, f"{reason}{refusal.message}", refused=True)
    if refusal.status != _UNPROCESSABLE:
        return _ended(sending, "failed", 1, refusal.message)
    try:
        following = settle_intent(sending.intent, _read(sending))
    except ServiceError as error:
        sending.router.failure = error
        return msgspec.structs.replace(sending.shown, status="failed", reason=f"{refusal.message}; {error.message}")
    if following == "send":  # refused, though the step is open: the option, say, is gone
        return _ended(sending, "left-alone", 1, refusal.message, refused=True)
    ended = "moved-on" if following == "ask" else following
    return _ended(sending, ended, 1, refusal.message)  # type: ignore[arg-type]


def _after_company_refusal(sending: _Sending, refusal: RequestRefusedError) -> RoutedStep:
    """Judge a refusal where the company was asked in place of a project: its project may still take the response."""
    try:
        following = settle_intent(sending.intent, _read(sending))
    except ServiceError:
        following = "send"
    if following == "moved-on":
        return _ended(sending, following, 1, refusal.message, refused=True)
    reason = f"{refusal.message}; its project is looked for, and takes the same response"
    return msgspec.structs.replace(sending.shown, status="failed", reason=reason)


def _read(sending: _Sending) -> Instance | None:
    """Return the instance of an intent, null if it is gone; raises another ServiceError."""
    try:
        return sending.router.service.instance(sending.place, sending.intent.instance_id)
    except RequestRefusedError as error:
        if error.status == _GONE:
            return None
        raise AnswerError(error.message) from None


def _ended(
    sending: _Sending, status: RoutedStatus, attempts: int, reason: str | None, *, refused: bool = False
) -> RoutedStep:
    record_outcome(sending.router, sending.intent, status, attempts, reason, refused=refused)
    return msgspec.structs.replace(sending.shown, status=status, reason=reason)


def record_outcome(
    router: Router,
    intent: RouteIntended,
    status: RoutedStatus,
    attempts: int,
    reason: str | None,
    *,
    refused: bool = False,
) -> None:
    """Record the outcome of an intent, unless the journal ends with just that.

    A refusal is recorded each time: what changes after it lets the response go out once more.
    """
    known = router.ledger.known(intent.token)
    last = None if known is None else known.outcome
    if not refused and last is not None and (last.status, last.reason) == (status, reason):
        return
    router.record(
        RouteOutcome(
            at=router.run.clock.moment(),
            run_id=router.run_id,
            token=intent.token,
            status=status,
            attempts=attempts,
            reason=reason,
            refused=refused,
        )
    )


def _shown(intent: RouteIntended) -> RoutedStep:
    return RoutedStep(
        instance_id=intent.instance_id,
        step_occurrence_id=intent.step_occurrence_id,
        step=intent.step,
        address=intent.address,
        status="failed",
        rule=intent.rule,
        option=intent.option,
        comment=intent.comment,
        seen=intent.seen,
        item_id=intent.item_id,
    )


def _place(intent: RouteIntended) -> Place:
    return Place(intent.project_id, Tool(intent.tool_type, intent.tool_subtype))
