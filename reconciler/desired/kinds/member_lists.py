"""Decodes lists of people, which documents of several kinds hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import UNSET

from reconciler.desired.kinds.common_shapes import LoginIdShape, MemberShape
from reconciler.desired.yaml.strict_reader import child, place
from reconciler.model.diagnostics import Origin
from reconciler.model.member import Member
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.desired.kinds.common_shapes import PersonShape
    from reconciler.desired.kinds.rule_shapes import FindingShape
    from reconciler.desired.yaml.strict_reader import Marks

__all__ = ["decode_members", "decode_person"]

_TEAM_PREFIX = "team:"


def decode_person(shape: PersonShape, origin: Origin) -> Member:
    """Return somebody who is named by a login or ``{login_id: …}``."""
    if isinstance(shape, LoginIdShape):
        return Member(origin=origin, login_id=str(shape.login_id))
    return Member(origin=origin, login=comparable(shape))


def decode_members(path: str, shapes: Sequence[str | MemberShape | FindingShape], marks: Marks) -> tuple[Member, ...]:
    """Return the members of one list of a file, each with its place."""
    if isinstance(marks, int) or len(marks[2]) != len(shapes):
        places: Sequence[Marks] = [marks] * len(shapes)  # an alias of another list would be the only way here
    else:
        places = cast("list[Marks]", marks[2])
    return tuple([_member(path, shape, at) for shape, at in zip(shapes, places, strict=True)])


def _member(path: str, shape: str | MemberShape | FindingShape, marks: Marks) -> Member:
    origin = Origin(path, *place(marks))
    if isinstance(shape, str):
        if shape.startswith(_TEAM_PREFIX):
            return Member(origin=origin, team=comparable(shape[len(_TEAM_PREFIX) :]))
        # there are very many of them, and a call for each would be felt
        return Member(origin=origin, login=shape if shape.isascii() else comparable(shape))
    if shape.login_id is not UNSET:
        return Member(origin=origin, login_id=str(shape.login_id))
    if not isinstance(shape, MemberShape) and shape.source is not UNSET:
        otherwise = None
        if shape.otherwise is not UNSET:
            otherwise = decode_members(path, shape.otherwise, child(marks, "else"))
        return Member(origin=origin, rule=shape.to_rule(), otherwise=otherwise)
    return Member(
        origin=origin,
        login=comparable(cast("str", shape.person)),
        until=None if shape.until is UNSET else shape.until,
        reason=None if shape.reason is UNSET else shape.reason,
    )
