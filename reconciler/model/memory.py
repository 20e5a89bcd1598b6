"""Holds the memory of guards: who lost which role in the days before a plan, and what was managed then."""

from __future__ import annotations

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.live import Person
from reconciler.model.policy import Override
from reconciler.model.spelling import login_key

__all__ = ["DAYS_REMEMBERED", "GroupKey", "ManagedAgain", "Memory", "PastRemoval", "member_key"]

DAYS_REMEMBERED = 14

GroupKey = tuple[str, str]
"""Address of a preset and uuid of a group."""


class PastRemoval(msgspec.Struct, frozen=True, kw_only=True):
    """A person who lost a role in the days remembered; the id is empty where only a login is known.

    ``role`` is the name of the role. ``overrides`` are those that were in force when it happened.
    """

    address: str
    uuid: str
    role: str
    person: Person
    overrides: tuple[Override, ...] = ()

    @property
    def key(self) -> str:
        """The login id, or the login where no id is known."""
        return member_key(self.person)


def member_key(person: Person) -> str:
    """Return what tells people of a revision apart: the login id, or the login where no id is known."""
    return person.id or f"login:{login_key(person.login)}"


class ManagedAgain(msgspec.Struct, frozen=True, kw_only=True):
    """A group that was managed, then was not, and is again; ``title`` is people's word for it."""

    title: str
    origin: Origin | None


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """The days before a plan, as an ``earlier`` revision and the journal show them.

    ``removals`` are by group. ``managed`` are the groups that the earlier revision managed, null where nothing was
    committed since. ``again`` are those of them that the base does not manage and these documents do. ``members`` are
    the people of those groups then, by ``member_key``. ``overrides`` were in any revision since then. ``unknown`` says
    why the revisions do not show this, and is null where they do.
    """

    earlier: str | None = None
    removals: dict[GroupKey, tuple[PastRemoval, ...]] = {}
    managed: frozenset[GroupKey] | None = None
    again: tuple[ManagedAgain, ...] = ()
    members: dict[GroupKey, frozenset[str]] = {}
    overrides: tuple[Override, ...] = ()
    unknown: str | None = None
