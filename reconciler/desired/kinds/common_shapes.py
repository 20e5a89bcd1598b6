"""The shapes that documents of several kinds share, for quick acceptance.

Every shape accepts what the JSON Schema of its kind in ``schemas/`` accepts, and nothing else; a property
test holds the two together.
"""

from __future__ import annotations

import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = [
    "LONGEST_NAME",
    "AddressGlob",
    "Identifier",
    "Login",
    "LoginIdShape",
    "MemberShape",
    "Members",
    "Name",
    "Number",
    "PersonShape",
    "ReferenceShape",
    "ShortText",
    "Strict",
    "Text",
]

Number = Annotated[int, Meta(ge=0)]
Identifier = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | Number
LONGEST_NAME = 1000
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
# neither blanks nor what nobody sees: a login copied from a page may hold a zero-width space
_PART = r"[^\s@\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+"
Login = Annotated[str, Meta(pattern=rf"^{_PART}@{_PART}$", max_length=320)]
_MemberText = Annotated[str, Meta(pattern=rf"^(team:.+|{_PART}@{_PART})$", max_length=320)]
Text = str | int | bool
# an address, whole; or a glob that can match one
_ADDRESS_GLOB = (
    r"^((projects/[^\s/*?\[]+|company)/templates/[^\s/*?\[]+(/groups/[^\s*?\[]+)?"
    r"|(projects/|company/)[^\s*?\[]*[*?\[][^\s]*|\*[^\s]*)$"
)
AddressGlob = Annotated[str, Meta(pattern=_ADDRESS_GLOB, max_length=1000)]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping without keys that nobody knows."""


class LoginIdShape(Strict, frozen=True):
    """``{login_id: …}``."""

    login_id: Identifier


PersonShape = Login | LoginIdShape


class ReferenceShape(Strict, frozen=True):
    """``{id: …}`` or ``{number: …}``."""

    id: Identifier | msgspec.UnsetType = msgspec.UNSET
    number: ShortText | int | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.id is msgspec.UNSET) == (self.number is msgspec.UNSET):
            raise ValueError("one of id and number")


class MemberShape(Strict, frozen=True):
    """``{login_id: …}`` or ``{person: …, until: …, reason: …}``."""

    login_id: Identifier | msgspec.UnsetType = msgspec.UNSET
    person: Login | msgspec.UnsetType = msgspec.UNSET
    until: datetime.date | msgspec.UnsetType = msgspec.UNSET
    reason: Name | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither, and a limit on a login id."""
        if (self.login_id is msgspec.UNSET) == (self.person is msgspec.UNSET):
            raise ValueError("one of login_id and person")
        limited = self.until is not msgspec.UNSET or self.reason is not msgspec.UNSET
        if self.login_id is not msgspec.UNSET and limited:
            raise ValueError("until and reason go with person")


Members = Annotated[list[_MemberText | MemberShape], Meta(max_length=10000)]
