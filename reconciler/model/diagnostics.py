"""Problems and notes with their place and stable code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "HELD",
    "HELD_UNAPPROVED",
    "TO_ALLOW_IT",
    "Diagnostic",
    "Origin",
    "Severity",
    "by_place",
    "count_held",
    "has_errors",
    "is_held",
]

HELD = "documents/held"  # the code of a line that cannot be resolved, and whose groups stay as they are
HELD_UNAPPROVED = "documents/held-unapproved"  # the same at apply, in a line that no approved plan knows
TO_ALLOW_IT = "; to allow it: "  # comes before the remedy in a guard's message

Severity = Literal["error", "warning", "note"]


class Origin(msgspec.Struct, frozen=True, gc=False, order=True):
    """A place in a document: ``path`` relative to the settings file, ``line`` and ``column`` from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One finding: ``code`` is ``area/slug`` and stable, ``message`` says what is wrong and what to do.

    ``remedy`` is the end of the message, and says what would allow it. So nobody has to search for it in a text that
    may hold names from outside. ``subject`` is the person that the finding is about, where there is one.
    """

    severity: Severity
    code: str
    message: str
    address: str | None = None
    origin: Origin | None = None
    remedy: str | None = None
    subject: str | None = None

    @property
    def finding(self) -> str:
        """The message without its remedy."""
        return self.message.removesuffix(f"{TO_ALLOW_IT}{self.remedy}") if self.remedy else self.message


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether anything among the diagnostics is an error."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def is_held(diagnostic: Diagnostic) -> bool:
    """Return whether a diagnostic is of a held line, approved or not."""
    return diagnostic.code in {HELD, HELD_UNAPPROVED}


def count_held(diagnostics: Iterable[Diagnostic]) -> int:
    """Return how many lines are held."""
    return sum(diagnostic.code == HELD for diagnostic in diagnostics)


def by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics in the order of their places, those without one first."""
    return sorted(diagnostics, key=lambda one: one.origin or Origin("", 0, 0))
