"""``kind: policy``: what a plan may do to people; contradictions are reported, never resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import AddressGlob, Day, Name, PersonNotTeam, Reason, ShortText, Strict
from reconciler.desired.kinds.field_words import EXPECTED, expects, keywords, says
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_person
from reconciler.desired.kinds.policy_contradictions import check_policy, conflict
from reconciler.desired.kinds.policy_limit_shapes import LimitShape, LimitsShape
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.globs import fits
from reconciler.model.member import Member
from reconciler.model.policy import LIMITS, AcceptedRemovals, Frozen, Limit, Override, Policy, RoleRule, Separation
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.documents import Documents

__all__ = ["KIND", "PolicyDocument", "PolicyShape"]


# "frozen: no" is a text in YAML 1.2, and nobody's reason
_REASON = r"^(?!([Nn][Oo]|[Oo][Ff][Ff]|[Ff][Aa][Ll][Ss][Ee]|0|[Yy][Ee][Ss]|[Oo][Nn]|[Tt][Rr][Uu][Ee]|1)$)"


_Role = Annotated[Name, expects('the name of a role, or a glob such as "Project *"')]
_Separate = Annotated[
    list[_Role],
    Meta(min_length=2, max_length=100),
    keywords(uniqueItems=True),
    expects("a list of at least two different roles"),
]
_AN_ACCEPTANCE = "{team: ap-west, removals: 14, reason: why, until: 2027-01-31}"
_AN_OVERRIDE = "{reason: why, address: projects/1042/*, allow_removals: 3, until: 2027-01-31}"


class RoleShape(Strict, frozen=True):
    """Rules of one role."""

    rule = {"minProperties": 1, EXPECTED: "a mapping with min_members, must_include or both"}

    min_members: Annotated[
        Annotated[int, Meta(ge=0, le=10_000)] | msgspec.UnsetType,
        says("The least number of members of the role in a preset."),
        expects("a whole number from 0 to 10000"),
    ] = msgspec.UNSET
    must_include: Annotated[
        Annotated[list[PersonNotTeam], Meta(max_length=1000)] | msgspec.UnsetType,
        says("People who must be members of the role."),
    ] = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse a rule that rules nothing."""
        if self.min_members is msgspec.UNSET and self.must_include is msgspec.UNSET:
            raise ValueError("min_members or must_include")


class OverrideShape(Strict, frozen=True):
    """Removals that are allowed beyond the limits."""

    rule = {EXPECTED: _AN_OVERRIDE}

    reason: Annotated[Reason, says("Why they are allowed, for readers.")]
    address: Annotated[AddressGlob, says("The place it applies to: an address, or a glob whose * also matches /.")]
    allow_removals: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        says("The number of roles it lets go. If more match, it lifts nothing."),
        expects("a whole number from 1"),
    ]
    until: Annotated[Day, says("The last day (UTC) on which it applies.")]
    person: Annotated[PersonNotTeam | msgspec.UnsetType, says("Only removals of this person.")] = msgspec.UNSET
    role: Annotated[_Role | msgspec.UnsetType, says("Only removals from this role (a glob).")] = msgspec.UNSET


class AcceptShape(Strict, frozen=True):
    """People whom the rules of a team may lose beyond its limit."""

    rule = {EXPECTED: _AN_ACCEPTANCE}

    team: Annotated[ShortText, says("The team.")]
    removals: Annotated[
        int, Meta(ge=1, le=100_000), says("The most people that it may lose."), expects("a number from 1")
    ]
    reason: Annotated[Reason, says("Why, for readers.")]
    until: Annotated[Day, says("The last day (UTC) on which it applies.")]


class PolicyShape(Strict, frozen=True):
    """Rules for what a plan may do to people: limits, rules for roles, overrides."""

    kind: Annotated[Literal["policy"], says("The kind of this document.")]
    limits: Annotated[LimitsShape, says("Limits, counted in roles: one person in one group is one role.")] = (
        LimitsShape()
    )
    roles: Annotated[
        dict[Name, RoleShape],
        says("Rules by role name. The name may be a glob, and every rule that fits applies."),
        expects("a mapping of role names, each like Accounting: {min_members: 2}"),
    ] = {}
    protected: Annotated[
        list[PersonNotTeam], Meta(max_length=10_000), says("People who are never removed without an override.")
    ] = []
    separate: Annotated[
        list[_Separate], Meta(max_length=1000), says("Lists of roles. Nobody may hold two of one list in one preset.")
    ] = []
    overrides: Annotated[
        list[OverrideShape],
        Meta(max_length=10_000),
        says("Removals that are allowed beyond the limits, each for a place, a size and a time."),
        expects(f"a list, each entry like - {_AN_OVERRIDE}"),
    ] = []
    accept: Annotated[
        list[AcceptShape],
        Meta(max_length=1000),
        says("People whom the rules of teams may lose beyond their limit, for 'reconciler people'."),
        expects(f"a list, each entry like - {_AN_ACCEPTANCE}"),
    ] = []
    frozen: Annotated[
        Annotated[str, Meta(pattern=_REASON, min_length=1, max_length=1000)] | msgspec.UnsetType,
        says("The reason of a freeze. While this key is here, nothing is applied."),
        expects("the reason, as text; remove the line to end the freeze"),
    ] = msgspec.UNSET

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
    accepted: tuple[AcceptedRemovals, ...]
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
            Separation(roles=tuple(map(comparable, roles)), origin=at("separate", index))
            for index, roles in enumerate(shape.separate)
        ),
        overrides=tuple(_override(document, index, one) for index, one in enumerate(shape.overrides)),
        accepted=tuple(
            AcceptedRemovals(
                team=comparable(one.team),
                removals=one.removals,
                reason=one.reason,
                until=one.until,
                origin=at("accept", index),
            )
            for index, one in enumerate(shape.accept)
        ),
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
        role=comparable(role),
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
        role=None if shape.role is UNSET else comparable(shape.role),
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
        accepted=tuple(one for document in documents for one in document.accepted),
        frozen=tuple(document.frozen for document in documents if document.frozen is not None),
        documents=tuple(document.origin for document in documents),
    )
    policy = msgspec.structs.replace(policy, **{name: one for name, one in merged.items() if one is not None})
    diagnostics.extend(check_policy(policy))
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
            diagnostics.append(conflict(f"{name} is {limit} here and {first}", first.origin, limit.origin))
    return first


def _content(documents: Documents) -> object:
    policy = documents.policy
    limits = [(limit.count, limit.percent) for limit in (getattr(policy, name) for name in LIMITS)]
    listed = (policy.roles, policy.protected, policy.separate, policy.overrides, policy.accepted, policy.frozen)
    return limits, [sorted(map(msgspec.json.encode, values)) for values in listed]


KIND = Kind(name="policy", shape=PolicyShape, decode=_decode, merge=_merge, content=_content)
