"""``kind: teams``: named lists of people and teams, and rules that find people."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from reconciler.desired.kinds.common_shapes import ShortText, Strict
from reconciler.desired.kinds.field_words import expects, says
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_members
from reconciler.desired.kinds.named_index import index_by_name
from reconciler.desired.kinds.rule_shapes import MembersAndRules
from reconciler.desired.yaml.strict_reader import child
from reconciler.model.documents import Team
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.kinds.rule_shapes import FindingShape
    from reconciler.desired.yaml.strict_reader import LocatedDocument, Marks
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents

__all__ = ["KIND", "TeamsShape"]


class TeamShape(Strict, frozen=True):
    """A team as ``{members: […], except: […], max: 40, min: 2}``."""

    members: Annotated[MembersAndRules, Meta(min_length=1), says("The members: people, other teams, and rules.")]
    left_out: Annotated[
        MembersAndRules, says("People, teams and rules that are left out of this team. They win over its members.")
    ] = msgspec.field(default_factory=list, name="except")
    most: Annotated[
        Annotated[int, Meta(ge=1, le=10000)] | msgspec.UnsetType,
        says("How many people the rules may find. More is an error."),
    ] = msgspec.field(default=UNSET, name="max")
    fewest: Annotated[
        Annotated[int, Meta(ge=1, le=10000)] | msgspec.UnsetType,
        says("How many people the rules must find. With fewer the team stays as it was."),
    ] = msgspec.field(default=UNSET, name="min")


class TeamsShape(Strict, frozen=True):
    """Named lists of people and teams."""

    kind: Annotated[Literal["teams"], says("The kind of this document.")]
    teams: Annotated[
        dict[
            ShortText,
            Annotated[
                MembersAndRules | TeamShape,
                says("The members of this team: people, other teams, and rules that find people."),
                expects("a list of members, or {members: [], except: []}"),
            ],
        ],
        says("Teams by name. A list of members names one as ``team:NAME``."),
    ]


def _decode(document: LocatedDocument, shape: TeamsShape) -> list[Team]:
    marks = child(document.marks, "teams")
    return [_team(document, name, one, child(marks, name)) for name, one in shape.teams.items()]


def _team(document: LocatedDocument, name: str, shape: Sequence[str | FindingShape] | TeamShape, marks: Marks) -> Team:
    origin = document.origin("teams", name)
    if not isinstance(shape, TeamShape):
        return Team(name=comparable(name), members=decode_members(document.path, shape, marks), origin=origin)
    return Team(
        name=comparable(name),
        members=decode_members(document.path, shape.members, child(marks, "members")),
        origin=origin,
        left_out=decode_members(document.path, shape.left_out, child(marks, "except")),
        fewest=None if shape.fewest is UNSET else shape.fewest,
        most=None if shape.most is UNSET else shape.most,
    )


def _merge(documents: Sequence[list[Team]], _reading: Reading) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    index, diagnostics = index_by_name(chain.from_iterable(documents), "team", "documents/duplicate-team", "merge them")
    return {"teams": index}, diagnostics


def _content(documents: Documents) -> object:
    return sorted(map(msgspec.json.encode, documents.teams.values()))


KIND = Kind(name="teams", shape=TeamsShape, decode=_decode, merge=_merge, content=_content)
