"""Decides whether a team keeps its people because its rules find many fewer."""

from __future__ import annotations

from reconciler.model.phrases import counted

__all__ = ["why_held"]

_HELD_COUNT = 3
_HELD_PERCENT = 25


def why_held(lost: int, numbers: tuple[int, int], *, fewest: int, same: bool, accepted: int) -> str | None:
    """Return why a team keeps its people, null where its rules decide.

    ``lost`` counts people who would go and did not leave. ``numbers`` are how many it had and how many its rules find.
    ``same`` says that its rules did not change. ``accepted`` is how many a policy lets it lose.
    """
    had, found = numbers
    if lost and lost <= accepted:
        return None
    if same and lost > max(_HELD_COUNT, had * _HELD_PERCENT / 100):
        return f"would lose {lost} of {had} people (limit {_HELD_COUNT} or {_HELD_PERCENT} %)"
    if found < fewest:
        return f"finds {counted(found, 'person', 'people')}, and min is {fewest}"
    return None
