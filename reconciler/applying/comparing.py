"""Compares one planned change with a preset as just read; sets decide, never order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.live import Preset
    from reconciler.model.plan import PresetChange

__all__ = ["Position", "describe_difference", "position", "write_groups"]

Position = Literal["before", "after", "elsewhere"]


def position(change: PresetChange, preset: Preset) -> Position:
    """Return ``before`` for a preset as the plan found it, ``after`` as the plan leaves it, else ``elsewhere``."""
    groups = {group.uuid: {person.id for person in group.members} for group in preset.groups}
    manager = preset.workflow_manager.id if preset.workflow_manager else None
    planned = change.workflow_manager
    if _same(groups, change.after) and (planned is None or manager == planned.after.id):
        return "after"
    before_manager = planned.before.id if planned is not None and planned.before is not None else None
    if _same(groups, change.before) and (planned is None or manager == before_manager):
        return "before"
    return "elsewhere"


def _same(groups: Mapping[str, set[str]], planned: Mapping[str, tuple[str, ...]]) -> bool:
    return groups.keys() == planned.keys() and all(groups[uuid] == set(ids) for uuid, ids in planned.items())


def write_groups(change: PresetChange, preset: Preset) -> dict[str, tuple[str, ...]]:
    """Return the whole array to write: every group as just read, but for the managed ones that change.

    Groups and members keep the order of Procore, and additions go to the end. A person who is in a group twice is
    written once: the service refuses a write that names a login twice.
    """
    changing = {group.uuid for group in change.groups}
    groups: dict[str, tuple[str, ...]] = {}
    for membership in preset.groups:
        live = tuple(person.id for person in membership.members)
        if membership.uuid not in changing:
            groups[membership.uuid] = tuple(dict.fromkeys(live))
            continue
        after = change.after[membership.uuid]
        kept = dict.fromkeys(one for one in live if one in after)
        groups[membership.uuid] = tuple({**kept, **dict.fromkeys(after)})
    for uuid in change.after:
        if uuid not in groups:
            groups[uuid] = tuple(dict.fromkeys(change.after[uuid]))
    return groups


def describe_difference(change: PresetChange, preset: Preset) -> str:
    """Return in words how the preset differs from the start of the plan."""
    names = {group.uuid: group.name for group in change.groups}
    people = _names(change, preset)
    live = {group.uuid: {person.id for person in group.members} for group in preset.groups}
    parts = []
    for uuid in dict.fromkeys((*change.before, *live)):
        before, now = set(change.before.get(uuid, ())), live.get(uuid, set())
        name = names.get(uuid, f"group {uuid}")
        if uuid not in change.before:
            parts.append(f"{name} is new" + (f" and holds {_told(now, people)}" if now else ""))
        elif uuid not in live:
            parts.append(f"{name} is gone")
        elif before != now:
            more, less = now - before, before - now
            words = [f"{word} {_told(ids, people)}" for word, ids in (("gained", more), ("lost", less)) if ids]
            parts.append(f"{name} {' and '.join(words)}")
    planned = change.workflow_manager
    if planned is not None:
        manager = preset.workflow_manager.id if preset.workflow_manager else None
        expected = planned.before.id if planned.before else None
        if manager != expected:
            parts.append(f"the workflow manager is {_told([manager], people)}, not {_told([expected], people)}")
    return "; ".join(parts) or "nothing"


def _names(change: PresetChange, preset: Preset) -> dict[str, str]:
    """Return the names of everybody the plan or the preset names, by login id."""
    seen = [person for membership in preset.groups for person in membership.members]
    for group in change.groups:
        seen.extend(one.person for one in group.add)
        seen.extend(one.person for one in group.remove)
        seen.extend(group.keep)
    planned = change.workflow_manager
    seen.extend(one for one in (preset.workflow_manager, planned.before if planned else None) if one is not None)
    return {person.id: person.name for person in seen if person.name is not None}


def _told(ids: Iterable[str | None], names: dict[str, str]) -> str:
    told = [f"{names[one]} ({one})" if one in names else f"login id {one}" for one in ids if one is not None]
    return ", ".join(sorted(told)) or "nobody"
