"""Shapes of rules that find people, among the members of teams and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, cast

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import (
    A_TEXT,
    Day,
    Identifier,
    Login,
    Members,
    MemberText,
    Name,
    ShortText,
    Strict,
    Text,
)
from reconciler.desired.kinds.field_words import EXPECTED, expects, says
from reconciler.model.rules import GROUP, GROUP_IN_CHAIN, Condition, Rule
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FindingShape", "MembersAndRules", "SourceName"]

SOURCE_NAME = "^[a-z][a-z0-9-]{0,39}$"
SourceName = Annotated[
    str, Meta(pattern=SOURCE_NAME), expects("the name of a source: lower-case letters, digits and hyphens")
]
_A_VALUE = "a text, a list of texts, {not: TEXT} or {empty: true}"
_Texts = Text | Annotated[list[Annotated[Text, expects(A_TEXT)]], Meta(min_length=1, max_length=1000)]


class ConditionShape(Strict, frozen=True):
    """Values that an attribute must not have, or whether it is blank."""

    choices = (("not",), ("empty",))
    rule = {EXPECTED: _A_VALUE}

    excluded: Annotated[
        _Texts | msgspec.UnsetType, says("Values that the attribute must not have; * is a wildcard.")
    ] = msgspec.field(default=UNSET, name="not")
    empty: Annotated[bool | msgspec.UnsetType, says("Whether the attribute is blank.")] = UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.excluded is UNSET) == (self.empty is UNSET):
            raise ValueError("one of not and empty")


_Conditions = Annotated[
    dict[ShortText, Annotated[Text | Annotated[list[Text], Meta(min_length=1, max_length=1000)] | ConditionShape,
                              expects(_A_VALUE)]],
    Meta(min_length=1),
]  # fmt: skip
_A_FINDING = (
    'a login (an e-mail address), team:NAME, {login_id: "161072"}, {person: LOGIN, until: 2027-01-31, reason: "…"} '
    "or a rule such as {from: hr, where: {department: Accounts}}"
)
_A_PERSON_OR_TEAM = Annotated[MemberText, expects("a login (an e-mail address) or team:NAME")]


class FindingShape(Strict, frozen=True):
    """A member by ``{login_id: …}`` or ``{person: …}``, or a rule ``{from: SOURCE, …}`` that finds people."""

    choices = (
        ("login_id",),
        ("person", "until", "reason"),
        ("where", "from", "each", "else"),
        ("field", "from", "else"),
        ("manager_of", "from", "up_to"),
        ("reports_to", "from", "depth", "and_self"),
        ("group", "from", "in_chain"),
    )
    also_required: ClassVar = dict.fromkeys(("where", "manager_of", "reports_to", "group", "field"), ("from",))
    rule = {EXPECTED: _A_FINDING}

    login_id: Annotated[Identifier | msgspec.UnsetType, says("The id of the person's login in the service.")] = UNSET
    person: Annotated[Login | msgspec.UnsetType, says("The person's login (an e-mail address).")] = UNSET
    until: Annotated[Day | msgspec.UnsetType, says("The last day (UTC) on which the person is desired.")] = UNSET
    reason: Annotated[Name | msgspec.UnsetType, says("Why the person is a member, for readers.")] = UNSET
    source: Annotated[SourceName | msgspec.UnsetType, says("The source that the rule finds people in.")] = (
        msgspec.field(default=UNSET, name="from")
    )
    where: Annotated[
        _Conditions | msgspec.UnsetType, says("Conditions by attribute, all of which must be met; * is a wildcard.")
    ] = UNSET
    manager_of: Annotated[
        _A_PERSON_OR_TEAM | msgspec.UnsetType, says("The managers of this person, or of the people of this team.")
    ] = UNSET
    up_to: Annotated[
        _Conditions | msgspec.UnsetType, says("With manager_of: the first manager above who meets these conditions.")
    ] = UNSET
    reports_to: Annotated[Login | msgspec.UnsetType, says("Everybody below this person, without the person.")] = UNSET
    depth: Annotated[
        Annotated[int, Meta(ge=1, le=100)] | msgspec.UnsetType, says("With reports_to: how many levels down.")
    ] = UNSET
    and_self: Annotated[bool | msgspec.UnsetType, says("With reports_to: whether the person counts too.")] = UNSET

    each: Annotated[
        Annotated[dict[ShortText, ShortText], Meta(min_length=1, max_length=1)] | msgspec.UnsetType,
        says("With where: for each project those whose attribute has the value of this field of the project."),
        expects("an attribute and a field of projects, such as {jobs: project_number}"),
    ] = UNSET
    field: Annotated[
        ShortText | msgspec.UnsetType, says("With 'from: projects': the field of each project that names the person.")
    ] = UNSET
    otherwise: Annotated[
        Members | msgspec.UnsetType, says("With each or field: who it is for projects for which nobody is found.")
    ] = msgspec.field(default=UNSET, name="else")
    group: Annotated[
        ShortText | msgspec.UnsetType, says("Everybody in this group of an LDAP directory, and in groups inside it.")
    ] = UNSET
    in_chain: Annotated[
        bool | msgspec.UnsetType, says("With group: whether Active Directory resolves the groups inside it.")
    ] = UNSET

    def __post_init__(self) -> None:
        """Refuse several forms in one, keys that do not go together, and a rule without its source."""
        given = {key for key in _KEYS if getattr(self, key) is not UNSET}
        if not any(given <= keys and needed <= given for keys, needed in _FORMS):
            raise ValueError("one form of a member")

    def to_rule(self) -> Rule:
        """Return the rule, where a source is named."""
        where = {} if self.where is UNSET else _conditions(cast("Mapping[str, object]", self.where))
        if self.group is not UNSET:
            where[GROUP_IN_CHAIN if self.in_chain is True else GROUP] = Condition(values=_texts(self.group))
        return Rule(
            source=str(self.source),
            where=where,
            manager_of=None if self.manager_of is UNSET else comparable(self.manager_of),
            up_to={} if self.up_to is UNSET else _conditions(cast("Mapping[str, object]", self.up_to)),
            reports_to=None if self.reports_to is UNSET else comparable(self.reports_to),
            depth=None if self.depth is UNSET else self.depth,
            and_self=self.and_self is True,
            each_attribute=None if self.each is UNSET else comparable(next(iter(self.each))).strip(),
            each_field=None if self.each is UNSET else comparable(next(iter(self.each.values()))).strip(),
            field=None if self.field is UNSET else comparable(self.field).strip(),
        )


_KEYS = FindingShape.__struct_fields__
_NAMES = {"from": "source", "else": "otherwise"}
_FORMS = [
    (
        {_NAMES.get(key, key) for key in keys},
        {keys[0], *(("source",) if keys[0] in FindingShape.also_required else ())},
    )
    for keys in FindingShape.choices
]
MembersAndRules = Annotated[
    list[Annotated[Annotated[MemberText, expects(_A_FINDING)] | FindingShape, expects(_A_FINDING)]],
    Meta(max_length=10000),
]


def _conditions(written: Mapping[str, object]) -> dict[str, Condition]:
    return {name: _condition(value) for name, value in written.items()}


def _condition(value: object) -> Condition:
    if isinstance(value, ConditionShape):
        if value.empty is not UNSET:
            return Condition(empty=value.empty)
        return Condition(excluded=_texts(value.excluded))
    return Condition(values=_texts(value))


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else comparable(str(one)).strip() for one in values)
