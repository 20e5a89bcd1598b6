"""Opens sources of people that are asked over HTTP: SCIM servers, and the directory of Procore."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.live.source_client import SourceClient
from reconciler.model.phrases import waiting
from reconciler.operations.readers import open_live_reader
from reconciler.settings.people_access import read_scim_access
from reconciler.sources.scim_source import read_scim_source, still_in_scim
from reconciler.sources.service_directory import read_service_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.model.readings import Reading
    from reconciler.model.sources import ScimSource, ServiceSource
    from reconciler.operations.workspace import Workspace

    Opened = tuple[Callable[[list[str]], Reading], Callable[[Iterable[str]], Iterable[str]] | None]

__all__ = ["open_scim", "open_service"]

_TOLD_SECONDS = 5


@contextmanager
def open_scim(workspace: Workspace, source: ScimSource) -> Iterator[Opened]:
    """Yield what reads a SCIM server, and what asks it for people by id."""
    access, now = read_scim_access(source, workspace.run.environment), workspace.run.clock.now()

    def pause(seconds: float) -> None:
        if seconds >= _TOLD_SECONDS:
            workspace.run.reporter.note(waiting(seconds, f"as the source {source.name} does not answer yet"))
        time.sleep(seconds)

    with SourceClient(source.name, access, pause=pause) as client:
        yield (
            lambda wanted: read_scim_source(source, wanted, client.get, now),
            lambda ids: still_in_scim(source, ids, client.get),
        )


@contextmanager
def open_service(workspace: Workspace, source: ServiceSource) -> Iterator[Opened]:
    """Yield what reads the directory of Procore. It lists active and inactive people, so nobody is asked for by id."""
    now = workspace.run.clock.now()
    with open_live_reader(workspace) as reader:
        yield lambda wanted: read_service_source(source, wanted, reader.directory, now), None
