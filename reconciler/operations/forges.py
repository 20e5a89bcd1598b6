"""Opens the forge that the environment names, by the network it names; it asks it nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.forge import open_forge
from reconciler.model.phrases import waiting
from reconciler.settings.forge import read_forge
from reconciler.settings.network import settle_network

if TYPE_CHECKING:
    from reconciler.forge import Forge
    from reconciler.model.review import ForgePlace
    from reconciler.operations.run import Run

__all__ = ["open_forge_at", "open_forge_here"]


def open_forge_here(run: Run) -> Forge:
    """Return the forge that the pipeline runs on; raises what ``read_forge`` and ``open_forge_at`` raise."""
    return open_forge_at(read_forge(run.environment), run)


def open_forge_at(place: ForgePlace, run: Run) -> Forge:
    """Return the client for a forge; the run's reporter shows how long it waits.

    Raises UsageError where its library is not installed, and for a proxy or certificates that cannot be used.
    """

    def tell(seconds: float) -> None:
        run.reporter.note(waiting(seconds, "because the forge asks for it"))

    settle_network(run.environment, place.url)
    return open_forge(place, tell)
