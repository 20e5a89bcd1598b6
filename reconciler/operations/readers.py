"""Opens readers of Procore, whose clients cannot write, or of a snapshot, and the client that apply writes with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from reconciler.errors import FileError
from reconciler.live.snapshot_file import decode_snapshot
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.settings import read_credentials
from reconciler.settings.network import read_network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reconciler.live.client import ServiceClient
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
    from reconciler.model.progress import Progress
    from reconciler.model.service import Service
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace

__all__ = ["LiveReader", "make_reader", "open_client", "open_live_reader", "open_reader", "read_snapshot"]


class LiveReader(Protocol):
    """Calls that observing needs of the service, or of a snapshot in its place."""

    @property
    def observed_at(self) -> str:
        """The moment of the observation, UTC."""
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
        """Return who is inactive in the directory, or null when that is not known."""
        ...

    def active_logins(self) -> frozenset[str] | None:
        """Return who is active in the directory, or null when that is not known."""
        ...


def read_snapshot(path: Path, company_id: str) -> LiveState:
    """Read a snapshot file; raises FileError, DocumentsError or StaleError when it cannot be used."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read the snapshot {path}: {error.strerror}; make one with: reconciler snapshot --out FILE"
        ) from error
    return decode_snapshot(content, str(path), company_id)


@contextmanager
def open_reader(workspace: Workspace, snapshot: Path | None) -> Iterator[LiveReader]:
    """Yield a reader of the service that can do nothing but read, or of a snapshot."""
    if snapshot is not None:
        yield SnapshotReader(read_snapshot(snapshot, workspace.service.company_id))
        return
    with open_live_reader(workspace) as reader:
        yield reader


@contextmanager
def open_live_reader(workspace: Workspace) -> Iterator[Reader]:
    """Yield a reader of the service that can do nothing but read."""
    with (
        open_client(workspace.service, workspace.run) as client,
        workspace.run.reporter.watch(lambda: client.heard_at),
        workspace.run.reporter.follow() as report,
    ):
        yield make_reader(client, workspace.run, report)


def make_reader(client: ServiceClient, run: Run, report: Callable[[Progress], None] = lambda _progress: None) -> Reader:
    """Return a reader that asks with a client; ``report`` receives its progress."""
    from reconciler.live.reader import Reader  # noqa: PLC0415 - heavy, and not needed offline

    return Reader(client, report, now=run.clock.now)


def open_client(service: Service, run: Run, *, writes: bool = False) -> ServiceClient:
    """Return a client of the service, by the credentials and the network that the environment names.

    A client that only reads counts by the service's clock: OtherDayError ends the run if that has another day. With
    ``writes`` clocks are not compared, because such a run never starts again.
    """
    from reconciler.live.client import ServiceClient  # noqa: PLC0415 - heavy, and not needed offline

    credentials = read_credentials(run.environment, service)
    network = read_network(run.environment, service.api_url, service.auth_url)
    wait, windows = run.reporter.wait, run.windows
    if writes:
        return ServiceClient(service, credentials, writes=True, network=network, windows=windows, waits=wait)
    return ServiceClient(service, credentials, network=network, windows=windows, waits=wait, differs=run.heed)
