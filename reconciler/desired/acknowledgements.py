"""Acknowledgement documents decoded; whether they fit any drift is not known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from reconciler.desired.policies import decode_person
from reconciler.model.acknowledgement import Acknowledgement, Release

if TYPE_CHECKING:
    from reconciler.desired.wire import AcknowledgementShape, AcknowledgementsShape, ReleaseShape
    from reconciler.desired.yaml_reader import LocatedDocument

__all__ = ["AcknowledgementsDocument", "decode_acknowledgements"]


class AcknowledgementsDocument(msgspec.Struct, frozen=True):
    """The entries of one document."""

    acknowledged: tuple[Acknowledgement, ...]
    released: tuple[Release, ...]


def decode_acknowledgements(document: LocatedDocument, shape: AcknowledgementsShape) -> AcknowledgementsDocument:
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
