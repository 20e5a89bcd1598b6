"""What the base revision asks for of one preset, seen with today's people; it holds no documents."""

from __future__ import annotations

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.live import Person

__all__ = ["BaseGroup", "BaseMember", "BaseTarget"]


class BaseMember(msgspec.Struct, frozen=True):
    """Somebody whom the base names, the line there and the team on it; a login nobody has seen has an empty id."""

    person: Person
    origin: Origin
    via: str | None = None


class BaseGroup(msgspec.Struct, frozen=True):
    """The members of one group at the base by login id, or by their text where nobody has seen them."""

    members: dict[str, BaseMember]


class BaseTarget(msgspec.Struct, frozen=True):
    """The groups of one preset at the base by uuid, and the workflow manager's login id (null: unmanaged)."""

    groups: dict[str, BaseGroup]
    manager: str | None = None
