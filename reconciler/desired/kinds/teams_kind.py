"""``kind: teams``: named lists of people and teams."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from reconciler.desired.kinds.common_shapes import Members, ShortText, Strict
from reconciler.desired.kinds.field_words import says
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_members
from reconciler.desired.yaml.strict_reader import child
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.documents import Team
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.documents import Documents

__all__ = ["KIND", "TeamsShape"]


class TeamsShape(Strict, frozen=True):
    """Named lists of people and teams."""

    kind: Annotated[Literal["teams"], says("The kind of this document.")]
    teams: Annotated[
        dict[ShortText, Annotated[Members, says("The members of this team: people and other teams.")]],
        says("Teams by name. A list of members names one as ``team:NAME``."),
    ]


def _decode(document: LocatedDocument, shape: TeamsShape) -> list[Team]:
    marks = child(document.marks, "teams")
    return [
        Team(
            name=comparable(name),
            members=decode_members(document.path, members, child(marks, name)),
            origin=document.origin("teams", name),
        )
        for name, members in shape.teams.items()
    ]


def _merge(documents: Sequence[list[Team]], _reading: Reading) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    """Index teams by name; a name used twice is an error that shows both places."""
    index: dict[str, Team] = {}
    diagnostics = []
    for team in chain.from_iterable(documents):
        first = index.setdefault(team.name, team)
        if first is not team:
            message = f"the team '{team.name}' is defined a second time (first at {first.origin}); merge them"
            diagnostics.append(
                Diagnostic(severity="error", code="documents/duplicate-team", message=message, origin=team.origin)
            )
    return {"teams": index}, diagnostics


def _content(documents: Documents) -> object:
    return sorted(map(msgspec.json.encode, documents.teams.values()))


KIND = Kind(name="teams", shape=TeamsShape, decode=_decode, merge=_merge, content=_content)
