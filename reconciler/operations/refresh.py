"""Opens a snapshot with the service behind it for the few presets a plan must see as they are now."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.desired.git.written import written_before
from reconciler.live.refreshed_reader import RefreshingReader
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.operations.observation import observe
from reconciler.operations.readers import open_live_reader, read_snapshot
from reconciler.planning.base_scope import find_base, resolve_base
from reconciler.planning.changes import compare
from reconciler.planning.outdated import presets_to_refresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.documents import Documents
    from reconciler.operations.workspace import Workspace

__all__ = ["open_refreshing_reader"]


@contextmanager
def open_refreshing_reader(
    workspace: Workspace, documents: Documents, base: Base | None, snapshot: Path
) -> Iterator[RefreshingReader]:
    """Compare the documents with the snapshot, and yield a reader that asks the service about what matters.

    Each preset that differs, or whose documents changed since the base, takes one request. It also requests the
    directory, and the lists that additions need. So the number of requests does not depend on the size of the company.
    """
    state = read_snapshot(snapshot, workspace.service.company_id)
    then = base.documents if base else None
    bases = () if then is None else (then,)
    offline = observe(documents, (), SnapshotReader(state), bases=bases, tolerant=True)
    asked = None
    if base is not None:
        asked = resolve_base(find_base(then, offline.state, written_before(base)), offline.index.find_surely)
    anew = presets_to_refresh(offline.resolved, compare(offline.resolved, offline.state.versions), asked)
    with open_live_reader(workspace) as reader:
        yield RefreshingReader(state, reader, anew)
