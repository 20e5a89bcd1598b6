"""One file a format: terminal, Markdown, HTML, and those of forges. Each is loaded once it is used.

Each needs large packages: a command pays for the format that it shows, and for no other.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from reconciler.render.formats import (
        checkup_page,
        day_markup,
        day_page,
        findings_page,
        github_annotations,
        html,
        junit,
        markdown,
        route_page,
        run_pages,
        sarif,
        terminal,
    )

__all__ = [
    "checkup_page",
    "day_markup",
    "day_page",
    "findings_page",
    "github_annotations",
    "html",
    "junit",
    "markdown",
    "route_page",
    "run_pages",
    "sarif",
    "terminal",
]


def __getattr__(name: str) -> ModuleType:
    """Load the file of a format; raises AttributeError for a name that is none."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
