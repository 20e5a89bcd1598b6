"""Defines what the base revision asks for of one preset, seen with today's people; it holds no documents."""

from __future__ import annotations

import datetime

import msgspec

from reconciler.model.because import Because
from reconciler.model.diagnostics import Origin
from reconciler.model.live import Person

__all__ = ["BaseGroup", "BaseMember", "BaseTarget", "Newer"]


class BaseMember(msgspec.Struct, frozen=True):
    """Somebody whom the base names, the line there and the team on it.

    ``until`` is the last day of that line. ``because`` is set for people whom a rule found.
    """

    person: Person
    origin: Origin
    via: str | None = None
    until: datetime.date | None = None
    because: Because | None = None


class BaseGroup(msgspec.Struct, frozen=True):
    """The members of one group at the base by login id.

    ``unseen`` are members whose line leads to nobody who was seen, or to several people. Such a line may mean anybody
    in live whom no other line names. ``uncertain`` means that a narrower line of the base may have applied to this
    group. That line cannot be resolved any more.
    """

    members: dict[str, BaseMember]
    unseen: tuple[BaseMember, ...] = ()
    uncertain: bool = False


class Newer(msgspec.Struct, frozen=True):
    """A name of the base (such as ``project 'Harbor Bridge'``) that now belongs to something made at a later moment."""

    name: str
    now: str
    made_at: str


class BaseTarget(msgspec.Struct, frozen=True):
    """The groups of one preset at the base by uuid, and the workflow manager's login id (null: unmanaged).

    ``newer`` is set if a name of the base now belongs to something made later. The base then managed nothing here.
    """

    groups: dict[str, BaseGroup]
    manager: str | None = None
    newer: Newer | None = None
