"""Takes the live state of everything managed, for offline plans; read only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.live.snapshot_file import encode_snapshot
from reconciler.operations.observation import observe, require_whole, with_lists_of_invalid
from reconciler.operations.readers import open_reader
from reconciler.operations.workspace import open_workspace, read_documents
from reconciler.planning.held import LOOKING

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.operations.run import Run

__all__ = ["take_snapshot"]


def take_snapshot(run: Run, settings_file: Path | None) -> tuple[int, bytes]:
    """Return how many presets were read, and the snapshot as a file holds it; raises IncompleteError for a part."""
    workspace = open_workspace(run, settings_file)
    documents, diagnostics = read_documents(msgspec.structs.replace(workspace, tolerance=LOOKING))
    with open_reader(workspace, None) as reader:
        observation = observe(documents, diagnostics, reader, every_field=True, tolerance=LOOKING)
        state = with_lists_of_invalid(observation, reader).state
    require_whole(state.unreadable, "no snapshot was written")
    return len(state.presets), encode_snapshot(state, workspace.service.company_id)
