"""Defines what the YAML in git asks for, decoded and placed; names are not yet looked up in the service."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.absences import NOBODY_AWAY, Absence, Away
from reconciler.model.acknowledgement import Acknowledgement, Release
from reconciler.model.because import Because
from reconciler.model.diagnostics import Origin
from reconciler.model.exclusion import Exclusion
from reconciler.model.member import Member
from reconciler.model.people_lock import NO_LOCK, PeopleLock
from reconciler.model.policy import Policy
from reconciler.model.reference import Reference
from reconciler.model.routing import Routing
from reconciler.model.sources import JoinedSources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.rules import Rule
    from reconciler.model.sources import PeopleSource

__all__ = [
    "Assignments",
    "DesiredGroup",
    "Documents",
    "Entry",
    "Member",
    "Reference",
    "SettingsDocument",
    "Source",
    "Team",
    "Without",
]


class Without(msgspec.Struct, frozen=True):
    """Somebody whom a group does not have on a day although a line names them, or no longer has."""

    member: Member
    because: Because


class DesiredGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The desired members of one role group; ``origin`` is where the group is named.

    ``without`` are people who are away, or who stood in for somebody who is back.
    """

    members: tuple[Member, ...]
    origin: Origin
    allow_empty: bool = False
    without: tuple[Without, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an assignments document: a project, a ``where`` selection, or the company.

    ``project`` set: that project. ``where`` set: every active project whose fields hold one of the texts, but those in
    ``left_out``.
    Neither: the company-level preset.
    """

    origin: Origin
    groups: dict[str, DesiredGroup]
    workflow_manager: Member | None = None
    project: Reference | None = None
    where: dict[str, tuple[str, ...]] | None = None
    where_origins: dict[str, Origin] = {}
    left_out: tuple[Reference, ...] = ()


class Assignments(msgspec.Struct, frozen=True, kw_only=True):
    """One ``kind: assignments`` document; ``groups`` and ``workflow_manager`` are defaults of its entries."""

    origin: Origin
    template: Reference
    tool: str | None
    groups: dict[str, DesiredGroup]
    workflow_manager: Member | None
    entries: tuple[Entry, ...]
    company_level: bool


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A named list of people, teams and rules.

    ``left_out`` are people who are not in it; they win over its members. ``fewest`` and ``most`` are how many
    people its rules may find; null where the document names none. ``found`` are the lines of the people lock for these
    rules, and ``found_left_out`` those of its ``except``; both are null where the lock has none for them.
    """

    name: str
    members: tuple[Member, ...]
    origin: Origin
    left_out: tuple[Member, ...] = ()
    fewest: int | None = None
    most: int | None = None
    found: tuple[Member, ...] | None = None
    found_left_out: tuple[Member, ...] | None = None

    @property
    def lines(self) -> tuple[Member, ...]:
        """Every line that brings people in, those of the lock too."""
        return (*self.members, *(self.found or ()))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that find members."""
        return tuple(one.rule for one in self.members if one.rule is not None)

    @property
    def rules_left_out(self) -> tuple[Rule, ...]:
        """The rules that find people to leave out."""
        return tuple(one.rule for one in self.left_out if one.rule is not None)

    @property
    def has_rules(self) -> bool:
        """Whether a source is needed to know its people."""
        return any(one.rule is not None for one in (*self.members, *self.left_out))


class Documents(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a configuration repository asks for, teams already expanded into their people.

    ``written`` are the same assignments as they stand in the files, teams by their names. ``paths`` are the files that
    were read from the work tree, below the folder of the settings. ``more`` is what kinds of documents say that have no
    field here, by name. ``lock`` is the people lock beside them. ``day`` is the day (UTC) that teams were expanded for,
    and ``away`` are the absences of that day. ``project_fields`` are fields of projects that rules read.
    """

    files: int
    assignments: tuple[Assignments, ...] = ()
    teams: dict[str, Team] = {}
    policy: Policy = Policy()
    acknowledged: tuple[Acknowledgement, ...] = ()
    released: tuple[Release, ...] = ()
    routings: tuple[Routing, ...] = ()
    written: tuple[Assignments, ...] = ()
    paths: tuple[str, ...] = ()
    more: dict[str, object] = {}
    lock: PeopleLock = NO_LOCK
    day: datetime.date | None = None
    away: Away = NOBODY_AWAY
    project_fields: frozenset[str] = frozenset()

    @property
    def absences(self) -> tuple[Absence, ...]:
        """The absences of people, of all days."""
        return self.more.get("absences", ())  # type: ignore[return-value]

    @property
    def sources(self) -> Mapping[str, PeopleSource]:
        """The sources of people by name."""
        return self.more.get("sources", {})  # type: ignore[return-value]


class SettingsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """``reconciler.yaml`` as written; the environment is not yet consulted.

    ``origins`` are the places of the keys that are written.
    ``self_heal`` are globs of the addresses where drift may be put back without anybody asking for it.
    ``policy_files`` are globs of the files that may hold a policy, and null where every file may.
    ``trusted`` are accounts on the forge whose statuses and comments count beside our own.
    ``managers_replace``: managers of people who left hold roles in which nobody would be left.
    ``names_of_people`` and ``keyed_ids`` say what the people lock holds, ``joined_sources`` which sources it joins.
    ``excluded_at_base`` is what a base excludes that the documents are held against, and null without one.
    """

    company_id: str
    company_name: str | None = None
    api_url: str = "https://api.procore.com"
    auth_url: str = "https://login.procore.com"
    service_account: Member | None = None
    exclude: tuple[str, ...] = ()
    self_heal: tuple[str, ...] = ()
    policy_files: tuple[str, ...] | None = None
    trusted: tuple[str, ...] = ()
    managers_replace: bool = False
    names_of_people: bool = True
    keyed_ids: bool = False
    joined_sources: JoinedSources = JoinedSources()
    origins: dict[str, Origin] = {}
    excluded_at_base: tuple[str, ...] | None = None

    @property
    def exclusion(self) -> Exclusion:
        """The files that are left out: those that the base leaves out as well, where there is one."""
        lists = (self.exclude,) if self.excluded_at_base is None else (self.exclude, self.excluded_at_base)
        return Exclusion(lists)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Source of the documents: the git revision (or null), and whether the work tree differs from it."""

    revision: str | None = None
    dirty: bool = False
    base: str | None = None
