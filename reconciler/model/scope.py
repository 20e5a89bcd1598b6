"""Defines what the documents ask for once their names are found in the catalogue; nobody's login is looked up yet."""

from __future__ import annotations

import datetime
import enum

import msgspec

from reconciler.model.absences import NOBODY_AWAY, Away
from reconciler.model.because import Because
from reconciler.model.diagnostics import Origin
from reconciler.model.documents import Assignments, DesiredGroup, Entry, Member, Without
from reconciler.model.live import Person, Place, Preset, PresetKey, Template, Wanted
from reconciler.model.titles import Named, preset_title

__all__ = ["Claim", "LostEntry", "Rank", "ResolvedGroup", "ResolvedMember", "ResolvedTarget", "Scope", "Target"]


class Rank(enum.IntEnum):
    """How narrow a line is: of the lines that name a group of a preset, the narrowest applies."""

    DEFAULT = 1
    WHERE = 2
    NAMED = 3


class Claim(msgspec.Struct, frozen=True):
    """One entry of one document that applies to a preset."""

    document: Assignments
    entry: Entry


class LostEntry(msgspec.Struct, frozen=True):
    """An entry whose presets are not known, with those that it may apply to.

    ``template_id`` is null where it may be any template. ``project_ids`` is null where it may be any project; null
    among them is the company.
    """

    entry: Entry
    template_id: str | None
    project_ids: frozenset[str | None] | None


class Scope(msgspec.Struct, frozen=True):
    """Every preset that the documents apply to, with the claims on it, and what must be read for them.

    ``lost`` are entries with names that cannot be found. Broader entries must not apply to presets that a lost entry
    may mean. ``away`` are the absences of the day. ``has_project_rules``: some people depend on
    the project.
    """

    templates: tuple[Template, ...]
    claims: dict[PresetKey, tuple[Claim, ...]]
    wanted: tuple[Wanted, ...]
    lost: tuple[LostEntry, ...] = ()
    away: Away = NOBODY_AWAY
    has_project_rules: bool = False


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One preset with what is desired of it: whole groups by uuid, and the workflow manager if managed.

    ``undecided`` are groups whose members the documents leave open, and null is the manager. Two entries of the same
    rank name them; no other field has them. ``uncertain`` are groups that a broader line names, where a narrower,
    unresolved line may mean them. ``unresolved`` says that documents name a group here that the template does not have,
    or that is not a role.
    """

    address: str
    preset: Preset
    project: Named | None
    template: Template
    template_name: Named
    groups: dict[str, DesiredGroup]
    manager: Member | None
    undecided: frozenset[str | None] = frozenset()
    uncertain: frozenset[str | None] = frozenset()
    unresolved: bool = False

    @property
    def title(self) -> str:
        """Template and project, or company, in words of people."""
        return preset_title(self.template_name, self.project)

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
    because: Because | None = None


class ResolvedGroup(msgspec.Struct, frozen=True):
    """The desired members of a group by login id; ``origin`` is where the documents name the group."""

    members: dict[str, ResolvedMember]
    origin: Origin
    allow_empty: bool = False
    without: tuple[Without, ...] = ()


class ResolvedTarget(msgspec.Struct, frozen=True):
    """A target whose people are found; groups that cannot be resolved are left out, and reported elsewhere."""

    target: Target
    groups: dict[str, ResolvedGroup]
    manager: ResolvedMember | None

    @property
    def named(self) -> frozenset[str]:
        """The groups that documents name, resolved or not, by uuid."""
        return frozenset({*self.target.groups, *(uuid for uuid in self.target.undecided if uuid is not None)})

    @property
    def held(self) -> frozenset[str | None]:
        """The groups that documents name and that could not be resolved, by uuid; null for the workflow manager."""
        manager: set[str | None] = {None} if self.target.manager is not None and self.manager is None else set()
        return frozenset((self.named - self.groups.keys()) | manager | self.target.undecided)
