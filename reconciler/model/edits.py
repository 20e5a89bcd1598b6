"""Counts the edits between two texts, up to a few; difflib measures likeness, which short texts have by chance."""

from __future__ import annotations

__all__ = ["edits_between"]


def edits_between(one: str, other: str, most: int) -> int | None:
    """Return how many letters to insert, remove or replace make one text of the other; null for more than ``most``."""
    if abs(len(one) - len(other)) > most:
        return None
    if not _may_be_near(one, other, most):
        return None
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, start=1):
        before, row = row, [number]
        for column, its in enumerate(other, start=1):
            row.append(min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != its)))
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def _may_be_near(one: str, other: str, most: int) -> bool:
    """Return whether a piece of one text is in the other: an edit touches one of ``most + 1`` pieces alone."""
    size, rest = divmod(len(one), most + 1)
    start = 0
    for number in range(most + 1):
        end = start + size + (number < rest)
        if one[start:end] in other:
            return True
        start = end
    return False
