"""Reads some presets again and everything else from a snapshot; it does not decide which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.live import PresetKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.live.reader import Reader
    from reconciler.model.live import (
        Catalogue,
        LiveState,
        NamedPreset,
        OtherPreset,
        Pacing,
        PeopleList,
        Place,
        Preset,
        Template,
        Unreadable,
        Version,
        Wanted,
    )

__all__ = ["RefreshingReader"]


class RefreshingReader:
    """Answers like a reader of the service: ``anew`` and what the snapshot never looked at come from the service.

    Names of templates and projects come from the snapshot. The service always says who may be assigned and who is
    inactive: additions rest on it.
    """

    def __init__(self, state: LiveState, reader: Reader, anew: Mapping[PresetKey, NamedPreset]) -> None:
        self._snapshot = SnapshotReader(state)
        self._reader = reader
        self._anew = anew
        self.refreshed = 0

    @property
    def observed_at(self) -> str:
        """The moment the snapshot was taken: the oldest that anything here is from."""
        return self._snapshot.observed_at

    @property
    def others(self) -> Sequence[OtherPreset]:
        """The presets whose templates nobody asked for, of the snapshot and of lists read since."""
        return (*self._snapshot.others, *self._reader.others)

    @property
    def pacing(self) -> Pacing:
        """The cost of the requests."""
        return self._reader.pacing

    def catalogue(self, *, with_projects: bool, fields: frozenset[str] | None) -> Catalogue:
        """Return the catalogue of the snapshot."""
        return self._snapshot.catalogue(with_projects=with_projects, fields=fields)

    def versions(self, templates: Sequence[Template]) -> list[Version]:
        """Return versions, read where the snapshot has not got them."""
        return self.versions_by_id([one.version_id for one in templates if one.version_id])

    def versions_by_id(self, version_ids: Sequence[str]) -> list[Version]:
        """Return versions, read where the snapshot has not got them: a template may have been published since."""
        known = self._snapshot.versions_by_id(version_ids)
        missing = [one for one in dict.fromkeys(version_ids) if one not in {version.id for version in known}]
        return [*known, *self._reader.versions_by_id(missing)]

    def presets(self, wanted: Sequence[Wanted]) -> tuple[list[Preset], list[Unreadable]]:
        """Return presets; those to be read again and those the snapshot never looked at come from the service."""
        seen: list[Wanted] = []
        unseen: list[Wanted] = []
        for one in wanted:
            (unseen if self._snapshot.not_looked_at(one) else seen).append(one)
        presets, unreadable = self._snapshot.presets(seen)
        kept = [one for one in presets if _key(one) not in self._anew]
        anew = [self._anew[_key(one)] for one in presets if _key(one) in self._anew]
        fresh, refused = self._reader.presets_by_id(anew)
        more, missing = self._reader.presets(unseen)
        self.refreshed = len(fresh) + len(more)
        return [*kept, *fresh, *more], [*unreadable, *refused, *missing]

    def presets_by_id(self, wanted: Sequence[NamedPreset]) -> tuple[list[Preset], list[Unreadable]]:
        """Read presets whose ids are known."""
        return self._reader.presets_by_id(wanted)

    def assignees(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Read who may be assigned."""
        return self._reader.assignees(wanted)

    def managers(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Read who may be workflow manager."""
        return self._reader.managers(wanted)

    def inactive_logins(self) -> frozenset[str] | None:
        """Read who is inactive."""
        return self._reader.inactive_logins()

    def active_logins(self) -> frozenset[str] | None:
        """Read who is active."""
        return self._reader.active_logins()


def _key(preset: Preset) -> PresetKey:
    return PresetKey(preset.template_id, preset.project_id)
