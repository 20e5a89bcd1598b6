"""The shapes that documents of several kinds share, for quick acceptance.

The JSON Schema of each kind is derived from its shape. A property test holds the two together.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from reconciler.desired.kinds.field_words import EXPECTED, expects, keywords, says

__all__ = [
    "A_PROJECT",
    "A_TEXT",
    "LONGEST_MEMBER",
    "LONGEST_NAME",
    "MEMBER_PATTERN",
    "AddressGlob",
    "Day",
    "Identifier",
    "Login",
    "LoginIdShape",
    "LoginNotTeam",
    "MemberShape",
    "MemberText",
    "Members",
    "Name",
    "Number",
    "PersonNotTeam",
    "PersonShape",
    "Reason",
    "ReferenceShape",
    "ShortText",
    "Strict",
    "TemplateIdShape",
    "Text",
]

_AN_ID = expects('an id as the service shows it, such as "161072"')
Number = Annotated[int, Meta(ge=0)]
Identifier = Annotated[
    Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$"), _AN_ID] | Annotated[Number, _AN_ID], _AN_ID
]
LONGEST_NAME = 1000
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
Reason = Annotated[Name, expects("the reason, as text")]
Day = Annotated[
    datetime.date,
    keywords(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    expects("a date as YYYY-MM-DD, such as 2026-12-31"),
]
# neither blanks nor what nobody sees: a login copied from a page may hold a zero-width space
_PART = r"[^\s@\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+"
_LoginText = Annotated[str, Meta(pattern=rf"^{_PART}@{_PART}$", max_length=320)]
MEMBER_PATTERN = rf"^(team:.+|{_PART}@{_PART})$"
LONGEST_MEMBER = 320
MemberText = Annotated[str, Meta(pattern=MEMBER_PATTERN, max_length=LONGEST_MEMBER)]
Login = Annotated[_LoginText, expects("a login (an e-mail address)")]
LoginNotTeam = Annotated[_LoginText, expects("a login (an e-mail address); teams cannot stand here")]
A_TEXT = "a text (a number with a fraction goes in quotes)"
Text = Annotated[str | int | bool, expects(A_TEXT)]
# an address, whole; or a glob that can match one
_ADDRESS_GLOB = (
    r"^((projects/[^\s/*?\[]+|company)/templates/[^\s/*?\[]+(/groups/[^\s*?\[]+)?"
    r"|(projects/|company/)[^\s*?\[]*[*?\[][^\s]*|\*[^\s]*)$"
)
AddressGlob = Annotated[
    str,
    Meta(pattern=_ADDRESS_GLOB, max_length=1000),
    expects(
        "an address such as projects/1042/templates/12, or a glob such as projects/1042/* for all of a project; "
        "1042 is the project's id, as reconciler drift shows it"
    ),
]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping without keys that nobody knows.

    ``rule`` holds keywords of JSON Schema that its fields cannot say. ``choices`` are the keys of each of its forms,
    the first of which is required. ``also_required`` holds more keys of a form that are, by its first key.
    ``__post_init__`` refuses the same.
    """

    rule: ClassVar[dict[str, Any]] = {}
    choices: ClassVar[tuple[tuple[str, ...], ...]] = ()
    also_required: ClassVar[dict[str, tuple[str, ...]]] = {}


class LoginIdShape(Strict, frozen=True):
    """A person by their id, as ``{login_id: "161072"}``."""

    login_id: Annotated[Identifier, says("The id of the person's login in the service.")]


class TemplateIdShape(Strict, frozen=True):
    """A template by ``{id: "161072"}``."""

    id: Annotated[Identifier, says("The template's id in the service.")]


PersonShape = Annotated[Login | LoginIdShape, expects('a login (an e-mail address) or {login_id: "161072"}')]
PersonNotTeam = Annotated[
    LoginNotTeam | LoginIdShape,
    expects('a login (an e-mail address), or {login_id: "161072"}; teams cannot stand here'),
]


A_PROJECT = 'the project\'s name, {id: "1042"} or {number: "24-017"}'
_A_NUMBER = expects('the project number as text, in quotes: "24-017"')


class ReferenceShape(Strict, frozen=True):
    """A project by ``{id: "1042"}`` or by ``{number: "24-017"}``."""

    choices = (("id",), ("number",))
    rule = {EXPECTED: A_PROJECT}

    id: Annotated[Identifier | msgspec.UnsetType, says("The project's id in the service.")] = msgspec.UNSET
    number: Annotated[
        Annotated[ShortText, _A_NUMBER] | int | msgspec.UnsetType, says("The project's number, in quotes."), _A_NUMBER
    ] = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.id is msgspec.UNSET) == (self.number is msgspec.UNSET):
            raise ValueError("one of id and number")


_A_MEMBER = (
    'a login (an e-mail address), team:NAME, {login_id: "161072"} or {person: LOGIN, until: 2027-01-31, reason: "…"}'
)


class MemberShape(Strict, frozen=True):
    """A member by ``{login_id: "161072"}``, or by ``{person: LOGIN, until: DAY, reason: TEXT}``."""

    choices = (("login_id",), ("person", "until", "reason"))
    rule = {EXPECTED: _A_MEMBER}

    login_id: Annotated[Identifier | msgspec.UnsetType, says("The id of the person's login in the service.")] = (
        msgspec.UNSET
    )
    person: Annotated[Login | msgspec.UnsetType, says("The person's login (an e-mail address).")] = msgspec.UNSET
    until: Annotated[Day | msgspec.UnsetType, says("The last day (UTC) on which the person is desired.")] = (
        msgspec.UNSET
    )
    reason: Annotated[Name | msgspec.UnsetType, says("Why the person is a member, for readers.")] = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither, and a limit on a login id."""
        if (self.login_id is msgspec.UNSET) == (self.person is msgspec.UNSET):
            raise ValueError("one of login_id and person")
        limited = self.until is not msgspec.UNSET or self.reason is not msgspec.UNSET
        if self.login_id is not msgspec.UNSET and limited:
            raise ValueError("until and reason go with person")


Members = Annotated[
    list[Annotated[Annotated[MemberText, expects(_A_MEMBER)] | MemberShape, expects(_A_MEMBER)]],
    Meta(max_length=10000),
]
