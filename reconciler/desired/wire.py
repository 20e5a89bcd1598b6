"""The shapes of documents as written, for quick acceptance; wording what is wrong is the schemas' part.

Every shape accepts what the JSON Schema of its kind in ``schemas/`` accepts, and nothing else; a property
test holds the two together.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["SHAPES", "AssignmentsShape", "EntryShape", "GroupShape", "LoginIdShape", "MemberShape",
           "PersonShape", "ReferenceShape", "SettingsShape", "TeamsShape"]  # fmt: skip

_Number = Annotated[int, Meta(ge=0)]
_Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | _Number
_Name = Annotated[str, Meta(min_length=1, max_length=1000)]
_ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
_Login = Annotated[str, Meta(pattern=r"^[^\s@]+@[^\s@]+$", max_length=320)]
_MemberText = Annotated[str, Meta(pattern=r"^(team:.+|[^\s@]+@[^\s@]+)$", max_length=320)]
_Url = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+/?$")]
_Text = str | int | bool


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class SettingsShape(_Strict, frozen=True):
    """``reconciler.yaml``."""

    kind: Literal["settings"]
    version: Literal[1]
    company_id: Annotated[str, Meta(pattern=r"^[0-9]{1,32}$")] | _Number
    company_name: _ShortText | msgspec.UnsetType = msgspec.UNSET
    api_url: _Url | msgspec.UnsetType = msgspec.UNSET
    auth_url: _Url | msgspec.UnsetType = msgspec.UNSET
    exclude: list[Annotated[str, Meta(min_length=1)]] = []


class ReferenceShape(_Strict, frozen=True):
    """``{id: …}`` or ``{number: …}``."""

    id: _Id | msgspec.UnsetType = msgspec.UNSET
    number: _ShortText | int | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.id is msgspec.UNSET) == (self.number is msgspec.UNSET):
            raise ValueError("one of id and number")


class TemplateIdShape(_Strict, frozen=True):
    """``{id: …}`` of a template."""

    id: _Id


class LoginIdShape(_Strict, frozen=True):
    """``{login_id: …}``."""

    login_id: _Id


class MemberShape(_Strict, frozen=True):
    """``{login_id: …}`` or ``{person: …, until: …, reason: …}``."""

    login_id: _Id | msgspec.UnsetType = msgspec.UNSET
    person: _Login | msgspec.UnsetType = msgspec.UNSET
    until: datetime.date | msgspec.UnsetType = msgspec.UNSET
    reason: _Name | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither, and a limit on a login id."""
        if (self.login_id is msgspec.UNSET) == (self.person is msgspec.UNSET):
            raise ValueError("one of login_id and person")
        limited = self.until is not msgspec.UNSET or self.reason is not msgspec.UNSET
        if self.login_id is not msgspec.UNSET and limited:
            raise ValueError("until and reason go with person")


PersonShape = _Login | LoginIdShape
_Members = Annotated[list[_MemberText | MemberShape], Meta(max_length=10000)]


class GroupShape(_Strict, frozen=True):
    """``{members: […], allow_empty: …}``."""

    members: _Members
    allow_empty: bool = False


_Groups = dict[_Name, _Members | GroupShape]
_Where = Annotated[
    dict[str, _Text | Annotated[list[_Text], Meta(min_length=1)]],
    Meta(min_length=1),
]


class EntryShape(_Strict, frozen=True):
    """One entry below ``projects:``."""

    project: _Name | ReferenceShape | msgspec.UnsetType = msgspec.UNSET
    where: _Where | msgspec.UnsetType = msgspec.UNSET
    workflow_manager: PersonShape | msgspec.UnsetType = msgspec.UNSET
    groups: _Groups = {}

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.project is msgspec.UNSET) == (self.where is msgspec.UNSET):
            raise ValueError("one of project and where")


class CompanyShape(_Strict, frozen=True):
    """What stands below ``company:``."""

    workflow_manager: PersonShape | msgspec.UnsetType = msgspec.UNSET
    groups: _Groups = {}


class AssignmentsShape(_Strict, frozen=True):
    """``kind: assignments``."""

    kind: Literal["assignments"]
    template: _Name | TemplateIdShape
    tool: _ShortText | msgspec.UnsetType = msgspec.UNSET
    workflow_manager: PersonShape | msgspec.UnsetType = msgspec.UNSET
    groups: _Groups = {}
    projects: Annotated[list[EntryShape], Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET
    company: CompanyShape | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.projects is msgspec.UNSET) == (self.company is msgspec.UNSET):
            raise ValueError("one of projects and company")


class TeamsShape(_Strict, frozen=True):
    """``kind: teams``."""

    kind: Literal["teams"]
    teams: dict[_ShortText, _Members]


SHAPES: dict[str, type[SettingsShape | AssignmentsShape | TeamsShape]] = {
    "settings": SettingsShape,
    "assignments": AssignmentsShape,
    "teams": TeamsShape,
}
