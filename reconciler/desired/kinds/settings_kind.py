"""``reconciler.yaml``: its shape, and how it is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.acceptance import accept
from reconciler.desired.kinds.common_shapes import AddressGlob, Number, PersonShape, ShortText, Strict
from reconciler.desired.kinds.member_lists import decode_person
from reconciler.model.documents import SettingsDocument

if TYPE_CHECKING:
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Diagnostic

__all__ = ["SettingsShape", "decode_settings"]

_Url = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+/?$")]
_Account = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(\[bot\])?$", max_length=255)]


class ForgeShape(Strict, frozen=True):
    """``forge:`` in the settings."""

    trusted: Annotated[list[_Account], Meta(min_length=1, max_length=20)]


class SettingsShape(Strict, frozen=True):
    """``reconciler.yaml``."""

    kind: Literal["settings"]
    version: Literal[1]
    company_id: Annotated[str, Meta(pattern=r"^[0-9]{1,32}$")] | Number
    company_name: ShortText | msgspec.UnsetType = msgspec.UNSET
    api_url: _Url | msgspec.UnsetType = msgspec.UNSET
    auth_url: _Url | msgspec.UnsetType = msgspec.UNSET
    service_account: PersonShape | msgspec.UnsetType = msgspec.UNSET
    exclude: list[Annotated[str, Meta(min_length=1)]] = []
    self_heal: Annotated[list[AddressGlob], Meta(max_length=1000)] = []
    forge: ForgeShape | msgspec.UnsetType = msgspec.UNSET
    policy_files: Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(min_length=1)] | msgspec.UnsetType = (
        msgspec.UNSET
    )


def decode_settings(document: LocatedDocument) -> tuple[SettingsDocument | None, list[Diagnostic]]:
    """Decode ``reconciler.yaml``; nothing but diagnostics when it is not acceptable."""
    shape, diagnostics = accept(document, "settings", SettingsShape)
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
        origins={key: document.origin(key) for key in document.data},
    )
