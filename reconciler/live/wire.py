"""The service's answers as docs/service.md section 3 documents them, reduced to what is used; ids are checked here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Meta

from reconciler.model.live import (
    ChosenAssignee,
    Group,
    IndividualStep,
    Membership,
    Person,
    Preset,
    Project,
    Template,
    Tool,
    Version,
    VersionStep,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ListedPreset", "PresetAnswer", "ProjectItem", "TemplateItem", "ToolItem", "UserItem",
           "VersionAnswer", "project_value"]  # fmt: skip

# Ids travel on into paths of later requests, so nothing but plain characters is taken for one.
_Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
# An integer in requests; answers may spell it as text, as they do with ids.
_Subtype = int | Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")]


class _VersionReference(msgspec.Struct):
    id: _Id


class TemplateItem(msgspec.Struct):
    """An item of the list of templates."""

    id: _Id
    name: str
    tool_type: str
    tool_subtype: _Subtype | None = None
    archived_at: str | None = None
    latest_published_version: _VersionReference | None = None
    assigned_projects_count: int | None = None
    created_at: Any = None

    def value(self) -> Template:
        """Return the template."""
        version = self.latest_published_version
        return Template(
            id=self.id,
            name=self.name,
            tool_type=self.tool_type,
            tool_subtype=None if self.tool_subtype is None else int(self.tool_subtype),
            version_id=version.id if version else None,
            archived=self.archived_at is not None,
            assigned_projects_count=self.assigned_projects_count,
            created_at=_moment(self.created_at),
        )


def _moment(text: object) -> str | None:
    """Return a moment as it came; guards that need one do without a value that is not text."""
    return text if isinstance(text, str) else None


class ToolItem(msgspec.Struct):
    """An item of the list of tools."""

    type: str
    provider: str
    subtype: _Subtype | None = None

    def value(self) -> Tool:
        """Return the tool."""
        return Tool(self.type, None if self.subtype is None else int(self.subtype))


class ProjectItem(msgspec.Struct):
    """An item of the list of projects (v1.1: ids are integers)."""

    id: int | _Id
    name: str
    display_name: str | None = None
    project_number: str | None = None
    active: bool = True


def project_value(raw: dict[str, Any], item: ProjectItem, fields: frozenset[str] | None) -> Project:
    """Return the project with those of its fields that documents select by (null: with all), as text."""
    return Project(
        id=str(item.id),
        name=item.name,
        display_name=item.display_name,
        number=item.project_number,
        active=item.active,
        fields=dict(_fields(raw, raw if fields is None else fields)),
    )


def _fields(raw: dict[str, Any], names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield fields as text; ``custom_fields.NAME`` is one inside another."""
    for name in names:
        if name in raw:
            yield name, _text(raw[name])
        elif "." in name:
            outer, _, inner = name.partition(".")
            place = raw.get(outer)
            if isinstance(place, dict) and inner in place:
                yield name, _text_inside(place[inner])


def _text_inside(value: Any) -> str | None:
    """Return the text of a custom field, which may be an object with its value, or with a person."""
    if isinstance(value, dict):
        keys = ("login", "email_address", "value", "label", "name")
        return next((text for key in keys if (text := _text_inside(value.get(key)))), None)
    return _text(value)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


class UserItem(msgspec.Struct):
    """A user of the directory (v1.x: ids are integers, and no login ids)."""

    id: int | _Id
    email_address: str | None = None


class _GroupOfStep(msgspec.Struct):
    uuid: str


class _StepOfVersion(msgspec.Struct):
    uuid: str
    name: str
    responsible_groups: tuple[_GroupOfStep, ...] = ()

    def value(self) -> VersionStep:
        return VersionStep(self.uuid, self.name, tuple(one.uuid for one in self.responsible_groups))


class VersionAnswer(msgspec.Struct):
    """A template version."""

    id: _Id
    responsible_groups: tuple[Group, ...]
    steps: tuple[_StepOfVersion, ...] = ()

    def value(self) -> Version:
        """Return the version with its groups as the answer named them, types in one spelling."""
        return Version(
            self.id,
            tuple(Group(one.uuid, one.name, one.type.casefold()) for one in self.responsible_groups),
            tuple(one.value() for one in self.steps),
        )


class _ListedTemplate(msgspec.Struct):
    id: _Id
    name: str | None = None


class ListedPreset(msgspec.Struct):
    """An item of the list of presets."""

    id: _Id
    template: _ListedTemplate


class _PresetTemplate(msgspec.Struct):
    id: _Id
    last_published_version_id: _Id | None = None


class _MembershipItem(msgspec.Struct):
    responsible_group_uuid: str
    assignees: list[Person]


class _StepItem(msgspec.Struct):
    step_uuid: str
    logins: tuple[ChosenAssignee, ...]


class PresetAnswer(msgspec.Struct):
    """One preset; a missing list of groups does not mean an empty one, so it is required."""

    id: _Id
    template: _PresetTemplate
    responsible_group_memberships: list[_MembershipItem]
    workflow_manager: Person | msgspec.UnsetType | None = UNSET
    individual_assignees: list[_StepItem] | msgspec.UnsetType | None = UNSET
    valid: bool = True
    created_at: Any = None

    def value(self, project_id: str | None, known: dict[Person, Person]) -> Preset:
        """Return the preset; equal people become one object through ``known``."""
        manager = self.workflow_manager
        steps = self.individual_assignees
        return Preset(
            id=self.id,
            template_id=self.template.id,
            project_id=project_id,
            version_id=self.template.last_published_version_id,
            groups=tuple(
                Membership(
                    item.responsible_group_uuid,
                    tuple(known.setdefault(person, person) for person in item.assignees),
                )
                for item in self.responsible_group_memberships
            ),
            workflow_manager=manager if isinstance(manager, Person) else None,
            individual_assignees=(
                None
                if steps is UNSET or steps is None
                else tuple(IndividualStep(step.step_uuid, step.logins) for step in steps)
            ),
            valid=self.valid,
            created_at=_moment(self.created_at),
        )
