"""Sources of people as documents name them; nothing is read here."""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.diagnostics import Origin

__all__ = ["Column", "Dates", "FileSource", "Limits", "SourceState", "Status"]

SourceState = Literal["active", "absent", "left"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """The column of an attribute. ``width`` fills numbers with zeros, ``split`` separates several values."""

    name: str
    width: int | None = None
    split: str | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The column that says who is there, and the meaning of its values in the form they are compared in."""

    column: str
    states: dict[str, SourceState]


class Dates(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of the first and the last day, and how dates are written, as strptime takes it."""

    starts: str | None = None
    ends: str | None = None
    format: str = "%Y-%m-%d"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one reading against the one before.

    It stops if it has fewer people by more than the larger of ``shrink_count`` and ``shrink_percent``. It stops too if
    blanks of an attribute grew by more than ``blank_percent`` points.
    """

    shrink_count: int = 3
    shrink_percent: int = 10
    blank_percent: int = 5


class FileSource(msgspec.Struct, frozen=True, kw_only=True):
    """A table in a file: ``path`` is below the folder of the settings, or absolute.

    ``skip`` is how many rows below the header are no people. ``max_age_days`` is null where any age will do.
    """

    name: str
    origin: Origin
    path: str
    columns: dict[str, Column]
    status: Status
    sheet: str | None = None
    encoding: str | None = None
    skip: int = 0
    max_age_days: int | None = None
    dates: Dates = Dates()
    limits: Limits = Limits()

    @property
    def path_variable(self) -> str:
        """The variable of the environment that names the file in place of ``path``."""
        return f"RECONCILER_SOURCE_{self.name.upper().replace('-', '_')}_PATH"
