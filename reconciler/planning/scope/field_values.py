"""Words for values of a ``where`` that no active project has, with those that projects do have."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from reconciler.model.edits import edits_between
from reconciler.model.spelling import invisible_difference
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

__all__ = ["probable_slips", "why_nothing_matches"]

_VALUES_NAMED = 8
_MOST_EDITS = 2
_SHORT = 5  # letters; two edits make another word of a shorter one
_DIGITS = re.compile(r"[0-9]+")


def why_nothing_matches(where: Mapping[str, Iterable[str]], projects: Collection[Mapping[str, str | None]]) -> str:
    """Return why no project, given by its fields, matches; an empty text where there are no projects at all."""
    if not projects:
        return ""
    for field, values in where.items():
        there = Counter(value for fields in projects if (value := fields.get(field)))
        if any(value in there for value in values):
            continue
        named = " or ".join(f"'{value}'" for value in values)
        return f": no active project has {field} {named}{_meant(values, there)}"
    return ": its values exist, but no active project has all of them together"


def _meant(values: Iterable[str], there: Counter[str]) -> str:
    hint = next(filter(None, (did_you_mean(value, there, "Procore") for value in values)), "")
    if hint or not there:
        return hint
    few = ", ".join(f"'{value}'" for value, _ in there.most_common(_VALUES_NAMED))
    more = f" and {len(there) - _VALUES_NAMED:,} more" if len(there) > _VALUES_NAMED else ""
    return f"; values there: {few}{more}"


def probable_slips(values: Collection[str], there: Collection[str | None]) -> Iterator[tuple[str, str]]:
    """Yield values that nobody has and that are nearly one that somebody has, each with a hint.

    A value that nobody has yet may be right, so only a slip of the keyboard counts. Another number is not a slip.
    """
    others = sorted({value for value in there if value} - set(values))
    for value in values:
        if value not in there:
            near = next((other for other in others if _is_slip(value, other)), None)
            if near is not None:
                yield value, did_you_mean(value, [near], "Procore") or f"; did you mean '{near}'?"


def _is_slip(value: str, other: str) -> bool:
    if value.strip().casefold() == other.strip().casefold() or invisible_difference(value, other, ""):
        return True
    if min(len(value), len(other)) < _SHORT or _DIGITS.sub("", value) == _DIGITS.sub("", other):
        return False
    return edits_between(value.casefold(), other.casefold(), _MOST_EDITS) is not None
