"""Phrases that many messages share: numbers with their nouns, and roles that come and go."""

from __future__ import annotations

__all__ = ["counted", "moved_roles"]


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
