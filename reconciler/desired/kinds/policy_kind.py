"""``kind: policy``: what a plan may do to people; contradictions are reported, never resolved."""

from __future__ import annotations

import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import AddressGlob, Name, PersonShape, Strict
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_person
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.globs import fits
from reconciler.model.member import Member
from reconciler.model.policy import LIMITS, Frozen, Limit, Override, Policy, RoleRule, Separation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.documents import Documents

__all__ = ["KIND", "PolicyDocument", "PolicyShape"]


# "frozen: no" is a text in YAML 1.2, and nobody's reason
_REASON = r"^(?!([Nn][Oo]|[Oo][Ff][Ff]|[Ff][Aa][Ll][Ss][Ee]|0|[Yy][Ee][Ss]|[Oo][Nn]|[Tt][Rr][Uu][Ee]|1)$)"


class LimitShape(Strict, frozen=True):
    """``{count: …, percent: …}``."""

    count: Annotated[int, Meta(ge=0, le=1_000_000)]
    percent: Annotated[int, Meta(ge=0, le=100)]


class LimitsShape(Strict, frozen=True):
    """The content below ``limits:``."""

    group_removals: LimitShape | msgspec.UnsetType = msgspec.UNSET
    run_removals: LimitShape | msgspec.UnsetType = msgspec.UNSET
    group_additions: LimitShape | msgspec.UnsetType = msgspec.UNSET
    run_additions: LimitShape | msgspec.UnsetType = msgspec.UNSET


class RoleShape(Strict, frozen=True):
    """The content below a role of ``roles:``."""

    min_members: Annotated[int, Meta(ge=0, le=10_000)] | msgspec.UnsetType = msgspec.UNSET
    must_include: Annotated[list[PersonShape], Meta(max_length=1000)] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse a rule that rules nothing."""
        if self.min_members is msgspec.UNSET and self.must_include is msgspec.UNSET:
            raise ValueError("min_members or must_include")


class OverrideShape(Strict, frozen=True):
    """One entry below ``overrides:``."""

    reason: Name
    address: AddressGlob
    allow_removals: Annotated[int, Meta(ge=1, le=1_000_000)]
    until: datetime.date
    person: PersonShape | msgspec.UnsetType = msgspec.UNSET
    role: Name | msgspec.UnsetType = msgspec.UNSET


class PolicyShape(Strict, frozen=True):
    """``kind: policy``."""

    kind: Literal["policy"]
    limits: LimitsShape = LimitsShape()
    roles: dict[Name, RoleShape] = {}
    protected: Annotated[list[PersonShape], Meta(max_length=10_000)] = []
    separate: Annotated[list[Annotated[list[Name], Meta(min_length=2, max_length=100)]], Meta(max_length=1000)] = []
    overrides: Annotated[list[OverrideShape], Meta(max_length=10_000)] = []
    frozen: Annotated[str, Meta(pattern=_REASON, min_length=1, max_length=1000)] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse a role that is separate from itself."""
        if any(len(set(roles)) != len(roles) for roles in self.separate):
            raise ValueError("a role is there twice")


class PolicyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One ``kind: policy`` document as written; ``limits`` holds those that it names."""

    origin: Origin
    limits: dict[str, Limit]
    roles: tuple[RoleRule, ...]
    protected: tuple[Member, ...]
    separate: tuple[Separation, ...]
    overrides: tuple[Override, ...]
    frozen: Frozen | None


def _decode(document: LocatedDocument, shape: PolicyShape) -> PolicyDocument:
    """Return one policy document with the places of everything in it."""
    at = document.origin
    return PolicyDocument(
        origin=at(),
        limits={name: limit for name in LIMITS if (limit := _limit(document, name, getattr(shape.limits, name)))},
        roles=tuple(_rule(document, role, rule) for role, rule in shape.roles.items()),
        protected=tuple(decode_person(one, at("protected", index)) for index, one in enumerate(shape.protected)),
        separate=tuple(
            Separation(roles=tuple(roles), origin=at("separate", index)) for index, roles in enumerate(shape.separate)
        ),
        overrides=tuple(_override(document, index, one) for index, one in enumerate(shape.overrides)),
        frozen=None if shape.frozen is UNSET else Frozen(reason=shape.frozen, origin=at("frozen")),
    )


def _limit(document: LocatedDocument, name: str, shape: LimitShape | msgspec.UnsetType) -> Limit | None:
    if shape is UNSET:
        return None
    return Limit(count=shape.count, percent=shape.percent, origin=document.origin("limits", name))


def _rule(document: LocatedDocument, role: str, shape: RoleShape) -> RoleRule:
    at = document.origin
    named = [] if shape.must_include is UNSET else shape.must_include
    return RoleRule(
        role=role,
        origin=at("roles", role),
        min_members=None if shape.min_members is UNSET else shape.min_members,
        minimum_origin=None if shape.min_members is UNSET else at("roles", role, "min_members"),
        must_include=tuple(
            decode_person(one, at("roles", role, "must_include", index)) for index, one in enumerate(named)
        ),
    )


def _override(document: LocatedDocument, index: int, shape: OverrideShape) -> Override:
    def at(*steps: str) -> Origin:
        return document.origin("overrides", index, *steps)

    return Override(
        reason=shape.reason,
        address=shape.address,
        allow_removals=shape.allow_removals,
        until=shape.until,
        origin=at(),
        size_origin=at("allow_removals"),
        until_origin=at("until"),
        person=None if shape.person is UNSET else decode_person(shape.person, at("person")),
        role=None if shape.role is UNSET else shape.role,
    )


def _merge(documents: Sequence[PolicyDocument], reading: Reading) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    """Put all policy documents together; what they say differently of one thing is an error with both places.

    A document in a file that may hold none is an error. Limits and the minimum of one role are one thing; people,
    separations, overrides and freezes add up.
    """
    files = reading.policy_files
    diagnostics = [] if files is None else list(_misplaced(documents, files))
    merged = {name: _merged_limit(documents, name, diagnostics) for name in LIMITS}
    policy = Policy(
        roles=tuple(rule for document in documents for rule in document.roles),
        protected=tuple(person for document in documents for person in document.protected),
        separate=tuple(one for document in documents for one in document.separate),
        overrides=tuple(one for document in documents for one in document.overrides),
        frozen=tuple(document.frozen for document in documents if document.frozen is not None),
        documents=tuple(document.origin for document in documents),
    )
    policy = msgspec.structs.replace(policy, **{name: one for name, one in merged.items() if one is not None})
    diagnostics.extend(_contradicting_minimums(policy))
    diagnostics.extend(_impossible_demands(policy))
    return {"policy": policy}, diagnostics


def _misplaced(documents: Sequence[PolicyDocument], files: Sequence[str]) -> Iterator[Diagnostic]:
    for document in documents:
        if not any(fits(glob, document.origin.path) for glob in files):
            named = ", ".join(files)
            message = f"a policy may only stand in the policy_files of the settings ({named}): move it there"
            yield Diagnostic(severity="error", code="documents/policy-place", message=message, origin=document.origin)


def _merged_limit(documents: Sequence[PolicyDocument], name: str, diagnostics: list[Diagnostic]) -> Limit | None:
    first: Limit | None = None
    for document in documents:
        limit = document.limits.get(name)
        if limit is None:
            continue
        if first is None:
            first = limit
        elif str(limit) != str(first):
            diagnostics.append(_conflict(f"{name} is {limit} here and {first}", first.origin, limit.origin))
    return first


def _contradicting_minimums(policy: Policy) -> Iterator[Diagnostic]:
    first: dict[str, RoleRule] = {}
    for rule in policy.roles:
        if rule.min_members is None:
            continue
        known = first.setdefault(rule.role, rule)
        if known.min_members != rule.min_members:
            message = f"min_members of '{rule.role}' is {rule.min_members} here and {known.min_members}"
            yield _conflict(message, known.minimum_origin, rule.minimum_origin)


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


def _conflict(what: str, first: Origin | None, second: Origin | None) -> Diagnostic:
    message = f"{what} at {first}; keep one of the two"
    return Diagnostic(severity="error", code="documents/conflict", message=message, origin=second)


def _content(documents: Documents) -> object:
    policy = documents.policy
    limits = [(limit.count, limit.percent) for limit in (getattr(policy, name) for name in LIMITS)]
    listed = (policy.roles, policy.protected, policy.separate, policy.overrides, policy.frozen)
    return limits, [sorted(map(msgspec.json.encode, values)) for values in listed]


KIND = Kind(name="policy", shape=PolicyShape, decode=_decode, merge=_merge, content=_content)
