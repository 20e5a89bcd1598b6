"""Contradictions within a policy that show without the service."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.globs import fits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Origin
    from reconciler.model.member import Member
    from reconciler.model.policy import Policy, RoleRule

__all__ = ["check_policy", "conflict"]


def check_policy(policy: Policy) -> Iterator[Diagnostic]:
    """Yield minimums that contradict each other, and demands that nobody can meet."""
    yield from _contradicting_minimums(policy)
    yield from _impossible_demands(policy)


def _contradicting_minimums(policy: Policy) -> Iterator[Diagnostic]:
    first: dict[str, RoleRule] = {}
    for rule in policy.roles:
        if rule.min_members is None:
            continue
        known = first.setdefault(rule.role, rule)
        if known.min_members != rule.min_members:
            message = f"min_members of '{rule.role}' is {rule.min_members} here and {known.min_members}"
            yield conflict(message, known.minimum_origin, rule.minimum_origin)


def _impossible_demands(policy: Policy) -> Iterator[Diagnostic]:
    """Find people who must sit in two roles that nobody may hold together."""
    for separation in policy.separate:
        for one, other in combinations(separation.roles, 2):
            needed = {person.key: person for person in _required(policy, one)}
            for person in _required(policy, other):
                known = needed.get(person.key)
                if known is not None:
                    message = (
                        f"{person} must be in '{other}' by this line, and in '{one}' by {known.origin}, which "
                        f"{separation.origin} keeps apart; take one of the three out"
                    )
                    yield Diagnostic(severity="error", code="documents/conflict", message=message, origin=person.origin)


def _required(policy: Policy, role: str) -> list[Member]:
    return [person for rule in policy.roles if fits(rule.role, role) for person in rule.must_include]


def conflict(what: str, first: Origin | None, second: Origin | None) -> Diagnostic:
    """Return the error that two places say different things."""
    message = f"{what} at {first}; keep one of the two"
    return Diagnostic(severity="error", code="documents/conflict", message=message, origin=second)
