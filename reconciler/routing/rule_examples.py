"""Runs the examples that a routing has for its rules; programs are not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.routing import NOTHING, UNDECIDED
from reconciler.routing.decision import judge_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.routed import JudgedRule
    from reconciler.model.routing import Routing

__all__ = ["check_examples"]


def check_examples(routings: Iterable[Routing]) -> Iterator[Diagnostic]:
    """Yield each example that its rule decides in another way."""
    for routing in routings:
        for rule in routing.rules:
            for example in rule.examples:
                judged = judge_rule(rule, example.facts)
                gives = _gives(judged)
                if gives != example.gives:
                    message = (
                        f"rule '{rule.name}' gives '{gives}' for this example, not '{example.gives}'{_why(judged)}: "
                        "correct the rule or the example"
                    )
                    yield Diagnostic(severity="error", code="routing/example", message=message, origin=example.origin)


def _gives(judged: JudgedRule) -> str:
    if judged.holds is None:
        return UNDECIDED
    return judged.respond or NOTHING


def _why(judged: JudgedRule) -> str:
    if judged.reason is not None:
        return f" ({judged.reason})"
    failed = [f"{one.field} is {one.value!r}" for one in judged.conditions if one.holds is False]
    return f" ({', '.join(failed)})" if failed else ""
