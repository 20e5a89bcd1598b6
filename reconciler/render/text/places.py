"""Turns places of diagnostics into such as forges understand; it does not ask git."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Diagnostic

__all__ = ["placed", "told"]


def placed(diagnostics: Iterable[Diagnostic], settings_path: str) -> list[Diagnostic]:
    """Return diagnostics with paths relative to the repository's root, where ``settings_path`` is the settings file.

    Lines and columns always count from 1, even if a plan file says otherwise. No path leads out of the repository.
    Forges refuse a whole report for one invalid place.
    """
    folder = posixpath.dirname(settings_path)
    return [
        msgspec.structs.replace(one, origin=_below(folder, one.origin)) if one.origin else one for one in diagnostics
    ]


def _below(folder: str, origin: Origin) -> Origin:
    path = posixpath.normpath(f"/{folder}/{origin.path}").lstrip("/")
    return Origin(path, max(origin.line, 1), max(origin.column, 1))


def told(one: Diagnostic) -> str:
    """Return the whole message in one visible line, with its remedy; without a place the address comes first."""
    return printable(one.message if one.origin or not one.address else f"{one.address}: {one.message}")
