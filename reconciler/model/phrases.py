"""Phrases that many messages share: numbers with their nouns, times, and roles that come and go."""

from __future__ import annotations

import math

__all__ = ["counted", "moved_roles", "waiting", "within"]

_MOST_IN_S = 90
_MOST_IN_MIN = 90
_MOST_IN_H = 48


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """Return a number with its noun: ``1 preset``, ``1,200 presets``; ``nouns`` is a plural that takes no plain s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {nouns or noun + 's'}"


def moved_roles(added: int, removed: int, managers: int, people: int | None = None) -> str:
    """Return how many roles come and go: ``4 roles added, 4 removed (5 people), 1 workflow manager changed``.

    One person in two groups has two roles. ``people`` counts those who gain or lose any, null where nobody counted.
    """
    parts = []
    if added:
        parts.append(f"{counted(added, 'role')} added")
    if removed:
        parts.append(f"{removed:,} removed" if added else f"{counted(removed, 'role')} removed")
    if parts and people is not None:
        parts[-1] += f" ({counted(people, 'person', 'people')})"
    if managers:
        parts.append(f"{counted(managers, 'workflow manager')} changed")
    return ", ".join(parts)


def within(seconds: float) -> str:
    """Return a time that so many seconds do not exceed: ``40 seconds``, ``3 minutes``, ``2 h 1 min``, ``3 d 4 h``."""
    if seconds <= _MOST_IN_S:
        return counted(math.ceil(seconds), "second")
    minutes = math.ceil(seconds / 60)
    if minutes <= _MOST_IN_MIN:
        return counted(minutes, "minute")
    if minutes <= _MOST_IN_H * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    hours = math.ceil(minutes / 60)
    return f"{hours // 24:,} d {hours % 24} h"


def waiting(seconds: float, why: str) -> str:
    """Return that a run waits, and why: ``waiting up to 1:05, because the forge asks for it``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"waiting up to {minutes}:{rest:02}, {why}"
