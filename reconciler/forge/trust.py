"""Which accounts on a forge count beside our own."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["DELETED", "Trusted", "counts", "trust_nobody"]

DELETED = "an account that was deleted"
# asked only where somebody else's word is found: it takes a look into git
Trusted = Callable[[], frozenset[str]]


def trust_nobody() -> frozenset[str]:
    """Return no account."""
    return frozenset()


def counts(name: str | None, trusted: Trusted) -> bool:
    """Return whether an account is a trusted one; forges tell accounts apart without case."""
    return name is not None and name.lower() in {one.lower() for one in trusted()}
