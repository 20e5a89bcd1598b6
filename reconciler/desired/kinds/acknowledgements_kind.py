"""``kind: acknowledgements``: lines about known drift; they are compared with live elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import (
    AddressGlob,
    Day,
    LoginNotTeam,
    Name,
    PersonNotTeam,
    Reason,
    Strict,
)
from reconciler.desired.kinds.field_words import EXPECTED, expects, needs, says
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_person
from reconciler.model.acknowledgement import Acknowledgement, Release
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Diagnostic

__all__ = ["KIND", "AcknowledgementsDocument", "AcknowledgementsShape"]


_AN_ACKNOWLEDGEMENT = (
    "{address: projects/1042/*, group: Executive, person: sam.roe@acme.test, owner: kim@acme.test, reason: why, "
    "until: 2027-03-31}"
)
_A_RELEASE = "{address: projects/1042/*, owner: kim@acme.test, reason: why, until: 2027-03-31}"


class AcknowledgementShape(Strict, frozen=True):
    """One difference that somebody knows of."""

    rule = {EXPECTED: _AN_ACKNOWLEDGEMENT}

    address: Annotated[AddressGlob, says("The place it applies to: an address, or a glob whose * also matches /.")]
    person: Annotated[PersonNotTeam, says("The person who differs.")]
    owner: Annotated[LoginNotTeam, says("The login of the person to ask.")]
    reason: Annotated[Reason, says("Why the difference is there, for readers.")]
    until: Annotated[Day, says("The last day (UTC) on which it quiets the alarm.")]
    group: Annotated[
        Name | msgspec.UnsetType,
        says("The role by its name. Without it, any role of the person there."),
        expects("the name of a role"),
    ] = msgspec.UNSET


class ReleaseShape(Strict, frozen=True):
    """Unseen differences that end."""

    rule = {EXPECTED: _A_RELEASE}

    address: Annotated[AddressGlob, says("The place that ends: an address, or a glob whose * also matches /.")]
    owner: Annotated[LoginNotTeam, says("The login of the person to ask.")]
    reason: Annotated[Reason, says("Why it ends, for readers.")]
    until: Annotated[Day, says("The last day (UTC) on which it has an effect.")]


class AcknowledgementsShape(Strict, frozen=True):
    """Differences between Procore and git that somebody knows of: they quiet the drift alarm and change no plan."""

    rule = {
        "anyOf": [needs("acknowledged"), needs("released")],
        EXPECTED: "'acknowledged:' or 'released:' with a list",
    }

    kind: Annotated[Literal["acknowledgements"], says("The kind of this document.")]
    acknowledged: Annotated[
        Annotated[list[AcknowledgementShape], Meta(max_length=10_000)] | msgspec.UnsetType,
        says("Differences that quiet the drift alarm."),
        expects(f"a list, each entry like - {_AN_ACKNOWLEDGEMENT}"),
    ] = msgspec.UNSET
    released: Annotated[
        Annotated[list[ReleaseShape], Meta(max_length=10_000)] | msgspec.UnsetType,
        says("Unseen differences that end: drift reports them as released once, and then no longer."),
        expects(f"a list, each entry like - {_A_RELEASE}"),
    ] = msgspec.UNSET

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
        group=None if shape.group is UNSET else comparable(shape.group),
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
