"""``kind: acknowledgements``: drift that somebody knows of; whether it fits any is not known here."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import AddressGlob, Login, Name, PersonShape, Strict
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_person
from reconciler.model.acknowledgement import Acknowledgement, Release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Diagnostic

__all__ = ["KIND", "AcknowledgementsDocument", "AcknowledgementsShape"]


class AcknowledgementShape(Strict, frozen=True):
    """One entry below ``acknowledged:``."""

    address: AddressGlob
    person: PersonShape
    owner: Login
    reason: Name
    until: datetime.date
    group: Name | msgspec.UnsetType = msgspec.UNSET


class ReleaseShape(Strict, frozen=True):
    """One entry below ``released:``."""

    address: AddressGlob
    owner: Login
    reason: Name
    until: datetime.date


class AcknowledgementsShape(Strict, frozen=True):
    """``kind: acknowledgements``."""

    kind: Literal["acknowledgements"]
    acknowledged: Annotated[list[AcknowledgementShape], Meta(max_length=10_000)] | msgspec.UnsetType = msgspec.UNSET
    released: Annotated[list[ReleaseShape], Meta(max_length=10_000)] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        """Refuse a document without either list."""
        if self.acknowledged is msgspec.UNSET and self.released is msgspec.UNSET:
            raise ValueError("neither list is there")


class AcknowledgementsDocument(msgspec.Struct, frozen=True):
    """The entries of one document."""

    acknowledged: tuple[Acknowledgement, ...]
    released: tuple[Release, ...]


def _decode(document: LocatedDocument, shape: AcknowledgementsShape) -> AcknowledgementsDocument:
    """Return the entries of one document with their places."""
    acknowledged = [] if shape.acknowledged is UNSET else shape.acknowledged
    released = [] if shape.released is UNSET else shape.released
    return AcknowledgementsDocument(
        acknowledged=tuple(_acknowledgement(document, index, one) for index, one in enumerate(acknowledged)),
        released=tuple(_release(document, index, one) for index, one in enumerate(released)),
    )


def _acknowledgement(document: LocatedDocument, index: int, shape: AcknowledgementShape) -> Acknowledgement:
    return Acknowledgement(
        address=shape.address,
        group=None if shape.group is UNSET else shape.group,
        person=decode_person(shape.person, document.origin("acknowledged", index, "person")),
        owner=shape.owner,
        reason=shape.reason,
        until=shape.until,
        origin=document.origin("acknowledged", index),
    )


def _release(document: LocatedDocument, index: int, shape: ReleaseShape) -> Release:
    return Release(
        address=shape.address,
        owner=shape.owner,
        reason=shape.reason,
        until=shape.until,
        origin=document.origin("released", index),
    )


def _merge(
    documents: Sequence[AcknowledgementsDocument], _reading: Reading
) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    acknowledged = tuple(entry for document in documents for entry in document.acknowledged)
    released = tuple(entry for document in documents for entry in document.released)
    return {"acknowledged": acknowledged, "released": released}, []


# they quiet an alarm, and ask for nothing
KIND = Kind(name="acknowledgements", shape=AcknowledgementsShape, decode=_decode, merge=_merge, content=None)
