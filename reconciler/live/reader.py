"""Reads the service by families of endpoints, with one account of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.live.catalogue_reader import CatalogueReader
from reconciler.live.people_reader import PeopleReader
from reconciler.live.preset_reader import PresetReader
from reconciler.live.steps import THREADS, Steps

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence

    from reconciler.live.client import ServiceClient
    from reconciler.model.live import (
        Catalogue,
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
    from reconciler.model.progress import Progress

__all__ = ["Reader"]


class Reader:
    """Reads with one client and keeps account of the fewest requests that could have done it.

    ``report`` receives the progress after each step, and ``now`` returns the moment (UTC).
    """

    def __init__(
        self,
        client: ServiceClient,
        report: Callable[[Progress], None],
        *,
        now: Callable[[], datetime.datetime],
        threads: int = THREADS,
    ) -> None:
        self.steps = Steps(client, report, now=now, threads=threads)
        self._catalogue = CatalogueReader(self.steps)
        self._presets = PresetReader(self.steps)
        self._people = PeopleReader(self.steps)

    @property
    def client(self) -> ServiceClient:
        """The client that asks."""
        return self.steps.client

    @property
    def lower_bound(self) -> int:
        """The fewest requests that could have done it."""
        return self.steps.lower_bound

    @property
    def observed_at(self) -> str:
        """The moment before the first request, UTC, by the clock as it is known by now."""
        return self.steps.observed_at

    @property
    def pacing(self) -> Pacing:
        """The cost of reading so far."""
        return self.steps.pacing

    @property
    def others(self) -> Sequence[OtherPreset]:
        """The presets on the lists read so far whose templates nobody asked for."""
        return self._presets.others

    def catalogue(self, *, with_projects: bool, fields: frozenset[str] | None) -> Catalogue:
        """Read all templates, and all projects where any document names one (each list once)."""
        return self._catalogue.catalogue(with_projects=with_projects, fields=fields)

    def versions(self, templates: Sequence[Template]) -> list[Version]:
        """Read the latest published version of each template, once."""
        return self._catalogue.versions(templates)

    def versions_by_id(self, version_ids: Sequence[str]) -> list[Version]:
        """Read these versions: a template may be published while presets are being read."""
        return self._catalogue.versions_by_id(version_ids)

    def presets(self, wanted: Sequence[Wanted]) -> tuple[list[Preset], list[Unreadable]]:
        """Read the presets of the wanted templates: one list a (project, tool), one read a preset."""
        return self._presets.presets(wanted)

    def preset(self, project_id: str | None, preset_id: str) -> Preset:
        """Read one preset; raises RequestRefusedError when the service refuses it."""
        return self._presets.preset(project_id, preset_id)

    def presets_by_id(self, wanted: Sequence[NamedPreset]) -> tuple[list[Preset], list[Unreadable]]:
        """Read these presets without any list: one request each."""
        return self._presets.presets_by_id(wanted)

    def assignees(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Read who may be assigned in each place."""
        return self._people.assignees(wanted)

    def managers(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Read who may be workflow manager in each place."""
        return self._people.managers(wanted)

    def directory(self, fields: Sequence[str]) -> list[tuple[object, ...]]:
        """Read these fields of everybody in the directory, active or not."""
        return self._people.directory(fields)

    def inactive_logins(self) -> frozenset[str] | None:
        """Read the inactive half of the directory: e-mails in lower case, or null when the service refuses it."""
        return self._people.inactive_logins()

    def active_logins(self) -> frozenset[str] | None:
        """Read the active half of the directory: e-mails in lower case, or null when the service refuses it."""
        return self._people.active_logins()
