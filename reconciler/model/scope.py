"""What the documents ask for once their names are found in the catalogue; nobody's login is looked up yet."""

from __future__ import annotations

import datetime

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Assignments, DesiredGroup, Entry, Member
from reconciler.model.live import Person, Place, Preset, PresetKey, Project, Template, Wanted

__all__ = ["Claim", "ResolvedGroup", "ResolvedMember", "ResolvedTarget", "Scope", "Target"]


class Claim(msgspec.Struct, frozen=True):
    """One entry of one document that speaks for a preset."""

    document: Assignments
    entry: Entry


class Scope(msgspec.Struct, frozen=True):
    """Every preset that the documents speak for, with the claims on it, and what must be read for them."""

    templates: tuple[Template, ...]
    claims: dict[PresetKey, tuple[Claim, ...]]
    wanted: tuple[Wanted, ...]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One preset with what is desired of it: whole groups by uuid, and the workflow manager if managed.

    ``in_conflict`` are groups that two entries of the same rank name; they stand in no other field. ``unresolved``
    tells that documents name a group here that is none of the template, or no role.
    """

    address: str
    preset: Preset
    project: Project | None
    template: Template
    groups: dict[str, DesiredGroup]
    manager: Member | None
    in_conflict: frozenset[str] = frozenset()
    unresolved: bool = False

    @property
    def place(self) -> Place:
        """The tool in the project: who may be assigned here is known for this."""
        return Place(self.preset.project_id, self.template.tool)


class ResolvedMember(msgspec.Struct, frozen=True):
    """A desired member found in the service; ``until`` is the last day on which the person is desired."""

    person: Person
    origin: Origin
    via: str | None = None
    until: datetime.date | None = None


class ResolvedGroup(msgspec.Struct, frozen=True):
    """The desired members of a group by login id; ``origin`` is where the documents name the group."""

    members: dict[str, ResolvedMember]
    origin: Origin
    allow_empty: bool = False


class ResolvedTarget(msgspec.Struct, frozen=True):
    """A target whose people are found; groups that cannot be resolved are left out, and told elsewhere."""

    target: Target
    groups: dict[str, ResolvedGroup]
    manager: ResolvedMember | None

    @property
    def named(self) -> frozenset[str]:
        """The groups that documents name, resolved or not, by uuid."""
        return frozenset(self.target.groups) | self.target.in_conflict

    @property
    def held(self) -> frozenset[str | None]:
        """The groups that documents name and that could not be resolved, by uuid; null for the workflow manager."""
        manager: set[str | None] = {None} if self.target.manager is not None and self.manager is None else set()
        return frozenset((self.named - self.groups.keys()) | manager)
