"""Reads the presets in scope, with the versions they follow; it looks at no person."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import IncompleteError
from reconciler.planning.completeness import split_half_read, with_way_out
from reconciler.planning.scope.claims import narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.live import (
        NamedPreset,
        Preset,
        PresetKey,
        Unreadable,
        Version,
    )
    from reconciler.model.scope import Scope
    from reconciler.operations.readers import LiveReader

__all__ = ["ScopePresets", "read_scope", "require_versions"]


class ScopePresets(NamedTuple):
    """Presets with the versions they follow, and what could not be read."""

    versions: list[Version]
    presets: list[Preset]
    unreadable: list[Unreadable]


def read_scope(scope: Scope, only: Mapping[PresetKey, NamedPreset] | None, reader: LiveReader) -> ScopePresets:
    """Read presets and the versions they follow, also those published while presets were being read."""
    versions = reader.versions(scope.templates)
    presets, unreadable = _presets(scope, only, reader)
    known = {version.id for version in versions}
    newer = {preset.version_id for preset in presets if preset.version_id is not None} - known
    versions.extend(reader.versions_by_id(sorted(newer)))
    whole, half = split_half_read(presets, scope.templates, versions)
    return ScopePresets(versions, whole, with_way_out([*unreadable, *half], scope))


def _presets(
    scope: Scope, only: Mapping[PresetKey, NamedPreset] | None, reader: LiveReader
) -> tuple[list[Preset], list[Unreadable]]:
    """Read the presets in scope: one request each where their ids are known, by lists where they are not."""
    if only is None:
        return reader.presets(scope.wanted)
    presets, unreadable = reader.presets_by_id([only[key] for key in scope.claims if key in only])
    others = narrowed(scope, scope.claims.keys() - only.keys())
    if others.wanted:
        more, missing = reader.presets(others.wanted)
        presets.extend(more)
        unreadable.extend(missing)
    return presets, unreadable


def require_versions(scope: Scope, read: ScopePresets) -> None:
    """Raise IncompleteError where a version that templates or presets follow was not read: a snapshot is too old."""
    known = {version.id for version in read.versions}
    needed = {template.version_id for template in scope.templates} | {preset.version_id for preset in read.presets}
    missing = sorted(one for one in needed if one is not None and one not in known)
    if missing:
        raise IncompleteError(f"template version {missing[0]} is not in the snapshot; make a new one")
