"""``reconciler snapshot``: the live state of everything managed, as a file for offline plans; read only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.console.options import common_options
from reconciler.console.streams import emit
from reconciler.model.phrases import counted
from reconciler.operations.files import require_writable, write_file
from reconciler.operations.snapshot import take_snapshot

if TYPE_CHECKING:
    from reconciler.console.options import Common

__all__ = ["snapshot"]


@click.command(epilog="Example: reconciler snapshot --out live.json, then reconciler plan --snapshot live.json")
@common_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
def snapshot(common: Common, out: Path) -> int:
    """Save the live state of everything the documents name, for plans without a network.

    It holds what a plan needs now, and who may be assigned to invalid presets. A later plan that adds people elsewhere
    says what it could not check.
    """
    require_writable(out)
    count, content = take_snapshot(common.run, common.config)
    write_file(out, content)
    emit(f"{counted(count, 'preset')} saved to {out}\n")
    return 0
