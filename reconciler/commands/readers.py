"""Opens what live is read from: the service, with a client that cannot write, or a snapshot; it reads nothing yet."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from reconciler.commands.progress import correct_clock, show_progress, tell_silence, tell_waits
from reconciler.errors import FileError
from reconciler.settings import read_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reconciler.commands.options import Common
    from reconciler.commands.workspace import Workspace
    from reconciler.live.reading import Reader
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
    from reconciler.model.settings import Network, Service

__all__ = ["LiveReader", "network_of", "open_live_reader", "open_reader", "read_snapshot"]


class LiveReader(Protocol):
    """What observing needs of the service, or of a snapshot in its place."""

    @property
    def observed_at(self) -> str:
        """The moment live is known from, UTC."""
        ...

    @property
    def pacing(self) -> Pacing | None:
        """The cost so far, or null where reading costs nothing."""
        ...

    @property
    def others(self) -> Sequence[OtherPreset]:
        """The presets whose templates nobody asked for, on the lists read so far."""
        ...

    def catalogue(self, *, with_projects: bool, fields: frozenset[str] | None) -> Catalogue:
        """Return templates and projects, with the fields named (null: all)."""
        ...

    def versions(self, templates: Sequence[Template]) -> list[Version]:
        """Return the latest versions of templates."""
        ...

    def versions_by_id(self, version_ids: Sequence[str]) -> list[Version]:
        """Return versions."""
        ...

    def presets(self, wanted: Sequence[Wanted]) -> tuple[list[Preset], list[Unreadable]]:
        """Return presets, and what could not be read."""
        ...

    def presets_by_id(self, wanted: Sequence[NamedPreset]) -> tuple[list[Preset], list[Unreadable]]:
        """Return presets whose ids are known, and what could not be read."""
        ...

    def assignees(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Return who may be assigned."""
        ...

    def managers(self, wanted: Sequence[Place]) -> list[PeopleList]:
        """Return who may be workflow manager."""
        ...

    def inactive_logins(self) -> frozenset[str] | None:
        """Return who is inactive in the directory, or null when that cannot be told."""
        ...

    def active_logins(self) -> frozenset[str] | None:
        """Return who is active in the directory, or null when that cannot be told."""
        ...


def read_snapshot(path: Path, company_id: str) -> LiveState:
    """Read a snapshot file; raises FileError, DocumentsError or StaleError when it cannot be used."""
    from reconciler.live.snapshot import decode_snapshot  # noqa: PLC0415 - start-up is measured

    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read the snapshot {path}: {error.strerror}; make one with: reconciler snapshot --out FILE"
        ) from error
    return decode_snapshot(content, str(path), company_id)


@contextmanager
def open_reader(workspace: Workspace, common: Common, snapshot: Path | None) -> Iterator[LiveReader]:
    """Yield a reader of the service that can do nothing but read, or of a snapshot."""
    if snapshot is not None:
        from reconciler.live.snapshot import SnapshotReader  # noqa: PLC0415

        yield SnapshotReader(read_snapshot(snapshot, workspace.service.company_id))
        return
    with open_live_reader(workspace, common) as reader:
        yield reader


@contextmanager
def open_live_reader(workspace: Workspace, common: Common) -> Iterator[Reader]:
    """Yield a reader of the service that can do nothing but read."""
    from reconciler.live.client import ServiceClient  # noqa: PLC0415 - heavy, and not needed offline
    from reconciler.live.reading import Reader  # noqa: PLC0415

    credentials = read_credentials(os.environ, workspace.service)
    network = network_of(workspace.service)
    with (
        ServiceClient(
            workspace.service, credentials, network=network, waits=tell_waits(common), differs=correct_clock(common)
        ) as client,
        tell_silence(client, common),
        show_progress(common) as report,
    ):
        yield Reader(client, report)


def network_of(service: Service) -> Network:
    """Return the way to the service that the environment names."""
    from reconciler.settings.network import read_network  # noqa: PLC0415 - not needed offline

    return read_network(os.environ, service.api_url, service.auth_url)
