"""Finds lists that are repeated so often that they are written once: as defaults of a template, or as teams."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import msgspec

from reconciler.desired.exporting.live_lists import LivePreset, Members
from reconciler.model.live import Person, Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.desired.exporting.live_lists import LiveTemplate

__all__ = ["Lifted", "find_teams", "lift", "slug"]

_FEWEST_LISTS_OF_A_TEAM = 3
_FEWEST_PEOPLE_OF_A_TEAM = 2

_Value = TypeVar("_Value", bound="Members | Person")


class Lifted(msgspec.Struct, frozen=True, kw_only=True):
    """A template with its defaults; presets hold only what differs from them."""

    template: Template
    groups: dict[str, Members]
    manager: Person | None
    presets: tuple[LivePreset, ...]


def lift(found: LiveTemplate) -> Lifted:
    """Return a template with defaults: the lists that more than half of its presets have.

    A default applies to every preset. So a role gets a default only if every preset has that role. The workflow manager
    gets one only if every preset has a manager.
    """
    presets = found.presets
    common = set.intersection(*(set(preset.groups) for preset in presets))
    groups = {}
    for name in presets[0].groups:
        usual = _usual([preset.groups[name] for preset in presets]) if name in common else None
        if usual is not None:
            groups[name] = usual
    managers = [preset.manager for preset in presets if preset.manager is not None]
    manager = _usual(managers) if len(managers) == len(presets) else None
    return Lifted(
        template=found.template,
        groups=groups,
        manager=manager,
        presets=tuple(_without(preset, groups, manager) for preset in presets),
    )


def _usual(values: list[_Value]) -> _Value | None:
    ((value, count),) = Counter(values).most_common(1)
    return value if count > 1 and count * 2 > len(values) else None


def _without(preset: LivePreset, groups: dict[str, Members], manager: Person | None) -> LivePreset:
    own = {name: members for name, members in preset.groups.items() if groups.get(name) != members}
    return LivePreset(project=preset.project, groups=own, manager=None if preset.manager == manager else preset.manager)


def find_teams(lifted: Iterable[Lifted]) -> dict[Members, str]:
    """Propose a team for each list of people that would be written three times or more.

    Its name is that of the role it fills most, with a number where there are several.
    """
    roles: dict[Members, Counter[str]] = {}
    for name, members in _written(lifted):
        if len(members) >= _FEWEST_PEOPLE_OF_A_TEAM:
            roles.setdefault(members, Counter())[name] += 1
    repeated = [(members, counted) for members, counted in roles.items() if counted.total() >= _FEWEST_LISTS_OF_A_TEAM]
    repeated.sort(key=lambda one: (-one[1].total(), [(person.login or "", person.id) for person in one[0]]))
    teams: dict[Members, str] = {}
    taken: set[str] = set()
    for members, counted in repeated:
        role = min(counted, key=lambda name: (-counted[name], name))
        teams[members] = _free(slug(role) or "team", taken)
    return teams


def _written(lifted: Iterable[Lifted]) -> Iterator[tuple[str, Members]]:
    for one in lifted:
        yield from one.groups.items()
        for preset in one.presets:
            yield from preset.groups.items()


def slug(name: str) -> str:
    """Return a name for a file or a team: lower-case letters, digits and hyphens; empty where none are left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-")


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name
