"""Finds the example company, in the installed package or in a checkout; it reads none of it."""

from __future__ import annotations

from pathlib import Path

from reconciler.desired.git.program import ask_git

__all__ = ["ask_git", "example_folder"]


def example_folder() -> Path:
    """Return the folder of the example company, with ``sandbox`` (its seed) and ``repository`` (its documents)."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "examples" / "acme"
    return installed if installed.is_dir() else package.parent / "examples" / "acme"
