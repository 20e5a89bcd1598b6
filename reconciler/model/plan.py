"""Defines the plan: what apply will do and what readers are shown, in the shape of the file."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from reconciler.model.because import Because
from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.documents import Source
from reconciler.model.live import Person, Place, Tool
from reconciler.model.selection import Selection
from reconciler.model.titles import Named, preset_title

__all__ = [
    "PLAN_FORMAT",
    "AddedPerson",
    "AlreadySo",
    "Cause",
    "Counts",
    "GroupChange",
    "LiveSource",
    "ManagerChange",
    "PersonChange",
    "Plan",
    "PlanService",
    "PresetChange",
    "RemovedPerson",
    "Summary",
    "UsedOverride",
    "WithheldChange",
    "WithheldGroup",
]

PLAN_FORMAT: Literal["reconciler/plan/1"] = "reconciler/plan/1"

Cause = Literal["requested", "drift"]


class AddedPerson(msgspec.Struct, frozen=True):
    """A person who gains a role; ``origin`` is the line that asks for it, ``via`` the team on that line.

    ``because`` is set where more is known than that line.
    """

    id: str
    login: str | None
    name: str | None
    cause: Cause = "requested"
    origin: Origin | None = None
    via: str | None = None
    because: Because | None = None

    @property
    def person(self) -> Person:
        """Who it is."""
        return Person(self.id, self.login, self.name)


class RemovedPerson(msgspec.Struct, frozen=True):
    """A person who loses a role.

    ``origin`` is the group in the documents that no longer names them. It is null for drift: the base did not name them
    either. ``base_origin`` is the line of the base that names them, ``base_via`` the team on that line. ``because`` is
    set where more is known than that.
    """

    id: str
    login: str | None
    name: str | None
    cause: Cause = "requested"
    origin: Origin | None = None
    base_origin: Origin | None = None
    base_via: str | None = None
    because: Because | None = None

    @property
    def person(self) -> Person:
        """Who it is."""
        return Person(self.id, self.login, self.name)


class GroupChange(msgspec.Struct, frozen=True, kw_only=True):
    """Members that one managed group gains, loses and keeps.

    ``origin`` is where the documents name it, ``allow_empty`` what they say of it. ``adopted`` means that the base did
    not manage it yet; null where no base is known.
    """

    uuid: str
    name: str
    add: tuple[AddedPerson, ...]
    remove: tuple[RemovedPerson, ...]
    keep: tuple[Person, ...]
    origin: Origin | None = None
    allow_empty: bool = False
    adopted: bool | None = None


class ManagerChange(msgspec.Struct, frozen=True, kw_only=True):
    """The workflow manager before and after; ``before`` is null when the preset has none."""

    before: Person | None
    after: Person
    origin: Origin | None = None
    cause: Cause = "requested"
    because: Because | None = None


class PresetChange(msgspec.Struct, frozen=True, kw_only=True):
    """One preset that changes; ``before`` and ``after`` hold every group's login ids in live order.

    ``tool_subtype`` is set where the type has several, such as correspondence.
    """

    address: str
    preset_id: str
    project: Named | None
    template: Named
    tool_type: str
    tool_subtype: int | None = None
    workflow_manager: ManagerChange | None
    groups: tuple[GroupChange, ...]
    before: dict[str, tuple[str, ...]]
    after: dict[str, tuple[str, ...]]
    unmanaged: int = 0
    dynamic: int = 0

    @property
    def title(self) -> str:
        """Template and project, or company, in words of people."""
        return preset_title(self.template, self.project)

    @property
    def place(self) -> Place:
        """The tool in the project: who may be assigned here is known for this."""
        return Place(self.project.id if self.project else None, Tool(self.tool_type, self.tool_subtype))


class AlreadySo(msgspec.Struct, frozen=True, kw_only=True):
    """Changes to one group that the documents ask for, the base did not, and live already has."""

    address: str
    project: Named | None
    template: Named
    group: str
    add: tuple[Person, ...]
    remove: tuple[Person, ...]

    @property
    def title(self) -> str:
        """Template, project or company, and role, in words of people."""
        return f"{preset_title(self.template, self.project)} · {self.group}"


class WithheldGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Who would have lost a role."""

    uuid: str
    name: str
    remove: tuple[RemovedPerson, ...]


class WithheldChange(msgspec.Struct, frozen=True, kw_only=True):
    """Changes at one preset that a plan which only adds leaves undone; apply makes none of them."""

    address: str
    project: Named | None
    template: Named
    groups: tuple[WithheldGroup, ...]
    workflow_manager: ManagerChange | None = None


class PersonChange(msgspec.Struct, frozen=True, kw_only=True):
    """Effect of a plan on one person: roles by name with the number of presets.

    ``keeps`` counts the roles that the person keeps in the managed presets. ``becomes_manager`` and ``ceases_manager``
    count presets.
    """

    id: str
    login: str | None
    name: str | None
    loses: dict[str, int]
    gains: dict[str, int]
    keeps: int
    becomes_manager: int = 0
    ceases_manager: int = 0

    @property
    def person(self) -> Person:
        """Who it is."""
        return Person(self.id, self.login, self.name)


class UsedOverride(msgspec.Struct, frozen=True, kw_only=True):
    """An override that lifts removals of this plan, ``used`` of the ``allow_removals`` it could lift."""

    reason: str
    address: str
    allow_removals: int
    used: int
    until: datetime.date
    person: str | None = None
    role: str | None = None
    origin: Origin | None = None


class LiveSource(msgspec.Struct, frozen=True, kw_only=True):
    """When and from where live was observed, and what that cost; of a snapshot, when it was taken.

    ``refreshed`` counts the presets that were read again beside a snapshot; null where none were to be read.
    """

    observed_at: str
    source: Literal["api", "snapshot"] = msgspec.field(name="from")
    requests: int | None = None
    lower_bound: int | None = None
    seconds: float | None = None
    refreshed: int | None = None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Roles added and removed, and workflow managers changed."""

    additions: int = 0
    removals: int = 0
    managers: int = 0


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts: presets in scope, presets changed, roles added and removed, managers, distinct people.

    ``managed`` counts the roles that live has in managed groups, ``withheld`` the removals left undone. ``drift``
    counts the changes whose cause is drift. ``already`` counts changes that the documents newly ask for and live
    already has. Both are null without a base. ``held`` counts lines that cannot be resolved and that the base has too.
    All that they touch stays as it is.
    """

    presets: int
    changed: int
    additions: int
    removals: int
    managers: int
    people: int
    managed: int = 0
    withheld: int = 0
    drift: Counts | None = None
    already: int | None = None
    held: int = 0


class PlanService(msgspec.Struct, frozen=True, kw_only=True):
    """The service a plan is for; part of the digest.

    ``api_url`` and ``auth_url`` are the addresses in effect when it was made. ``account`` is ``service_account`` of the
    settings as ``login:…`` or ``id:…``, null where they name none.
    """

    api_url: str
    auth_url: str
    account: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan; ``applicable`` means complete and without an error diagnostic.

    ``service`` is null only in plans of releases that did not record it; those are never applied.

    ``adds_only`` means that what would remove anybody is ``withheld``. ``only`` is the cause of all changes, if changes
    of the other cause were left out, else null. ``selection`` is what was chosen of a plan that was judged as a whole,
    null where nothing was. ``on`` is the day that it is for, null for the day of ``created_at``. A plan of another day
    is never applied. ``people`` tells the same changes person by person. ``overrides`` are those that lift something.
    """

    format: Literal["reconciler/plan/1"]
    digest: str
    created_at: str
    company_id: str
    company_name: str | None = None
    service: PlanService | None = None
    source: Source
    live: LiveSource
    complete: bool
    applicable: bool
    adds_only: bool = False
    only: Cause | None = None
    selection: Selection | None = None
    on: datetime.date | None = None
    summary: Summary
    changes: tuple[PresetChange, ...]
    withheld: tuple[WithheldChange, ...] = ()
    already: tuple[AlreadySo, ...] = ()
    people: tuple[PersonChange, ...] = ()
    overrides: tuple[UsedOverride, ...] = ()
    diagnostics: tuple[Diagnostic, ...]
