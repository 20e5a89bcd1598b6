"""Shows problems on a terminal or in a pipe, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.render.formats.terminal_page import TerminalPage
from reconciler.render.text.visible import printable
from reconciler.render.views.findings import each

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.render.views.findings import FindingView

__all__ = ["add_findings", "render_diagnostics"]

_SYMBOLS = {"error": ("✗", "bold red"), "warning": ("!", "yellow"), "note": ("·", "dim")}


def render_diagnostics(diagnostics: Iterable[Diagnostic], *, color: bool) -> str:
    """Return problems as text, each with its place, its sentence and its code."""
    page = TerminalPage(color=color)
    add_findings(page, each(diagnostics))
    return page.text()


def add_findings(page: TerminalPage, findings: Iterable[FindingView]) -> None:
    """Add problems to a page."""
    for one in findings:
        symbol, style = _SYMBOLS[one.severity]
        line = Text(f"{symbol} ", style=style)
        if one.place:
            line.append(f"{printable(one.place)}: ", style="bold")
        line.append(printable(one.what), style="default")
        line.append(f"  [{printable(one.code)}]", style="dim")
        page.add(line)
        if one.remedy:
            page.add(Text(f"    to allow it: {printable(one.remedy)}"))
