"""``reconciler.yaml``: its shape, and how it is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.acceptance import accept
from reconciler.desired.kinds.common_shapes import AddressGlob, Login, LoginIdShape, Number, ShortText, Strict
from reconciler.desired.kinds.field_words import EXPECTED, expects, keywords, says
from reconciler.desired.kinds.member_lists import decode_person
from reconciler.desired.kinds.rule_shapes import SourceName
from reconciler.model.documents import SettingsDocument
from reconciler.model.sources import JoinedSources

if TYPE_CHECKING:
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Diagnostic

__all__ = ["SettingsShape", "decode_settings"]

_Url = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+/?$")]
_Account = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(\[bot\])?$", max_length=255),
    expects('the name of an account on the forge, such as "acme-plans[bot]"'),
]
_A_COMPANY = expects('the company\'s id in digits, such as "4211"')
_Company = Annotated[
    Annotated[str, Meta(pattern=r"^[0-9]{1,32}$"), _A_COMPANY] | Annotated[Number, _A_COMPANY], _A_COMPANY
]
_Text = Annotated[str, Meta(min_length=1)]


class ForgeShape(Strict, frozen=True):
    """The forge that the repository is on."""

    rule = {EXPECTED: 'a mapping such as {trusted: ["acme-plans[bot]"]}'}

    trusted: Annotated[
        list[_Account],
        Meta(min_length=1, max_length=20),
        says("Accounts whose statuses and comments count beside those of the token's own account."),
        expects('a list of accounts on the forge, such as ["acme-plans[bot]"]'),
    ]


class PeopleShape(Strict, frozen=True):
    """The people lock."""

    rule = {EXPECTED: "a mapping such as {names: false, ids: keyed}"}

    names: Annotated[bool, says("Whether it holds the names of people.")] = True
    ids: Annotated[
        Literal["plain", "keyed"],
        says("Whether it holds ids as they are, or values made of them with RECONCILER_PEOPLE_KEY."),
    ] = "plain"
    order: Annotated[
        list[SourceName],
        Meta(min_length=2, max_length=20),
        keywords(uniqueItems=True),
        says("Sources that know the same people, joined attribute by attribute: the first that knows something wins."),
        expects("a list of two different sources or more, such as [hr, ad]"),
    ] = []
    join: Annotated[
        Literal["id", "login"], says("Whether one person has the same id or the same login in all of these sources.")
    ] = "id"

    def __post_init__(self) -> None:
        """Refuse a source that is named twice."""
        if len(set(self.order)) < len(self.order):
            raise ValueError("a source is there twice")


class LeaversShape(Strict, frozen=True):
    """Roles of people who left."""

    rule = {EXPECTED: "a mapping such as {replace_with: manager}"}

    replace_with: Annotated[
        Literal["manager"], says("Who holds a role in which nobody would be left: the manager of those who left.")
    ]


class SettingsShape(Strict, frozen=True):
    """The settings of a repository (``reconciler.yaml``)."""

    kind: Annotated[Literal["settings"], says("The kind of this document.")]
    version: Annotated[Literal[1], keywords(type="integer"), says("The version of this format."), expects("1")]
    company_id: Annotated[_Company, says("The company's id in the service.")]
    company_name: Annotated[ShortText | msgspec.UnsetType, says("The name that is shown at the head of a plan.")] = (
        msgspec.UNSET
    )
    api_url: Annotated[
        _Url | msgspec.UnsetType,
        says("The address of the REST API. The environment variable RECONCILER_API_URL wins."),
        expects("an address such as https://api.procore.com, without path, query or login"),
    ] = msgspec.UNSET
    auth_url: Annotated[
        _Url | msgspec.UnsetType,
        says("The address that gives out tokens. The environment variable RECONCILER_AUTH_URL wins."),
        expects("an address such as https://login.procore.com, without path, query or login"),
    ] = msgspec.UNSET
    service_account: Annotated[
        Login | LoginIdShape | msgspec.UnsetType,
        says("The login this tool signs in with. A plan that would remove it from a group is stopped."),
        expects('a login (an e-mail address), or {login_id: "161072"}'),
    ] = msgspec.UNSET
    exclude: Annotated[
        list[_Text],
        says("Files, folders (with a slash at the end) and globs, relative to this file, that are not documents."),
    ] = []
    self_heal: Annotated[
        list[AddressGlob],
        Meta(max_length=1000),
        says("Addresses at which 'apply --self-heal' reverts drift, or globs of them. Their * also matches /."),
        expects("a list of addresses or globs, such as [projects/1042/*]"),
    ] = []
    forge: Annotated[ForgeShape | msgspec.UnsetType, says("The forge that the repository is on.")] = msgspec.UNSET
    leavers: Annotated[LeaversShape | msgspec.UnsetType, says("Roles of people who left.")] = msgspec.UNSET
    people: Annotated[PeopleShape, says("The people lock.")] = PeopleShape()
    policy_files: Annotated[
        Annotated[list[_Text], Meta(min_length=1)] | msgspec.UnsetType,
        says("Globs, relative to this file, of the files that may hold a policy. Without it, every file may."),
        expects("a list of files or globs, such as [policy.yaml, rules/*]"),
    ] = msgspec.UNSET


def decode_settings(document: LocatedDocument) -> tuple[SettingsDocument | None, list[Diagnostic]]:
    """Decode ``reconciler.yaml``; nothing but diagnostics when it is not acceptable."""
    shape, diagnostics = accept(document, SettingsShape)
    return (None if shape is None else _settings(document, shape)), diagnostics


def _settings(document: LocatedDocument, shape: SettingsShape) -> SettingsDocument:
    defaults = SettingsDocument(company_id=str(shape.company_id))
    return SettingsDocument(
        company_id=str(shape.company_id),
        company_name=None if shape.company_name is UNSET else shape.company_name,
        api_url=(defaults.api_url if shape.api_url is UNSET else shape.api_url).rstrip("/"),
        auth_url=(defaults.auth_url if shape.auth_url is UNSET else shape.auth_url).rstrip("/"),
        service_account=(
            None
            if shape.service_account is UNSET
            else decode_person(shape.service_account, document.origin("service_account"))
        ),
        exclude=tuple(shape.exclude),
        self_heal=tuple(shape.self_heal),
        policy_files=None if shape.policy_files is UNSET else tuple(shape.policy_files),
        trusted=() if shape.forge is UNSET else tuple(shape.forge.trusted),
        names_of_people=shape.people.names,
        keyed_ids=shape.people.ids == "keyed",
        joined_sources=JoinedSources(sources=tuple(dict.fromkeys(shape.people.order)), join=shape.people.join),
        managers_replace=shape.leavers is not UNSET,
        origins={key: document.origin(key) for key in document.data},
    )
