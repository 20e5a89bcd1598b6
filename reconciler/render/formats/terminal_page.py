"""One page of a terminal or a pipe as text; it writes to no stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["TerminalPage"]

_WIDE_ENOUGH = 100_000  # every table takes the width of its cells, which are shortened


class TerminalPage:
    """Collects what is shown and gives it as one text, without blanks at the ends of lines."""

    def __init__(self, *, color: bool) -> None:
        self._file = io.StringIO()
        self._console = Console(
            file=self._file,
            width=_WIDE_ENOUGH,
            force_terminal=color,
            color_system="standard" if color else None,
            no_color=not color,
            highlight=False,
            emoji=False,
            markup=False,
            legacy_windows=False,
            _environ={},
        )

    def add(self, *parts: RenderableType) -> None:
        """Add lines and tables; without any, an empty line."""
        for part in parts or ("",):
            self._console.print(part, soft_wrap=isinstance(part, str | Text))

    def text(self) -> str:
        """Return what was added."""
        lines = (line.rstrip() for line in self._file.getvalue().splitlines())
        return "\n".join(lines).rstrip("\n") + "\n"
