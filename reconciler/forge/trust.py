"""Which accounts on a forge count beside our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reconciler.model.review import FoundStatus

if TYPE_CHECKING:
    from reconciler.model.review import CommitStatus

__all__ = ["DELETED", "Trusted", "counts", "found_status", "trust_nobody"]

DELETED = "an account that was deleted"
# asked only where somebody else's word is found: it takes a look into git
Trusted = Callable[[], frozenset[str]]


def trust_nobody() -> frozenset[str]:
    """Return no account."""
    return frozenset()


def found_status(found: list[CommitStatus], strangers: list[str]) -> FoundStatus:
    """Return what was found, the newest first, and whose statuses do not count."""
    return FoundStatus(
        status=found[0] if found else None, history=tuple(found), strangers=tuple(dict.fromkeys(strangers))
    )


def counts(name: str | None, trusted: Trusted) -> bool:
    """Return whether an account is a trusted one; forges tell accounts apart without case."""
    return name is not None and name.lower() in {one.lower() for one in trusted()}
