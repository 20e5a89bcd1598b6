"""Finds the accounts whose plan statuses and comments count beside our own, by an earlier commit."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from reconciler.desired.git.base_revision import read_settings_at
from reconciler.forge.trust import DELETED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["not_trusted", "of_others", "trusted_at"]


def trusted_at(settings_file: Path, revision: str | None) -> Callable[[], frozenset[str]]:
    """Return a reader of the trusted accounts at a revision: none if it is null or has no usable settings."""
    return partial(_read, settings_file, revision)


@cache
def _read(settings_file: Path, revision: str | None) -> frozenset[str]:
    settings = None if revision is None else read_settings_at(settings_file, revision)
    return frozenset(() if settings is None else settings.trusted)


def of_others(strangers: tuple[str, ...]) -> str:
    """Return the end of a message about statuses of other accounts; empty if there are none."""
    if not strangers:
        return ""
    return f"; there is one of {', '.join(strangers)}, and the token is of another account"


def not_trusted(strangers: tuple[str, ...]) -> str:
    """Return the same about statuses of plans, with how to trust such an account."""
    if set(strangers) <= {DELETED}:
        return of_others(strangers)
    return (
        f"{of_others(strangers)}: name that one under 'forge: {{trusted: […]}}' in the settings, which counts once a "
        "commit with it is applied"
    )
