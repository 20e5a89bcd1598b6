"""Acknowledgement documents decoded; whether they fit any drift is not known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from reconciler.desired.policies import decode_person
from reconciler.model.acknowledgement import Acknowledgement

if TYPE_CHECKING:
    from reconciler.desired.wire import AcknowledgementsShape
    from reconciler.desired.yaml_reader import LocatedDocument

__all__ = ["decode_acknowledgements"]


def decode_acknowledgements(document: LocatedDocument, shape: AcknowledgementsShape) -> tuple[Acknowledgement, ...]:
    """Give the entries of one document with their places."""
    return tuple(
        Acknowledgement(
            address=one.address,
            group=None if one.group is UNSET else one.group,
            person=decode_person(one.person, document.origin("acknowledged", index, "person")),
            owner=one.owner,
            reason=one.reason,
            until=one.until,
            origin=document.origin("acknowledged", index),
        )
        for index, one in enumerate(shape.acknowledged)
    )
