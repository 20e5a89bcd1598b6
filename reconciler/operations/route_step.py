"""Handles one instance that waits for the integration: settle what is known of its step, or decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from reconciler.errors import AnswerError, RequestRefusedError
from reconciler.model.quantities import read_moment
from reconciler.model.routed import ChosenOption, Decision, RoutedStep, RouteIntended, RouteNoted
from reconciler.model.spelling import comparable
from reconciler.model.suggestions import did_you_mean
from reconciler.operations.route_answer import record_outcome, send_frozen
from reconciler.operations.route_escalation import OPEN_STATUSES, escalated
from reconciler.routing.decision import decide
from reconciler.routing.facts import needs_item
from reconciler.routing.ledger import limited_step
from reconciler.routing.programs import DecisionStoppedError, run_program
from reconciler.routing.settlement import response_token, settle_step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.instances import Instance, ResponseOption, StepOccurrence
    from reconciler.model.routed import ProgramAnswer, RoutedStatus
    from reconciler.model.routing import Rule
    from reconciler.operations.route_round import RoutedStepRules, Router
    from reconciler.routing.ledger import Known

__all__ = ["decide_step", "route_instance"]

LAG_SECONDS: Final = 600.0


def route_instance(router: Router, instance: Instance) -> RoutedStep:
    """Settle or decide the current step of an instance, and return what became of it."""
    name, rules = router.rules_of(instance)
    step = instance.step
    if step is None or rules is None:
        reason = "it has ended" if step is None else f"no routing of this integration has the step '{name}'"
        status: RoutedStatus = "moved-on" if step is None else "left-alone"
        return RoutedStep(
            instance_id=instance.id,
            step_occurrence_id=None if step is None else step.id,
            step=name,
            address=None,
            status=status,
            reason=reason,
            overdue=step is not None and is_overdue(router, step),
            item_id=instance.item_id,
        )
    shown = _routed(router, instance, step, rules)
    return escalated(router, instance, rules, shown) if shown.status in OPEN_STATUSES else shown


def _routed(router: Router, instance: Instance, step: StepOccurrence, rules: RoutedStepRules) -> RoutedStep:
    """Return what became of a step that a routing names."""
    token = response_token(router.company_id, instance.id, step.id, router.me.id)
    shown = _shown(router, instance, step, rules)
    known = router.ledger.known(token)
    following = settle_step(known, instance, router.me.id, is_recent=_is_recent(router, known))
    if following == "decide":
        return _decided(router, instance, step, rules, shown)
    if known is not None and following == "send":
        return send_frozen(router, known.intent, shown, step, instance.place)
    if following == "left-alone":
        refused = None if known is None else known.outcome
        reason = "the integration is not an assignee of it" if refused is None else refused.reason
        option = None if known is None else known.intent.option
        return msgspec.structs.replace(shown, status="left-alone", reason=reason, option=option)
    if known is not None and not known.is_settled and following in {"answered", "answered-otherwise", "moved-on"}:
        record_outcome(router, known.intent, following, 0, "read back")
    option = known.intent.option if known is not None else None
    return msgspec.structs.replace(shown, status=following, option=option)


def _is_recent(router: Router, known: Known | None) -> bool:
    """Return whether an answer was given so lately that a read may lag behind it."""
    at = None if known is None or known.outcome is None else read_moment(known.outcome.at)
    return at is not None and (router.run.clock.now() - at).total_seconds() < LAG_SECONDS


def is_overdue(router: Router, step: StepOccurrence) -> bool:
    """Return whether a step is overdue now."""
    overdue_at = read_moment(step.overdue_at)
    return overdue_at is not None and overdue_at < router.run.clock.now()


def _shown(router: Router, instance: Instance, step: StepOccurrence, rules: RoutedStepRules) -> RoutedStep:
    return RoutedStep(
        instance_id=instance.id,
        step_occurrence_id=step.id,
        step=rules.routing.step,
        address=rules.address(instance.place.project_id),
        status="undecided",
        overdue=is_overdue(router, step),
        item_id=instance.item_id,
    )


def _decided(
    router: Router, instance: Instance, step: StepOccurrence, rules: RoutedStepRules, shown: RoutedStep
) -> RoutedStep:
    """Decide a step without an intent, and respond if the routing answers."""
    routing = rules.routing
    if instance.created_by == router.me.id and not routing.own_items:
        return _noted(router, rules, shown, "left-alone", reason="the integration started this workflow itself")
    decision = decide_step(router, instance, rules)
    shown = msgspec.structs.replace(shown, rule=decision.rule, seen=decision.seen)
    if decision.status != "decided":
        return _noted(router, rules, shown, decision.status, reason=decision.reason)
    options = [one for one in step.options if comparable(one.name) == decision.respond]
    if len(options) != 1:
        return _noted(router, rules, shown, "left-alone", reason=_no_option(decision, options, step))
    chosen = ChosenOption(options[0].id, options[0].name)
    shown = msgspec.structs.replace(shown, option=chosen, comment=decision.comment)
    if routing.mode == "observe" or not router.sends:
        return _noted(router, rules, shown, "observed")
    now = router.run.clock.now()
    counted = limited_step(rules.template.id, routing.step)
    beyond = router.ledger.beyond(rules.digest, counted, routing.limits, chosen.name, now)
    if beyond is not None:
        return _noted(router, rules, shown, "held", reason=beyond)
    if router.stopped():  # a program took its time, or the service let the item wait
        raise DecisionStoppedError
    intent = _intent(router, instance, step, rules, shown)
    router.record(intent)
    return send_frozen(router, intent, shown, step)


def decide_step(router: Router, instance: Instance, rules: RoutedStepRules) -> Decision:
    """Read the facts that rules need, and decide by them; what cannot be read leaves the step undecided."""
    routing = rules.routing
    facts: dict[str, Any] = {
        "project": router.projects.get(instance.place.project_id or "", {}),
        "instance": dict(instance.facts),
        "item": {},
    }
    if routing.item_path is not None and needs_item(routing):
        try:
            facts["item"] = router.service.item(_item_path(routing.item_path, router.company_id, instance))
        except (RequestRefusedError, AnswerError) as error:
            return Decision(status="undecided", reason=error.message)
    options = [] if instance.step is None else [one.name for one in instance.step.options]

    def ask(rule: Rule, seen: Mapping[str, Any]) -> ProgramAnswer:
        return run_program(
            rule.decide,
            {**seen, "options": options},
            router.folders,
            router.run.environment,
            stopped=router.stopped,
        )

    return decide(routing, facts, ask)


def _item_path(path: str, company_id: str, instance: Instance) -> str:
    """Return the path of the item of an instance: ids stay within their place of the path."""
    filled = {
        "{company_id}": company_id,
        "{project_id}": instance.place.project_id or "",
        "{item_id}": instance.item_id,
    }
    for place, value in filled.items():
        path = path.replace(place, quote(value, safe=""))
    return path


def _no_option(decision: Decision, options: list[ResponseOption], step: StepOccurrence) -> str:
    if options:
        return f"{len(options)} options are named '{decision.respond}'"
    known = ", ".join(f"'{one.name}'" for one in step.options[:8])
    hint = did_you_mean(decision.respond or "", [one.name for one in step.options], "Procore")
    return f"the step has no option '{decision.respond}' (its options: {known or 'none'}){hint}"


def _noted(
    router: Router, rules: RoutedStepRules, shown: RoutedStep, status: RoutedStatus, reason: str | None = None
) -> RoutedStep:
    """Return a step that gets no response now, and keep that in the journal."""
    step = msgspec.structs.replace(shown, status=status, reason=reason)
    token = response_token(router.company_id, step.instance_id, step.step_occurrence_id or "", router.me.id)
    line = RouteNoted(at=router.run.clock.moment(), run_id=router.run_id, token=token, routing=rules.digest, step=step)
    router.record_once(line)
    return step


def _intent(
    router: Router, instance: Instance, step: StepOccurrence, rules: RoutedStepRules, shown: RoutedStep
) -> RouteIntended:
    assert shown.option is not None  # noqa: S101 - it was chosen just now
    place = instance.place
    return RouteIntended(
        at=router.run.clock.moment(),
        run_id=router.run_id,
        token=response_token(router.company_id, instance.id, step.id, router.me.id),
        company_id=router.company_id,
        login_id=router.me.id,
        instance_id=instance.id,
        step_occurrence_id=step.id,
        step=rules.routing.step,
        address=rules.address(place.project_id),
        project_id=place.project_id,
        tool_type=place.tool.type,
        tool_subtype=place.tool.subtype,
        routing=rules.digest,
        revision=router.revision,
        rule=shown.rule or "",
        option=shown.option,
        comment=shown.comment,
        started_at=step.started_at,
        seen=shown.seen,
        item_id=instance.item_id,
    )
