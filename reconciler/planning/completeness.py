"""Finds presets that were not read whole: their answer lacks a group of their version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.live import Place, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Origin
    from reconciler.model.live import Preset, Template, Version
    from reconciler.model.scope import Scope

__all__ = ["split_half_read", "with_way_out"]


def split_half_read(
    presets: Iterable[Preset], templates: Iterable[Template], versions: Iterable[Version]
) -> tuple[list[Preset], list[Unreadable]]:
    """Return the presets that show every group of their version, and the others as unreadable.

    A write sends every group back, so a group that the answer left out would lose its members. A preset whose version
    is not among ``versions`` is not judged.
    """
    by_id = {template.id: template for template in templates}
    groups = {version.id: version.groups for version in versions}
    uuids = {version.id: [group.uuid for group in version.groups] for version in versions}
    whole: list[Preset] = []
    half: list[Unreadable] = []
    for preset in presets:
        template = by_id.get(preset.template_id)
        followed = preset.version_id or (template.version_id if template else None) or ""
        shown = [membership.uuid for membership in preset.groups]
        # most answers have the groups in the order of the version
        if shown == uuids.get(followed):
            whole.append(preset)
            continue
        missing = [group.name for group in groups.get(followed, ()) if group.uuid not in shown]
        if template is None or not missing:
            whole.append(preset)
            continue
        place = f"preset {preset.id}" + (f" of project {preset.project_id}" if preset.project_id else "")
        half.append(
            Unreadable(
                place=Place(preset.project_id, template.tool),
                template_id=preset.template_id,
                reason=f"{place}: the answer has no row for {', '.join(missing)}, which its template version has",
            )
        )
    return whole, half


def with_way_out(unreadable: Iterable[Unreadable], scope: Scope) -> list[Unreadable]:
    """Return the same, with the line that leaves a project out where nothing but a ``where`` selects it.

    One project that the service refuses makes a plan incomplete, so people need a way to go on without it.
    """
    unreadable = list(unreadable)
    if not unreadable:
        return unreadable
    wheres: dict[str, set[Origin | None]] = {}
    for key, claims in scope.claims.items():
        if key.project_id is not None:
            found = wheres.setdefault(key.project_id, set())
            found.update(one.entry.origin if one.entry.where is not None else None for one in claims)
    told = []
    for one in unreadable:
        origins = wheres.get(one.project_id or "", {None})
        if None not in origins:
            places = ", ".join(str(origin) for origin in sorted(origin for origin in origins if origin))
            way = f'add except: [{{id: "{one.project_id}"}}] to the where at {places}'
            reason = f"{one.reason}; to plan without this project, {way}"
            one = msgspec.structs.replace(one, reason=reason)  # noqa: PLW2901 - the same with more words
        told.append(one)
    return told
