"""Whose statuses and comments count beside our own, as ``forge.trusted`` of an earlier commit says."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from reconciler.desired import read_settings_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["not_trusted", "trusted_at", "trusted_before"]


def trusted_at(settings_file: Path, revision: str | None) -> Callable[[], frozenset[str]]:
    """Return what reads the trusted accounts at a revision: nobody where it is null, or has no usable settings."""
    return partial(_read, settings_file, revision)


def trusted_before(settings_file: Path, commit: str) -> Callable[[], frozenset[str]]:
    """Return what reads the trusted accounts before a commit, so that no request names its own judges."""
    return trusted_at(settings_file, f"{commit}^1")


@cache
def _read(settings_file: Path, revision: str | None) -> frozenset[str]:
    settings = None if revision is None else read_settings_at(settings_file, revision)
    return frozenset(() if settings is None else settings.trusted)


def not_trusted(strangers: tuple[str, ...]) -> str:
    """Return what to tell of statuses that do not count; nothing where there are none."""
    if not strangers:
        return ""
    accounts = ", ".join(strangers)
    return (
        f"; there is one of {accounts}, and the token is of another account: name that one under 'forge: {{trusted: "
        "[…]}}' in the settings, which counts once a commit with it is applied"
    )
