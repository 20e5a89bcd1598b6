"""Decides by the rules of a routing in their order: the first that holds decides, an undecided one stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.model.routed import Decision, JudgedCondition, JudgedRule
from reconciler.routing.conditions import holds
from reconciler.routing.facts import MISSING, disclosed_field, field_value, is_redacted, shown_value, shown_values
from reconciler.routing.program_answer import ProgramFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.routed import ProgramAnswer
    from reconciler.model.routing import Condition, Routing, Rule

    Ask = Callable[[Rule, Mapping[str, Any]], ProgramAnswer]

__all__ = ["decide", "judge_rule"]

_REDACTED = "(redacted)"


def decide(routing: Routing, facts: Mapping[str, Any], ask: Ask) -> Decision:
    """Return what to respond, or why nothing.

    ``ask`` runs the program of a rule, and raises ProgramFailedError if that says nothing usable. Rules behind the
    one that ends the search are not judged.
    """
    judged: list[JudgedRule] = []
    seen = shown_values(facts, routing)
    for rule in routing.rules:
        one = _by_program(rule, facts, ask, routing.redact) if rule.decide else judge_rule(rule, facts, routing.redact)
        judged.append(one)
        if one.holds is None:
            return Decision(status="undecided", rule=rule.name, reason=one.reason, seen=seen, judged=tuple(judged))
        if one.holds:
            return Decision(
                status="decided",
                rule=rule.name,
                respond=one.respond,
                comment=one.comment,
                seen=seen,
                judged=tuple(judged),
            )
    return Decision(status="no-rule", reason="no rule covers it", seen=seen, judged=tuple(judged))


def judge_rule(rule: Rule, facts: Mapping[str, Any], redacted: tuple[str, ...] = ()) -> JudgedRule:
    """Return whether all conditions of a rule hold; one that is undecided makes the rule undecided."""
    conditions = tuple(_judged(condition, facts, redacted) for condition in rule.where)
    undecided = [one for one in conditions if one.holds is None]
    verdict = None if undecided else all(one.holds for one in conditions)
    return JudgedRule(
        rule=rule.name,
        holds=verdict,
        respond=rule.respond if verdict else None,
        comment=rule.comment if verdict else None,
        reason=_why(undecided[0]) if undecided else None,
        conditions=conditions,
    )


def _judged(condition: Condition, facts: Mapping[str, Any], redacted: tuple[str, ...]) -> JudgedCondition:
    value = field_value(facts, condition.field)
    shown = None if value is MISSING else shown_value(value)
    return JudgedCondition(
        field=condition.field,
        operator=condition.operator,
        operands=condition.operands,
        value=_REDACTED if shown is not None and is_redacted(condition.field, redacted) else shown,
        holds=holds(condition, value),
    )


def _why(condition: JudgedCondition) -> str:
    if condition.value is None:
        return f"{condition.field} is not there"
    return f"{condition.field} is {condition.value!r}, which is of another kind than the rule expects"


def _by_program(rule: Rule, facts: Mapping[str, Any], ask: Ask, redacted: tuple[str, ...]) -> JudgedRule:
    """Return what a program says; nothing that is redacted goes from its answer into a response or a report."""
    try:
        answer = ask(rule, facts)
    except ProgramFailedError as error:
        field = disclosed_field(error.reason, facts, redacted)
        reason = error.reason if field is None else "the program did not print one object {respond, comment}"
        return JudgedRule(rule=rule.name, holds=None, reason=reason)
    field = disclosed_field(f"{answer.respond or ''}\n{answer.comment or ''}", facts, redacted)
    if field is not None:
        reason = f"the program answers with the value of {field}, which this routing redacts"
        return JudgedRule(rule=rule.name, holds=None, reason=reason)
    return JudgedRule(rule=rule.name, holds=answer.respond is not None, respond=answer.respond, comment=answer.comment)
