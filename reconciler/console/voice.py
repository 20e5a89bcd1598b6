"""How a command talks: how much, and in which colours."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["Voice"]


class Voice:
    """How much a command says on stderr, and whether streams get colours."""

    def __init__(self, *, verbose: bool, quiet: bool, no_color: bool) -> None:
        self.verbose = verbose
        self.quiet = quiet
        self._no_color = no_color

    def color(self, stream: Any) -> bool:
        """Return whether a stream gets colours: a terminal does, unless an option or the environment refuses them."""
        refused = self._no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return bool(stream.isatty()) and not refused
