"""Defines what the YAML in git asks for, decoded and placed; names are not yet looked up in the service."""

from __future__ import annotations

import msgspec

from reconciler.model.acknowledgement import Acknowledgement, Release
from reconciler.model.diagnostics import Origin
from reconciler.model.exclusion import Exclusion
from reconciler.model.member import Member
from reconciler.model.policy import Policy
from reconciler.model.reference import Reference
from reconciler.model.routing import Routing

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
]


class DesiredGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The desired members of one role group; ``origin`` is where the group is named."""

    members: tuple[Member, ...]
    origin: Origin
    allow_empty: bool = False


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
    """A named list of people and teams."""

    name: str
    members: tuple[Member, ...]
    origin: Origin


class Documents(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a configuration repository asks for, teams already expanded into their people.

    ``written`` are the same assignments as they stand in the files, teams by their names. ``paths`` are the files that
    were read from the work tree, below the folder of the settings. ``more`` is what kinds of documents say that have no
    field here, by name.
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


class SettingsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """``reconciler.yaml`` as written; the environment is not yet consulted.

    ``origins`` are the places of the keys that are written.
    ``self_heal`` are globs of the addresses where drift may be put back without anybody asking for it.
    ``policy_files`` are globs of the files that may hold a policy, and null where every file may.
    ``trusted`` are accounts on the forge whose statuses and comments count beside our own.
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
