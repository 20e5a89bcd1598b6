"""The shapes of documents as written, for quick acceptance; wording what is wrong is the schemas' part.

Every shape accepts what the JSON Schema of its kind in ``schemas/`` accepts, and nothing else; a property
test holds the two together.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["EXCEPT", "SHAPES", "AcknowledgementShape", "AcknowledgementsShape", "AssignmentsShape", "DocumentShape",
           "EntryShape", "GroupShape", "LimitShape", "LoginIdShape", "MemberShape",
           "OverrideShape", "PersonShape", "PolicyShape", "ReferenceShape", "RoleShape",
           "SettingsShape", "TeamsShape"]  # fmt: skip

_Number = Annotated[int, Meta(ge=0)]
_Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | _Number
_LONGEST_NAME = 1000
_Name = Annotated[str, Meta(min_length=1, max_length=_LONGEST_NAME)]
_ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
# neither blanks nor what nobody sees: a login copied from a page may hold a zero-width space
_PART = r"[^\s@\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+"
_Login = Annotated[str, Meta(pattern=rf"^{_PART}@{_PART}$", max_length=320)]
_MemberText = Annotated[str, Meta(pattern=rf"^(team:.+|{_PART}@{_PART})$", max_length=320)]
_Url = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+/?$")]
_Account = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(\[bot\])?$", max_length=255)]
_Text = str | int | bool
# an address, whole; or a glob that can match one
_ADDRESS_GLOB = (
    r"^((projects/[^\s/*?\[]+|company)/templates/[^\s/*?\[]+(/groups/[^\s*?\[]+)?"
    r"|(projects/|company/)[^\s*?\[]*[*?\[][^\s]*|\*[^\s]*)$"
)
_AddressGlob = Annotated[str, Meta(pattern=_ADDRESS_GLOB, max_length=1000)]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class LoginIdShape(_Strict, frozen=True):
    """``{login_id: …}``."""

    login_id: _Id


PersonShape = _Login | LoginIdShape


class ForgeShape(_Strict, frozen=True):
    """``forge:`` in the settings."""

    trusted: Annotated[list[_Account], Meta(min_length=1, max_length=20)]


class SettingsShape(_Strict, frozen=True):
    """``reconciler.yaml``."""

    kind: Literal["settings"]
    version: Literal[1]
    company_id: Annotated[str, Meta(pattern=r"^[0-9]{1,32}$")] | _Number
    company_name: _ShortText | msgspec.UnsetType = msgspec.UNSET
    api_url: _Url | msgspec.UnsetType = msgspec.UNSET
    auth_url: _Url | msgspec.UnsetType = msgspec.UNSET
    service_account: PersonShape | msgspec.UnsetType = msgspec.UNSET
    exclude: list[Annotated[str, Meta(min_length=1)]] = []
    self_heal: Annotated[list[_AddressGlob], Meta(max_length=1000)] = []
    forge: ForgeShape | msgspec.UnsetType = msgspec.UNSET
    policy_files: Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(min_length=1)] | msgspec.UnsetType = (
        msgspec.UNSET
    )


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


_Members = Annotated[list[_MemberText | MemberShape], Meta(max_length=10000)]


class GroupShape(_Strict, frozen=True):
    """``{members: […], allow_empty: …}``."""

    members: _Members
    allow_empty: bool = False


_Groups = dict[_Name, _Members | GroupShape]
_Where = Annotated[
    dict[str, _Text | Annotated[list[_Text | ReferenceShape], Meta(min_length=1)]],
    Meta(min_length=1),
]
EXCEPT = "except"  # below ``where:`` the one key that is no field of projects


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
        if self.where is not msgspec.UNSET:
            _check_where(self.where)


def _check_where(where: _Where) -> None:
    """Refuse references among the texts of a field, texts that name nobody in ``except``, and nothing but that."""
    fields = {field: value for field, value in where.items() if field != EXCEPT}
    if not fields:
        raise ValueError("a field of the project list")
    listed = (one for value in fields.values() if isinstance(value, list) for one in value)
    if any(isinstance(one, ReferenceShape) for one in listed):
        raise ValueError("texts")
    left_out = where.get(EXCEPT, [ReferenceShape(id="0")])
    if not isinstance(left_out, list) or not all(_names_a_project(one) for one in left_out):
        raise ValueError("a list of projects")


def _names_a_project(one: _Text | ReferenceShape) -> bool:
    return isinstance(one, ReferenceShape) or (isinstance(one, str) and 1 <= len(one) <= _LONGEST_NAME)


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


# "frozen: no" is a text in YAML 1.2, and nobody's reason
_REASON = r"^(?!([Nn][Oo]|[Oo][Ff][Ff]|[Ff][Aa][Ll][Ss][Ee]|0|[Yy][Ee][Ss]|[Oo][Nn]|[Tt][Rr][Uu][Ee]|1)$)"


class LimitShape(_Strict, frozen=True):
    """``{count: …, percent: …}``."""

    count: Annotated[int, Meta(ge=0, le=1_000_000)]
    percent: Annotated[int, Meta(ge=0, le=100)]


class LimitsShape(_Strict, frozen=True):
    """What stands below ``limits:``."""

    group_removals: LimitShape | msgspec.UnsetType = msgspec.UNSET
    run_removals: LimitShape | msgspec.UnsetType = msgspec.UNSET
    group_additions: LimitShape | msgspec.UnsetType = msgspec.UNSET
    run_additions: LimitShape | msgspec.UnsetType = msgspec.UNSET


class RoleShape(_Strict, frozen=True):
    """What stands below a role of ``roles:``."""

    min_members: Annotated[int, Meta(ge=0, le=10_000)] | msgspec.UnsetType = msgspec.UNSET
    must_include: Annotated[list[PersonShape], Meta(max_length=1000)] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse a rule that rules nothing."""
        if self.min_members is msgspec.UNSET and self.must_include is msgspec.UNSET:
            raise ValueError("min_members or must_include")


class OverrideShape(_Strict, frozen=True):
    """One entry below ``overrides:``."""

    reason: _Name
    address: _AddressGlob
    allow_removals: Annotated[int, Meta(ge=1, le=1_000_000)]
    until: datetime.date
    person: PersonShape | msgspec.UnsetType = msgspec.UNSET
    role: _Name | msgspec.UnsetType = msgspec.UNSET


class PolicyShape(_Strict, frozen=True):
    """``kind: policy``."""

    kind: Literal["policy"]
    limits: LimitsShape = LimitsShape()
    roles: dict[_Name, RoleShape] = {}
    protected: Annotated[list[PersonShape], Meta(max_length=10_000)] = []
    separate: Annotated[list[Annotated[list[_Name], Meta(min_length=2, max_length=100)]], Meta(max_length=1000)] = []
    overrides: Annotated[list[OverrideShape], Meta(max_length=10_000)] = []
    frozen: Annotated[str, Meta(pattern=_REASON, min_length=1, max_length=1000)] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse a role that shall be separate from itself."""
        if any(len(set(roles)) != len(roles) for roles in self.separate):
            raise ValueError("a role stands twice")


class AcknowledgementShape(_Strict, frozen=True):
    """One entry below ``acknowledged:``."""

    address: _AddressGlob
    person: PersonShape
    owner: _Login
    reason: _Name
    until: datetime.date
    group: _Name | msgspec.UnsetType = msgspec.UNSET


class ReleaseShape(_Strict, frozen=True):
    """One entry below ``released:``."""

    address: _AddressGlob
    owner: _Login
    reason: _Name
    until: datetime.date


class AcknowledgementsShape(_Strict, frozen=True):
    """``kind: acknowledgements``."""

    kind: Literal["acknowledgements"]
    acknowledged: Annotated[list[AcknowledgementShape], Meta(max_length=10_000)] | msgspec.UnsetType = msgspec.UNSET
    released: Annotated[list[ReleaseShape], Meta(max_length=10_000)] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse a document without either list."""
        if self.acknowledged is msgspec.UNSET and self.released is msgspec.UNSET:
            raise ValueError("neither list is there")


DocumentShape = SettingsShape | AssignmentsShape | TeamsShape | PolicyShape | AcknowledgementsShape

SHAPES: dict[str, type[DocumentShape]] = {
    "settings": SettingsShape,
    "assignments": AssignmentsShape,
    "teams": TeamsShape,
    "policy": PolicyShape,
    "acknowledgements": AcknowledgementsShape,
}
