"""Defines the drift to adopt into documents, and the edits of their lines that do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.live import Person

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AddEntry", "AddToEntry", "ChangedLines", "Edit", "EditList", "OwnGroup", "SetManager", "TeamOffer", "Wish"]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One group of one preset that must become as it is in Procore.

    ``group`` is null for the workflow manager. ``add`` are people who were added in Procore. ``remove`` are people whom
    only the documents name.
    """

    address: str
    group: str | None
    add: tuple[Person, ...] = ()
    remove: tuple[Person, ...] = ()

    @property
    def people(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return whom it adds and removes by login id."""
        return frozenset(one.id for one in self.add), frozenset(one.id for one in self.remove)

    def shared_with(self, others: Iterable[Wish]) -> Wish:
        """Return the part of it that every other one wishes too."""
        add, remove = self.add, self.remove
        for other in others:
            coming, going = {one.id for one in other.add}, {one.id for one in other.remove}
            add = tuple(one for one in add if one.id in coming)
            remove = tuple(one for one in remove if one.id in going)
        return msgspec.structs.replace(self, add=add, remove=remove)


class TeamOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A person whom every list with a team gains, or loses: the team itself could be changed instead.

    ``origin`` is where the team is defined, ``lists`` counts the roles that it fills.
    """

    team: str
    origin: Origin
    person: Person
    adds: bool
    lists: int


class EditList(msgspec.Struct, frozen=True, kw_only=True):
    """Items of the list below the key at ``origin`` change.

    ``replaced`` holds the new text by index (from 0), in YAML; it is empty where the item is removed. ``appended``
    follows the last item. Each appended item has the name in ``remarks`` as a comment, where the list is written that
    way. ``is_group`` separates a role from a team: a role says so where nobody is left.
    """

    origin: Origin
    replaced: dict[int, tuple[str, ...]]
    appended: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    is_group: bool = True


class SetManager(msgspec.Struct, frozen=True, kw_only=True):
    """The workflow manager whose key is at ``origin`` becomes another, in YAML."""

    origin: Origin
    person: str


class OwnGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A whole role that an entry gets of its own: items in YAML, one a line or between brackets."""

    name: str
    members: tuple[str, ...]
    one_a_line: bool


class AddToEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The entry at ``origin`` (or the ``company:`` there) gets roles, or a workflow manager, of its own."""

    origin: Origin
    groups: tuple[OwnGroup, ...]
    manager: str | None = None


class AddEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The document at ``origin`` gets an entry for a project, named in YAML."""

    origin: Origin
    project: str
    groups: tuple[OwnGroup, ...]
    manager: str | None = None


class ChangedLines(msgspec.Struct, frozen=True):
    """Lines of a file (from 0, the second of each two excluded) that became others."""

    before_from: int
    before_to: int
    after_from: int
    after_to: int


Edit = EditList | SetManager | AddToEntry | AddEntry
