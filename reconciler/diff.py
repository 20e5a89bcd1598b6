"""Compares two sets of people of one group; no other module imports deepdiff."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = ["difference"]


def difference(before: AbstractSet[str], after: AbstractSet[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what is added and what is removed between two sets of login ids, in this order.

    Equal sets are answered without deepdiff, which costs hundreds of microseconds even then.
    """
    if before == after:
        return frozenset(), frozenset()
    from deepdiff import DeepDiff  # noqa: PLC0415 - heavy, and only for groups known to differ

    found = DeepDiff(set(before), set(after), view="tree")
    added = frozenset(change.t2 for change in found.get("set_item_added", ()))
    removed = frozenset(change.t1 for change in found.get("set_item_removed", ()))
    return added, removed
