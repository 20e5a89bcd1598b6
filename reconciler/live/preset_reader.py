"""Reads presets, by the lists of their tools or by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from reconciler.errors import AnswerError, RequestRefusedError
from reconciler.live.answers import decode_answer, refuse_twice
from reconciler.live.paths import scope_path, tool_query
from reconciler.live.wire import (
    ListedPreset,
    PresetAnswer,
)
from reconciler.model.live import (
    OtherPreset,
    Place,
    Preset,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.live.steps import Steps
    from reconciler.model.live import NamedPreset, Wanted

__all__ = ["PresetReader"]


class _Data(msgspec.Struct):
    data: PresetAnswer


class PresetReader:
    """Reads presets; ``others`` are those on the lists read so far whose templates nobody asked for."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self.others: list[OtherPreset] = []

    def presets(self, wanted: Sequence[Wanted]) -> tuple[list[Preset], list[Unreadable]]:
        """Read the presets of the wanted templates: one list a (project, tool), one read a preset.

        A list or a preset that the service refuses is returned as unreadable, and so is a template that a list shows
        twice. Any other failure raises.
        """
        presets: list[Preset] = []
        unreadable: list[Unreadable] = []
        for found, missing in self._steps.side_by_side("presets", self._presets_of, wanted):
            presets.extend(found)
            unreadable.extend(missing)
        return presets, unreadable

    def _presets_of(self, wanted: Wanted) -> tuple[list[Preset], list[Unreadable]]:
        tool = wanted.place.tool
        scope = scope_path(self._steps.company_id, wanted.project_id)
        place = f"project {wanted.project_id}" if wanted.project_id else "the company"
        what = f"the list of {tool} presets of {place}"
        query = tool_query(tool, "filters[tool_type]", "filters[tool_subtype]")
        try:
            listed = self._steps.whole_list(f"{scope}/presets?{query}", list[ListedPreset], what)
        except RequestRefusedError as error:
            return [], [_unreadable(wanted, None, error.message)]
        refuse_twice((item.id for item in listed), what)
        presets: list[Preset] = []
        unreadable: list[Unreadable] = []
        others: list[OtherPreset] = []
        seen: set[str] = set()
        for item in listed:
            template_id = item.template.id
            if template_id not in wanted.template_ids:
                others.append(_other(item, wanted.place))
                continue
            if template_id in seen:
                reason = f"{what} shows template {template_id} twice"
                unreadable.append(_unreadable(wanted, template_id, reason))
                continue
            seen.add(template_id)
            try:
                preset = self.preset(wanted.project_id, item.id)
            except RequestRefusedError as error:
                unreadable.append(_unreadable(wanted, template_id, error.message))
                continue
            self._steps.count(1)
            if preset.template_id != template_id:
                raise AnswerError(f"preset {item.id} of {place} changed its template while it was read; run again")
            presets.append(preset)
        with self._steps.lock:
            self.others.extend(others)
        return presets, unreadable

    def preset(self, project_id: str | None, preset_id: str) -> Preset:
        """Read one preset; raises RequestRefusedError when the service refuses it."""
        what = f"preset {preset_id}" + (f" of project {project_id}" if project_id else "")
        scope = scope_path(self._steps.company_id, project_id)
        response = self._steps.get(f"{scope}/presets/{quote(preset_id, safe='')}", what)
        answer = decode_answer(response, _Data, what).data
        if answer.id != preset_id:
            raise AnswerError(f"{what}: the answer is about preset {answer.id}")
        refuse_twice((item.responsible_group_uuid for item in answer.responsible_group_memberships), what)
        return answer.value(project_id, self._steps.known)

    def presets_by_id(self, wanted: Sequence[NamedPreset]) -> tuple[list[Preset], list[Unreadable]]:
        """Read these presets without any list: one request each.

        One that the service refuses to show, or that is another template's by now, is given as unreadable.
        """
        results = self._steps.side_by_side("presets", self._named_preset, wanted)
        presets = [one for one in results if isinstance(one, Preset)]
        return presets, [one for one in results if isinstance(one, Unreadable)]

    def _named_preset(self, named: NamedPreset) -> Preset | Unreadable:
        key = named.key
        try:
            preset = self.preset(key.project_id, named.id)
        except RequestRefusedError as error:
            reason = error.message
        else:
            self._steps.count(1)
            if preset.template_id == key.template_id:
                return preset
            reason = f"preset {named.id} belongs to template {preset.template_id} now"
        place = Place(key.project_id, named.tool)
        return Unreadable(place=place, template_id=key.template_id, reason=reason)


def _unreadable(wanted: Wanted, template_id: str | None, reason: str) -> Unreadable:
    return Unreadable(place=wanted.place, template_id=template_id, reason=reason)


def _other(item: ListedPreset, place: Place) -> OtherPreset:
    return OtherPreset(id=item.id, place=place, template_id=item.template.id, template_name=item.template.name)
