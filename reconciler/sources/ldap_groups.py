"""Resolves groups of a directory downwards, nested ones too; it asks no server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

__all__ = ["members_of_groups", "names_in_range"]

_RANGE = re.compile(r"(?P<name>[^;]+);range=(?P<start>\d+)-(?P<end>\d+|\*)", re.IGNORECASE)


def members_of_groups(
    groups: Mapping[str, tuple[str, Sequence[str]]], people: AbstractSet[str]
) -> tuple[dict[str, frozenset[str]], int]:
    """Return the titles of the groups of each person, and how many members are neither people nor groups.

    ``groups`` are titles and members by entry. A group that contains itself, by way of others, ends there.
    """
    titles: dict[str, set[str]] = {}
    outside: set[str] = set()
    for entry, (title, _) in groups.items():
        seen, ahead = {entry}, [entry]
        while ahead:
            for member in groups[ahead.pop()][1]:
                if member in groups and member not in seen:
                    seen.add(member)
                    ahead.append(member)
                elif member in people:
                    titles.setdefault(member, set()).add(title)
                elif member not in groups:
                    outside.add(member)
    return {name: frozenset(several) for name, several in titles.items()}, len(outside)


def names_in_range(attribute: str) -> tuple[str, int | None]:
    """Return an attribute without its range, and where the next range begins: null behind the last one."""
    found = _RANGE.fullmatch(attribute)
    if found is None:
        return attribute, None
    return found["name"], None if found["end"] == "*" else int(found["end"]) + 1
