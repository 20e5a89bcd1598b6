"""Judges by the policy of the base as well: a request cannot loosen a guard for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.policy import LIMITS, Limit, Policy, RoleRule
from reconciler.planning.guards.additions import group_additions, run_additions
from reconciler.planning.guards.case import finding
from reconciler.planning.guards.chosen_people import protected_person
from reconciler.planning.guards.members import below_minimum, missing_required, separation
from reconciler.planning.guards.overrides import lift
from reconciler.planning.guards.removals import group_removals, run_removals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.member import Member
    from reconciler.model.policy import Separation
    from reconciler.planning.guards.case import Case

__all__ = ["judge_base_policy", "judge_unknown_policy", "stricter_part"]

_NAMES_SHOWN = 5
_NO_LIMIT = Limit(count=10**9, percent=100)
# Their findings name a line of the base, which is not a line of these documents.
_AT_THE_RULE = {
    "policy/below-minimum",
    "policy/missing-required",
    "policy/run-additions",
    "policy/run-removals",
    "policy/separation",
}


def judge_base_policy(case: Case, base: Policy, revision: str) -> list[Diagnostic]:
    """Return the errors for all that the policy of the base forbids and the policy of the case allows.

    Overrides and freezes count as the case has them.
    """
    part = stricter_part(base, case.policy)
    if part == msgspec.structs.replace(Policy(), **dict.fromkeys(LIMITS, _NO_LIMIT)):
        return []
    then = msgspec.structs.replace(
        part, overrides=case.policy.overrides, frozen=case.policy.frozen, documents=case.policy.documents
    )
    judged = msgspec.structs.replace(case, policy=then)
    lifting = lift(judged)
    found = (
        *run_removals(judged, lifting),
        *group_removals(judged, lifting),
        *run_additions(judged),
        *group_additions(judged),
        *protected_person(judged, lifting),
        *below_minimum(judged),
        *missing_required(judged),
        *separation(judged),
    )
    return [_as_of_base(one, revision) for one in found if one.severity == "error"]


def judge_unknown_policy(case: Case, unknown: Sequence[str], revision: str) -> list[Diagnostic]:
    """Return an error if people move and something that cannot be read may hold a policy of the base.

    ``unknown`` are files and submodules that the request changes, moves or removes. If nobody moves, it is a warning.
    """
    if not unknown:
        return []
    names = ", ".join(name if name.isprintable() else ascii(name) for name in unknown[:_NAMES_SHOWN])
    more = f" and {len(unknown) - _NAMES_SHOWN:,} more" if len(unknown) > _NAMES_SHOWN else ""
    message = (
        f"{names}{more} cannot be read at {revision[:12]} and is not the same now: nobody can say which policy it had"
    )
    if not case.changes:
        return [finding("warning", "policy/unknown-at-base", message)]
    remedy = (
        "fetch it whole ('git submodule update --init --recursive' and the commits in it), or merge this change of the "
        "files alone, in a request that moves nobody"
    )
    return [finding("error", "policy/unknown-at-base", message, remedy=remedy)]


def _as_of_base(one: Diagnostic, revision: str) -> Diagnostic:
    override = f", or {one.remedy}" if one.remedy and "overrides:" in one.remedy else ""
    return finding(
        "error",
        one.code,
        f"{one.finding}, by the policy at {revision[:12]}, which this request loosens",
        address=one.address,
        origin=None if one.code in _AT_THE_RULE else one.origin,
        remedy=f"merge the change of the policy first, in a request of its own{override}",
    )


def stricter_part(base: Policy, now: Policy) -> Policy:
    """Return the part of the base's policy that today's does not demand, without overrides and freezes."""
    return msgspec.structs.replace(
        Policy(
            roles=tuple(_rules(base, now)),
            protected=_missing(base.protected, now.protected),
            separate=tuple(one for one in base.separate if not any(_covers(other, one) for other in now.separate)),
        ),
        **{name: _limit(getattr(base, name), getattr(now, name)) for name in LIMITS},
    )


def _limit(base: Limit, now: Limit) -> Limit:
    # a limit on additions that no policy names only warns
    stricter = base.count < now.count or base.percent < now.percent or (now.origin is None and base.origin is not None)
    return base if stricter else _NO_LIMIT


def _rules(base: Policy, now: Policy) -> Iterator[RoleRule]:
    for rule in base.roles:
        same = [one for one in now.roles if one.role == rule.role]
        minimum = rule.min_members
        if minimum is not None and any((one.min_members or 0) >= minimum for one in same):
            minimum = None
        required = _missing(rule.must_include, [one for other in same for one in other.must_include])
        if minimum is not None or required:
            yield msgspec.structs.replace(
                rule,
                min_members=minimum,
                minimum_origin=None if minimum is None else rule.minimum_origin,
                must_include=required,
            )


def _missing(base: Sequence[Member], now: Sequence[Member]) -> tuple[Member, ...]:
    there = {one.key for one in now}
    return tuple(one for one in base if one.key not in there)


def _covers(now: Separation, base: Separation) -> bool:
    return set(base.roles) <= set(now.roles)
