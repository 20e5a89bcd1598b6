"""How long a text may be, in characters or bytes."""

from __future__ import annotations

import msgspec

__all__ = ["SMALLEST_BUDGET", "Budget"]

SMALLEST_BUDGET = 2000


class Budget(msgspec.Struct, frozen=True):
    """How long a text may be: ``limit`` characters, or bytes of UTF-8."""

    limit: int
    in_bytes: bool = False

    def holds(self, text: str) -> bool:
        """Return whether a text is within the budget."""
        return (len(text.encode()) if self.in_bytes else len(text)) <= self.limit
