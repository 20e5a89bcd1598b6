"""Renders the checks of a set-up as text, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.model.phrases import counted
from reconciler.render.formats.terminal_page import TerminalPage
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from reconciler.model.checkup import Checkup, Mark

__all__ = ["render_checkup"]

_MARKS: dict[Mark, tuple[str, str, str]] = {
    "ok": ("✓", "green", "ok"),
    "warning": ("!", "yellow", "with a warning"),
    "failed": ("✗", "bold red", "failed"),
    "blocked": ("-", "dim", "not checked"),
    "skipped": ("·", "dim", "skipped"),
}


def render_checkup(checkup: Checkup, *, color: bool) -> str:
    """Return the checks as text, each with its remedy below it."""
    page = TerminalPage(color=color)
    width = max(len(check.name) for check in checkup.checks)
    counts = dict.fromkeys(_MARKS, 0)
    for check in checkup.checks:
        symbol, style, _ = _MARKS[check.mark]
        counts[check.mark] += 1
        line = Text(f"{symbol} {check.name:<{width}}   ", style=style)
        page.add(line.append(printable(check.found), style="dim" if check.because else "default"))
        if check.remedy:
            page.add(Text(f"{'':{width + 5}}to fix it: {printable(check.remedy)}"))
    shown = ", ".join(f"{count} {_MARKS[mark][2]}" for mark, count in counts.items() if count)
    requests = f"{counted(checkup.requests, 'request')}"
    page.add("", Text(f"{len(checkup.checks)} checks: {shown}; {requests}", style="dim"))
    return page.text()
