"""Groups live presets by template, in the words of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.yaml.scalars import scalar
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import Person, PresetKey, Project, Template, preset_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.live import LiveState, Preset, Version

__all__ = ["LivePreset", "LiveTemplate", "Members", "gather"]

Members = tuple[Person, ...]  # by login, each once
_MOST_MEMBERS = 10_000  # as the schemas say
_LONGEST_KEY = 1000  # letters as written; YAML ends the keys it reads without a mark at 1024


class LivePreset(msgspec.Struct, frozen=True, kw_only=True):
    """The role groups of one preset by name; ``project`` is null at company level."""

    project: Project | None
    groups: dict[str, Members]
    manager: Person | None


class LiveTemplate(msgspec.Struct, frozen=True):
    """One template with its presets, by name of the project."""

    template: Template
    presets: tuple[LivePreset, ...]


def gather(state: LiveState) -> tuple[list[LiveTemplate], list[Diagnostic]]:
    """Return every template that has presets, by name, and what no document can say of them."""
    projects = {project.id: project for project in state.catalogue.projects}
    versions = {version.id: version for version in state.versions}
    by_template: dict[str, list[Preset]] = {}
    for preset in state.presets:
        by_template.setdefault(preset.template_id, []).append(preset)
    found = []
    left_out: list[Diagnostic] = []
    known: dict[str, Person] = {}  # a person with another name in one preset is still the same person
    for template in sorted(state.catalogue.templates, key=lambda one: (one.name.casefold(), one.id)):
        presets = []
        for preset in by_template.get(template.id, ()):
            version = versions[preset.version_id or template.version_id or ""]
            names, skipped = _names(version)
            left_out.extend(_told(skipped, template, preset, "several have this name, or its name cannot be a key"))
            project = None if preset.project_id is None else projects[preset.project_id]
            manager = None if preset.workflow_manager is None else _same(preset.workflow_manager, known)
            groups = _groups(preset, names, known)
            large = [name for name, members in groups.items() if len(members) > _MOST_MEMBERS]
            left_out.extend(_told(large, template, preset, f"more than {_MOST_MEMBERS:,} people are in it"))
            groups = {name: members for name, members in groups.items() if name not in large}
            one = LivePreset(project=project, groups=groups, manager=manager)
            if one.groups or one.manager is not None:
                presets.append(one)
        if presets:
            presets.sort(key=_by_project)
            found.append(LiveTemplate(template, tuple(presets)))
    return found, left_out


def _by_project(preset: LivePreset) -> tuple[str, str]:
    return (preset.project.name.casefold(), preset.project.id) if preset.project else ("", "")


def _names(version: Version) -> tuple[dict[str, str], list[str]]:
    """Return the role groups that a document can name, by uuid, and the names of those it cannot."""
    names: dict[str, str] = {}
    skipped = []
    roles = [group for group in version.groups if group.is_role]
    called = [group.name for group in roles]
    for group in roles:
        if called.count(group.name) > 1 or not group.name or group.name == "<<" or _is_long(group.name):
            skipped.append(group.name)
        else:
            names[group.uuid] = group.name
    return names, skipped


def _is_long(name: str) -> bool:
    return len(scalar(name)) > _LONGEST_KEY


def _groups(preset: Preset, names: dict[str, str], known: dict[str, Person]) -> dict[str, Members]:
    live = {group.uuid: group.members for group in preset.groups}
    return {name: _members(live.get(uuid, ()), known) for uuid, name in names.items()}


def _members(people: Iterable[Person], known: dict[str, Person]) -> Members:
    each = {person.id: _same(person, known) for person in people}
    return tuple(sorted(each.values(), key=lambda one: ((one.login or "").casefold(), one.id)))


def _same(person: Person, known: dict[str, Person]) -> Person:
    return known.setdefault(person.id, person)


def _told(skipped: Iterable[str], template: Template, preset: Preset, reason: str) -> Iterator[Diagnostic]:
    for name in dict.fromkeys(skipped):
        message = f"{template.name}: the role '{name}' stays unmanaged, as no document can hold it: {reason}"
        yield Diagnostic(
            severity="warning",
            code="export/unnamed-group",
            message=message,
            address=preset_address(PresetKey(template.id, preset.project_id)),
        )
