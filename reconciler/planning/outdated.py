"""Finds the presets that a plan must read again beside a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.live import NamedPreset, PresetKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.base import BaseTarget
    from reconciler.model.plan import PresetChange
    from reconciler.model.scope import ResolvedTarget

__all__ = ["presets_to_refresh"]


def presets_to_refresh(
    targets: Iterable[ResolvedTarget], changes: Iterable[PresetChange], base: Mapping[str, BaseTarget] | None
) -> dict[PresetKey, NamedPreset]:
    """Return the presets that differ from the snapshot, whose documents changed since the base, or that are in doubt.

    In doubt is a preset for which somebody could not be found among the people of the snapshot.
    """
    differing = {change.address for change in changes}
    found = {}
    for resolved in targets:
        target = resolved.target
        doubtful = target.groups.keys() != resolved.groups.keys() or (target.manager is not None) != (
            resolved.manager is not None
        )
        if doubtful or target.address in differing or (base is not None and _asks_otherwise(resolved, base)):
            key = PresetKey(target.preset.template_id, target.preset.project_id)
            found[key] = NamedPreset(id=target.preset.id, key=key, tool=target.template.tool)
    return found


def _asks_otherwise(resolved: ResolvedTarget, base: Mapping[str, BaseTarget]) -> bool:
    then = base.get(resolved.target.address)
    if then is None or then.groups.keys() != resolved.groups.keys():
        return True
    manager = None if resolved.manager is None else resolved.manager.person.id
    return manager != then.manager or any(
        then.groups[uuid].unseen or then.groups[uuid].members.keys() != desired.members.keys()
        for uuid, desired in resolved.groups.items()
    )
