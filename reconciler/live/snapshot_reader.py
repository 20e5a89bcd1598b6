"""A saved live state as something to read from in place of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import IncompleteError
from reconciler.model.live import Place, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.live import (
        Catalogue,
        LiveState,
        NamedPreset,
        OtherPreset,
        Pacing,
        PeopleList,
        Preset,
        Template,
        Version,
        Wanted,
    )

__all__ = ["SnapshotReader"]


class SnapshotReader:
    """Answers like a reader of the service, from a snapshot alone."""

    def __init__(self, state: LiveState) -> None:
        self._state = state
        self._assignees = {one.place: one for one in state.assignees}
        self._looked_at = {(one.place.project_id, template) for one in state.listed for template in one.template_ids}
        self._managers = {one.place: one for one in state.managers}

    def catalogue(self, *, with_projects: bool, fields: frozenset[str] | None) -> Catalogue:  # noqa: ARG002
        """Return the catalogue; raises IncompleteError when projects are needed and were not read."""
        if with_projects and not self._state.with_projects:
            raise IncompleteError("the snapshot was made without the list of projects; make a new one")
        return self._state.catalogue

    def versions(self, templates: Sequence[Template]) -> list[Version]:
        """Return the versions of these templates, as far as the snapshot has them."""
        return self.versions_by_id([template.version_id or "" for template in templates])

    def versions_by_id(self, version_ids: Sequence[str]) -> list[Version]:
        """Return these versions, as far as the snapshot has them."""
        wanted = set(version_ids)
        return [version for version in self._state.versions if version.id in wanted]

    def presets(self, wanted: Sequence[Wanted]) -> tuple[list[Preset], list[Unreadable]]:
        """Return the wanted presets; what the snapshot did not look at is unreadable."""
        keys = {(one.place.project_id, template_id) for one in wanted for template_id in one.template_ids}
        presets = [one for one in self._state.presets if (one.project_id, one.template_id) in keys]
        unreadable = [
            Unreadable(
                place=one.place,
                template_id=template_id,
                reason="this was not looked at when the snapshot was made; make a new one",
            )
            for one in wanted
            for template_id in sorted(self.not_looked_at(one))
        ]
        if self._state.unreadable:
            places = {one.place for one in wanted}
            unreadable.extend(one for one in self._state.unreadable if one.place in places)
        return presets, unreadable

    def not_looked_at(self, wanted: Wanted) -> list[str]:
        """Return the wanted templates, by id, that the snapshot did not look for there."""
        project_id = wanted.place.project_id
        return [one for one in wanted.template_ids if (project_id, one) not in self._looked_at]

    def presets_by_id(self, wanted: Sequence[NamedPreset]) -> tuple[list[Preset], list[Unreadable]]:
        """Return these presets; one that the snapshot does not have is unreadable."""
        known = {(one.project_id, one.template_id, one.id): one for one in self._state.presets}
        presets, unreadable = [], []
        for one in wanted:
            project_id, template_id = one.key.project_id, one.key.template_id
            preset = known.get((project_id, template_id, one.id))
            if preset is not None:
                presets.append(preset)
                continue
            unreadable.append(
                Unreadable(
                    place=Place(project_id, one.tool),
                    template_id=template_id,
                    reason=f"preset {one.id} is not in the snapshot",
                )
            )
        return presets, unreadable

    def assignees(self, wanted: Iterable[Place]) -> list[PeopleList]:
        """Return the lists of possible assignees that the snapshot has."""
        return [self._assignees[key] for key in wanted if key in self._assignees]

    def managers(self, wanted: Iterable[Place]) -> list[PeopleList]:
        """Return the lists of workflow managers that the snapshot has."""
        return [self._managers[key] for key in wanted if key in self._managers]

    def inactive_logins(self) -> frozenset[str] | None:
        """Return the logins that were inactive, or null when the snapshot does not know."""
        return None if self._state.inactive is None else self._state.inactive | self._state.rehired

    def active_logins(self) -> frozenset[str] | None:
        """Return those of the inactive who were active as well; of all others the snapshot does not know it."""
        return self._state.rehired

    @property
    def others(self) -> Sequence[OtherPreset]:
        """The presets whose templates the company's list did not show."""
        return self._state.local

    @property
    def observed_at(self) -> str:
        """The moment the snapshot was taken."""
        return self._state.observed_at

    @property
    def pacing(self) -> Pacing | None:
        """Return what it cost to take the snapshot; reading from it costs no requests."""
        return self._state.pacing
