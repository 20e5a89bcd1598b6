"""Defines the state of the service now: catalogue, presets and people, as read and nothing inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.spelling import respell
from reconciler.model.template_version import Group, Version, VersionStep

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Account",
    "Catalogue",
    "ChosenAssignee",
    "Group",
    "IndividualStep",
    "LiveState",
    "Membership",
    "NamedPreset",
    "OtherPreset",
    "Pacing",
    "PeopleList",
    "Person",
    "Place",
    "Preset",
    "PresetKey",
    "Project",
    "Template",
    "Tool",
    "Unreadable",
    "Version",
    "VersionStep",
    "Wanted",
    "preset_address",
]


class Person(msgspec.Struct, frozen=True, gc=False):
    """Somebody with a login: ``id`` is the login id (never the directory's user id, docs/service.md section 3)."""

    id: str
    login: str | None = None
    name: str | None = None

    def __str__(self) -> str:
        return self.name or self.login or f"login id {self.id}"

    @property
    def with_login(self) -> str:
        """The name with the login behind it, or whichever of the two is known."""
        return f"{self.name} ({self.login or f'login id {self.id}'})" if self.name else str(self)


class Tool(msgspec.Struct, frozen=True, gc=False):
    """A tool: where one type has several, as correspondence has, ``subtype`` says which."""

    type: str
    subtype: int | None = None

    def __str__(self) -> str:
        return self.type if self.subtype is None else f"{self.type} (subtype {self.subtype})"


class Place(msgspec.Struct, frozen=True, gc=False):
    """One tool in one project, or company-wide (null): who may be assigned is known for each of these."""

    project_id: str | None
    tool: Tool


class Template(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A workflow template; ``version_id`` is the latest published version, or null when there is none.

    ``assigned_projects_count`` also counts projects that the account cannot see. It is null when the service does not
    say.
    """

    id: str
    name: str
    tool_type: str
    tool_subtype: int | None = None
    version_id: str | None = None
    archived: bool = False
    assigned_projects_count: int | None = None
    created_at: str | None = None

    def __post_init__(self) -> None:
        """Take the name in the spelling in which names are compared."""
        respell(self, "name")

    @property
    def tool(self) -> Tool:
        """The tool that the template belongs to."""
        return Tool(self.tool_type, self.tool_subtype)


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project; ``fields`` holds, as text, those fields of the project list that documents select by."""

    id: str
    name: str
    display_name: str | None = None
    number: str | None = None
    active: bool = True
    fields: dict[str, str | None] = {}

    def __post_init__(self) -> None:
        """Take names and number in the spelling in which they are compared."""
        respell(self, "name", "display_name", "number")


class Membership(msgspec.Struct, frozen=True):
    """The members of one group of a preset, in live order."""

    uuid: str
    members: tuple[Person, ...]


class ChosenAssignee(msgspec.Struct, frozen=True, gc=False):
    """One login chosen for a step apart from the groups (docs/service.md section 6)."""

    id: str
    required: bool | None = None
    role_type: str | None = None


class IndividualStep(msgspec.Struct, frozen=True):
    """The logins chosen for one step apart from the groups; carried along, never managed."""

    step_uuid: str
    logins: tuple[ChosenAssignee, ...]


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One preset as read; ``project_id`` is null at company level.

    ``workflow_manager``, ``individual_assignees`` and ``created_at`` are null when the answer did not show them.
    """

    id: str
    template_id: str
    project_id: str | None
    version_id: str | None
    groups: tuple[Membership, ...]
    workflow_manager: Person | None = None
    individual_assignees: tuple[IndividualStep, ...] | None = None
    valid: bool = True
    created_at: str | None = None


class PresetKey(msgspec.Struct, frozen=True, gc=False, order=True):
    """Identity of a preset to people: the template and, below company level, the project."""

    template_id: str
    project_id: str | None = None


class PeopleList(msgspec.Struct, frozen=True, kw_only=True):
    """Who may be assigned (or be workflow manager) on one tool in one project, or company-wide."""

    place: Place
    people: tuple[Person, ...]


class Wanted(msgspec.Struct, frozen=True):
    """Presets to be read together: those of some templates of one tool in one project, or company-wide."""

    place: Place
    template_ids: frozenset[str]

    @property
    def project_id(self) -> str | None:
        """The project, null company-wide."""
        return self.place.project_id


class OtherPreset(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A preset on a list that was read for other templates; ``template_name`` is as the list says it."""

    id: str
    place: Place
    template_id: str
    template_name: str | None = None

    @property
    def project_id(self) -> str | None:
        """The project, null company-wide."""
        return self.place.project_id


class NamedPreset(msgspec.Struct, frozen=True, kw_only=True):
    """A preset that is known by its id, as an earlier plan found it."""

    id: str
    key: PresetKey
    tool: Tool


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """Something in scope that could not be read, and why; it makes every plan incomplete."""

    place: Place
    template_id: str | None
    reason: str

    @property
    def project_id(self) -> str | None:
        """The project, null company-wide."""
        return self.place.project_id


class Pacing(msgspec.Struct, frozen=True, kw_only=True):
    """Cost of reading: requests made, the fewest that could have done it, seconds of wall time."""

    requests: int
    lower_bound: int
    seconds: float


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Templates and projects of the company; ``projects`` is empty when no document needs it."""

    templates: tuple[Template, ...]
    projects: tuple[Project, ...]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to choose from before any preset is read.

    ``providers`` holds "Project" or "Company" by tool.
    """

    catalogue: Catalogue
    providers: dict[Tool, str]


class LiveState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read for one plan; also what a snapshot file holds.

    ``listed`` says which templates were looked for in which list of presets. ``with_projects`` says whether projects
    were read. ``inactive`` holds the logins, in lower case, that the directory has only as inactive. It is null when
    the directory could not be read. ``rehired`` holds the logins that it has both as inactive and as active. ``local``
    are listed presets whose template is saved on a project, so that the list of the company does not show it.
    """

    observed_at: str
    catalogue: Catalogue
    versions: tuple[Version, ...] = ()
    presets: tuple[Preset, ...] = ()
    assignees: tuple[PeopleList, ...] = ()
    managers: tuple[PeopleList, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    listed: tuple[Wanted, ...] = ()
    with_projects: bool = True
    inactive: frozenset[str] | None = None
    rehired: frozenset[str] = frozenset()
    local: tuple[OtherPreset, ...] = ()
    pacing: Pacing | None = None

    def everybody(self) -> Iterator[Person]:
        """Yield everybody in a preset, as often as they are there."""
        for preset in self.presets:
            if preset.workflow_manager is not None:
                yield preset.workflow_manager
            for group in preset.groups:
                yield from group.members


def preset_address(key: PresetKey) -> str:
    """Return the address of a preset, ``projects/<id>/templates/<id>`` or ``company/templates/<id>``."""
    if key.project_id is None:
        return f"company/templates/{key.template_id}"
    return f"projects/{key.project_id}/templates/{key.template_id}"
