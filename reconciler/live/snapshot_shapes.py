"""Converts a live state into the shape of a snapshot file and back; people are rows of one table there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from reconciler.model.live import (
    Catalogue,
    IndividualStep,
    LiveState,
    Membership,
    OtherPreset,
    Pacing,
    PeopleList,
    Person,
    Place,
    Preset,
    Project,
    Template,
    Tool,
    Unreadable,
    Version,
    Wanted,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StateShape", "live_state", "state_shape"]

_Row = Annotated[int, Meta(ge=0)]


class _Person(msgspec.Struct, frozen=True, array_like=True, gc=False):
    id: str
    login: str | None = None
    name: str | None = None


class _Preset(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    template: str
    project: str | None
    version: str | None
    groups: dict[str, tuple[_Row, ...]]
    manager: _Row | None = None
    individual: tuple[IndividualStep, ...] | None = None
    valid: bool = True
    created: str | None = None


class _List(msgspec.Struct, frozen=True, array_like=True):
    project: str | None
    tool: str
    people: tuple[_Row, ...]
    subtype: int | None = None


class _Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    project_id: str | None
    tool_type: str
    template_ids: frozenset[str]
    tool_subtype: int | None = None


class _Unreadable(msgspec.Struct, frozen=True, omit_defaults=True):
    project_id: str | None
    template_id: str | None
    tool_type: str
    reason: str
    tool_subtype: int | None = None


class _Other(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    project_id: str | None
    tool_type: str
    template_id: str
    template_name: str | None = None
    tool_subtype: int | None = None


class StateShape(msgspec.Struct, frozen=True):
    """Content of a snapshot beside its moment; fields that an older file lacks get their defaults."""

    people: tuple[_Person, ...]
    templates: tuple[Template, ...]
    projects: tuple[Project, ...]
    versions: tuple[Version, ...]
    presets: tuple[_Preset, ...]
    assignees: tuple[_List, ...]
    managers: tuple[_List, ...]
    listed: tuple[_Listed, ...]
    with_projects: bool
    unreadable: tuple[_Unreadable, ...]
    inactive: tuple[str, ...] | None = None
    rehired: tuple[str, ...] = ()
    local: tuple[_Other, ...] = ()
    pacing: Pacing | None = None


def state_shape(state: LiveState) -> StateShape:
    """Return the shape of a live state."""
    rows: dict[Person, int] = {}

    def row(person: Person) -> int:
        return rows.setdefault(person, len(rows))

    presets = tuple(_preset(preset, row) for preset in state.presets)
    assignees, managers = (tuple(_list(one, row) for one in lists) for lists in (state.assignees, state.managers))
    return StateShape(
        people=tuple(_Person(person.id, person.login, person.name) for person in rows),
        templates=state.catalogue.templates,
        projects=state.catalogue.projects,
        versions=state.versions,
        presets=presets,
        assignees=assignees,
        managers=managers,
        listed=tuple(
            _Listed(one.place.project_id, one.place.tool.type, one.template_ids, one.place.tool.subtype)
            for one in state.listed
        ),
        with_projects=state.with_projects,
        unreadable=tuple(map(_unreadable, state.unreadable)),
        inactive=None if state.inactive is None else tuple(sorted(state.inactive)),
        rehired=tuple(sorted(state.rehired)),
        local=tuple(map(_other, state.local)),
        pacing=state.pacing,
    )


def _preset(preset: Preset, row: Callable[[Person], int]) -> _Preset:
    return _Preset(
        id=preset.id,
        template=preset.template_id,
        project=preset.project_id,
        version=preset.version_id,
        groups={group.uuid: tuple(map(row, group.members)) for group in preset.groups},
        manager=None if preset.workflow_manager is None else row(preset.workflow_manager),
        individual=preset.individual_assignees,
        valid=preset.valid,
        created=preset.created_at,
    )


def _list(one: PeopleList, row: Callable[[Person], int]) -> _List:
    tool = one.place.tool
    return _List(one.place.project_id, tool.type, tuple(map(row, one.people)), tool.subtype)


def _unreadable(one: Unreadable) -> _Unreadable:
    tool = one.place.tool
    return _Unreadable(one.place.project_id, one.template_id, tool.type, one.reason, tool.subtype)


def _other(one: OtherPreset) -> _Other:
    tool = one.place.tool
    return _Other(one.id, one.place.project_id, tool.type, one.template_id, one.template_name, tool.subtype)


def live_state(observed_at: str, shape: StateShape) -> LiveState:
    """Return the live state of a shape; raises IndexError for a row that the table of people does not have."""
    people = [Person(one.id, one.login, one.name) for one in shape.people]
    assignees, managers = (
        tuple(
            PeopleList(
                place=Place(one.project, Tool(one.tool, one.subtype)), people=tuple(people[row] for row in one.people)
            )
            for one in lists
        )
        for lists in (shape.assignees, shape.managers)
    )
    return LiveState(
        observed_at=observed_at,
        catalogue=Catalogue(templates=shape.templates, projects=shape.projects),
        versions=shape.versions,
        presets=tuple(_live_preset(one, people) for one in shape.presets),
        assignees=assignees,
        managers=managers,
        unreadable=tuple(
            Unreadable(place=_place(one), template_id=one.template_id, reason=one.reason) for one in shape.unreadable
        ),
        listed=_listed(shape.listed),
        with_projects=shape.with_projects,
        inactive=None if shape.inactive is None else frozenset(shape.inactive),
        rehired=frozenset(shape.rehired),
        local=tuple(
            OtherPreset(id=one.id, place=_place(one), template_id=one.template_id, template_name=one.template_name)
            for one in shape.local
        ),
        pacing=shape.pacing,
    )


def _listed(listed: tuple[_Listed, ...]) -> tuple[Wanted, ...]:
    """Return what was looked for, with one value for equal tools: there are few tools and many projects."""
    tools: dict[tuple[str, int | None], Tool] = {}
    for one in listed:
        key = (one.tool_type, one.tool_subtype)
        if key not in tools:
            tools[key] = Tool(*key)
    return tuple(
        [Wanted(Place(one.project_id, tools[one.tool_type, one.tool_subtype]), one.template_ids) for one in listed]
    )


def _live_preset(one: _Preset, people: list[Person]) -> Preset:
    return Preset(
        id=one.id,
        template_id=one.template,
        project_id=one.project,
        version_id=one.version,
        groups=tuple([Membership(uuid, tuple([people[row] for row in rows])) for uuid, rows in one.groups.items()]),
        workflow_manager=None if one.manager is None else people[one.manager],
        individual_assignees=one.individual,
        valid=one.valid,
        created_at=one.created,
    )


def _place(one: _Unreadable | _Other) -> Place:
    return Place(one.project_id, Tool(one.tool_type, one.tool_subtype))
