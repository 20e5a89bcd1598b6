"""``reconciler snapshot``: the live state of everything managed, as a file for offline plans; read only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from reconciler.commands.files import require_writable, write_file
from reconciler.commands.observing import observe, require_whole, with_lists_of_invalid
from reconciler.commands.options import common_options, emit
from reconciler.commands.readers import open_reader
from reconciler.commands.workspace import open_workspace, read_documents
from reconciler.planning.held import LOOKING

if TYPE_CHECKING:
    from reconciler.commands.options import Common

__all__ = ["snapshot"]


@click.command(epilog="Example: reconciler snapshot --out live.json, then reconciler plan --snapshot live.json")
@common_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
def snapshot(common: Common, out: Path) -> int:
    """Save the live state of everything the documents name, for plans without a network.

    It holds what planning just now needed, and who may be assigned where presets are invalid; a plan that adds people
    elsewhere says what it could not check.
    """
    require_writable(out)
    workspace = open_workspace(common)
    documents, diagnostics = read_documents(msgspec.structs.replace(workspace, tolerance=LOOKING))
    with open_reader(workspace, common, None) as reader:
        observation = observe(documents, diagnostics, reader, every_field=True, tolerance=LOOKING)
        state = with_lists_of_invalid(observation, reader).state
    require_whole(state.unreadable, "no snapshot was written")
    from reconciler.live.snapshot import encode_snapshot  # noqa: PLC0415 - start-up is measured

    write_file(out, encode_snapshot(state, workspace.service.company_id))
    count = len(state.presets)
    emit(f"{count:,} preset{'' if count == 1 else 's'} saved to {out}\n")
    return 0
