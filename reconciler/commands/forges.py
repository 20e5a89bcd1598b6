"""Opens the forge for a command, by the way that the environment names; it asks it nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.forge import Forge
    from reconciler.model.review import ForgePlace

__all__ = ["open_forge_at", "open_forge_here"]


def open_forge_here(*, quiet: bool = False) -> Forge:
    """Return the forge that the pipeline runs on; raises what ``read_forge`` and ``open_forge_at`` raise."""
    from reconciler.settings.forge import read_forge  # noqa: PLC0415 - start-up is measured

    return open_forge_at(read_forge(os.environ), quiet=quiet)


def open_forge_at(place: ForgePlace, *, quiet: bool = False) -> Forge:
    """Return the client for a forge, which says on stderr how long it waits.

    Raises UsageError where its library is not installed, and for a proxy or certificates that cannot be used.
    """
    from reconciler.forge import open_forge  # noqa: PLC0415 - start-up is measured
    from reconciler.settings.network import settle_network  # noqa: PLC0415 - the same

    settle_network(os.environ, place.url)
    return open_forge(place, _silent if quiet else _tell)


def _silent(_seconds: float) -> None:
    pass


def _tell(seconds: float) -> None:
    minutes, rest = divmod(round(seconds), 60)
    sys.stderr.write(f"waiting up to {minutes}:{rest:02}, because the forge asks for it\n")
