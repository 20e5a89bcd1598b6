"""The shapes of ``kind: routing``: a step, its rules, and who steps in."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import (
    LONGEST_MEMBER,
    LONGEST_NAME,
    MEMBER_PATTERN,
    Members,
    MemberText,
    Name,
    PersonNotTeam,
    ShortText,
    Strict,
    TemplateIdShape,
)
from reconciler.desired.kinds.field_words import EXPECTED, expects, keywords, needs, says, written
from reconciler.model.quantities import DURATION

__all__ = [
    "FIELD",
    "EscalationShape",
    "ItemShape",
    "OperatorsShape",
    "RoutingExampleShape",
    "RoutingLimitsShape",
    "RoutingShape",
    "RuleShape",
]  # fmt: skip

FIELD = r"^(item|project|instance)(\.[^.\s]{1,100}){1,12}$(?!\n)"
_member_matches = re.compile(MEMBER_PATTERN).search
_A_MEMBER: dict[str, Any] = {"type": "string", "pattern": MEMBER_PATTERN, "maxLength": LONGEST_MEMBER}
_field_matches = re.compile(FIELD).match
_A_FIELD = "a field such as item.status, project.state_code or instance.created_at"
_A_QUANTITY = 'a number or a day: 50000, "50000.00" or 2026-12-31 (a number with a fraction goes in quotes)'
_AN_OPERATOR = (
    'a value, a list of values, or one or more of {at_least: "1.00", at_most: …, above: …, below: …, '
    "between: [low, high], glob: 'INV-*', exists: true}"
)
_A_RULE = (
    "a rule with 'where:', 'respond:' and 'examples:' (one that holds and one that does not), or with 'decide:' alone"
)
_Duration = Annotated[str, Meta(pattern=DURATION), expects("a duration such as 90s, 30m, 4h or 2d")]
_Quantity = Annotated[str | int, expects(_A_QUANTITY)]
_Bound = Annotated[_Quantity | msgspec.UnsetType, expects(_A_QUANTITY)]
_Value = Annotated[str | int | bool, expects("a text, a whole number, true or false")]
_CONTROLS = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069"
# letters that no terminal and no page shows as text are kept out; a line may end
_Comment = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        pattern=r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+$",
    ),
    expects("a text without control characters"),
]
_Argument = Annotated[
    str,
    Meta(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\u0000]+$"),
    expects("a text without the character U+0000"),
]


class OperatorsShape(Strict, frozen=True):
    """Conditions on one field, all of which must hold."""

    rule = {"minProperties": 1, EXPECTED: _AN_OPERATOR}

    at_least: Annotated[_Bound, says("The value is this or more.")] = UNSET
    at_most: Annotated[_Bound, says("The value is this or less.")] = UNSET
    above: Annotated[_Bound, says("The value is more than this.")] = UNSET
    below: Annotated[_Bound, says("The value is less than this.")] = UNSET
    between: Annotated[
        Annotated[list[_Quantity], Meta(min_length=2, max_length=2)] | msgspec.UnsetType,
        says("The value is in this range, both ends included."),
        expects('two values, such as ["1.00", "50000.00"]'),
    ] = UNSET
    glob: Annotated[Name | msgspec.UnsetType, says("The value is a text that fits: * is any text, ? any letter.")] = (
        UNSET
    )
    exists: Annotated[
        bool | msgspec.UnsetType,
        keywords(enum=[True]),
        says("The field is there, with a value."),
        expects("true; leave the condition out where it does not matter"),
    ] = UNSET

    def __post_init__(self) -> None:
        """Refuse a mapping without any operator, and one that asks for what is not there."""
        if self.exists is False:
            raise ValueError("exists: true")
        if all(getattr(self, name) is UNSET for name in self.__struct_fields__):
            raise ValueError("no operator")


_Conditions = Annotated[
    dict[
        Annotated[str, Meta(pattern=FIELD), expects(_A_FIELD)],
        Annotated[
            _Value | Annotated[list[_Value], Meta(min_length=1)] | OperatorsShape,
            expects(_AN_OPERATOR),
        ],
    ],
    Meta(min_length=1),
    says("Conditions by field. All of them must hold."),
    expects(f"at least one condition by its field: {_A_FIELD}"),
]


class RoutingExampleShape(Strict, frozen=True):
    """Facts, and what the rule makes of them: 'reconciler validate' runs it."""

    gives: Annotated[Name, says("The option that the rule responds, 'nothing' or 'undecided'.")]
    item: Annotated[dict[str, Any], says("The item, as far as the rule reads it.")] = {}
    project: Annotated[dict[str, Any], says("The project, as far as the rule reads it.")] = {}
    instance: Annotated[dict[str, Any], says("The instance, as far as the rule reads it.")] = {}


class RuleShape(Strict, frozen=True):
    """One rule: the first that holds decides."""

    rule = {
        "oneOf": [
            {
                "properties": {"where": {}, "respond": {}, "examples": {}},
                "required": ["where", "respond", "examples"],
                EXPECTED: _A_RULE,
            },
            {
                **needs("decide"),
                "not": {"anyOf": [needs("where"), needs("respond"), needs("comment"), needs("examples")]},
                EXPECTED: _A_RULE,
            },
        ],
        EXPECTED: _A_RULE,
    }

    name: Annotated[ShortText, says("The name of the rule, which journal and reports show.")]
    where: _Conditions | msgspec.UnsetType = UNSET
    respond: Annotated[Name | msgspec.UnsetType, says("The name of an option that the step has.")] = UNSET
    comment: Annotated[_Comment | msgspec.UnsetType, says("The comment of the response, sent as it is written.")] = (
        UNSET
    )
    examples: Annotated[
        Annotated[list[RoutingExampleShape], Meta(min_length=1, max_length=200)] | msgspec.UnsetType,
        says("Examples that 'reconciler validate' runs: at least one that holds and one that does not."),
        expects("a list of examples, each like {item: {status: approved}, gives: Approve}"),
    ] = UNSET
    decide: Annotated[
        Annotated[list[_Argument], Meta(min_length=1, max_length=50)] | msgspec.UnsetType,
        says("A program and its arguments. It reads facts as JSON, and writes {respond, comment} as JSON."),
        expects("a list: the program, then its arguments, such as [/usr/local/bin/erp-decide]"),
    ] = UNSET

    def __post_init__(self) -> None:
        """Refuse what is neither conditions nor a program, and what is both."""
        has = {name for name in self.__struct_fields__ if getattr(self, name) is not UNSET} - {"name"}
        by_program = has == {"decide"}
        by_conditions = {"where", "respond", "examples"} <= has and "decide" not in has
        if not (by_program or by_conditions):
            raise ValueError("conditions or a program")
        if self.where is not UNSET and not all(map(_field_matches, self.where)):
            raise ValueError("a field")


class ItemShape(Strict, frozen=True):
    """The place of the item that a workflow runs on."""

    path: Annotated[
        str,
        Meta(pattern=r"^/rest/v[0-9]+\.[0-9]+(/[A-Za-z0-9_-]+|/\{[a-z_]+\})+$(?!\n)", max_length=500),
        says("The path of its page. {company_id}, {project_id} and {item_id} are filled in."),
        expects('a path of the API, such as "/rest/v1.0/projects/{project_id}/requisitions/{item_id}"'),
    ]


class RoutingLimitsShape(Strict, frozen=True):
    """How many answers are given: beyond, they are held and reported."""

    answers_per_hour: Annotated[
        int,
        Meta(ge=1, le=100_000),
        says("Answers of this routing in one hour."),
        expects("a whole number from 1 to 100000"),
    ] = 200
    same_option_in_a_row: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        says("The same option in a row. A change of the document starts the count again."),
        expects("a whole number from 1 to 1000000"),
    ] = 50


class EscalationShape(Strict, frozen=True):
    """People who are added to a step that stays overdue."""

    overdue_for: Annotated[_Duration, says("How long a step may be overdue.")]
    add: Annotated[
        str | Annotated[list[MemberText], Meta(min_length=1, max_length=100)],
        # bounds of a text beside a list corrupt the memory of msgspec 0.22: those of the text are checked below
        written(anyOf=[_A_MEMBER, {"type": "array", "minItems": 1, "maxItems": 100, "items": _A_MEMBER}]),
        says("Who is added: a login or team:NAME, or a list of them."),
        expects("a login or team:NAME, or a list of them"),
    ]
    reason: Annotated[
        Literal[
            "new_employee",
            "original_assignee_left_company",
            "original_assignee_left_the_project",
            "original_assignee_on_extended_leave",
            "original_assignee_on_vacation",
            "other",
        ],
        says("The reason, as Procore names it."),
    ] = "other"

    def __post_init__(self) -> None:
        """Refuse a text that names nobody."""
        if isinstance(self.add, str) and (len(self.add) > LONGEST_MEMBER or not _member_matches(self.add)):
            raise ValueError("a member")


class RoutingShape(Strict, frozen=True):
    """One step of a workflow template that an integration answers, by rules."""

    kind: Annotated[Literal["routing"], says("The kind of this document.")]
    template: Annotated[
        Name | TemplateIdShape,
        says('The workflow template, by name or {id: "161072"}.'),
        expects('the template\'s name, or {id: "161072"}'),
    ]
    step: Annotated[Name, says("The name of the step. Each version of the template may have it.")]
    integration: Annotated[PersonNotTeam, says("The login of the integration, which is an assignee of the step.")]
    fallback: Annotated[Members, Meta(min_length=1), says("People who answer what no rule covers: in each group too.")]
    rules: Annotated[
        list[RuleShape], Meta(min_length=1, max_length=500), says("The rules, in order: the first that holds decides.")
    ]
    tool: Annotated[
        ShortText | msgspec.UnsetType,
        says("The tool type. It is only needed if the template's name alone is ambiguous."),
    ] = UNSET
    mode: Annotated[Literal["observe", "answer"], says("'observe' decides and reports. 'answer' also responds.")] = (
        "observe"
    )
    limits: Annotated[RoutingLimitsShape | msgspec.UnsetType, says("How many answers are given.")] = UNSET
    item: Annotated[ItemShape | msgspec.UnsetType, says("The item that rules read, by the path of its page.")] = UNSET
    escalate: Annotated[EscalationShape | msgspec.UnsetType, says("Who is added to an overdue step.")] = UNSET
    own_items: Annotated[bool, says("Whether workflows that the integration itself started are answered too.")] = False
    redact: Annotated[
        list[Annotated[str, Meta(pattern=FIELD), expects(_A_FIELD)]],
        says("Fields that neither journal nor reports may hold."),
    ] = []
