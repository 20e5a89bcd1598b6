"""The report of a run of ``reconciler people``."""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.diagnostics import Diagnostic

__all__ = ["ChangedPerson", "HeldTeam", "PeopleReport", "PersonChange", "SourceFigures", "TidiedFile"]


class ChangedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of a source: ``id`` is that of the source, behind its name."""

    id: str
    login: str
    name: str | None


class PersonChange(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes or goes. ``team`` is null for a rule of a group, and for a renamed login."""

    person: ChangedPerson
    kind: Literal["left", "moved", "joined", "renamed"]
    team: str | None
    direction: Literal["add", "remove"] | None
    reason: str


class HeldTeam(msgspec.Struct, frozen=True, kw_only=True):
    """A team that keeps its people: it would lose ``removals`` of ``members``."""

    team: str
    removals: int
    members: int
    reason: str


class SourceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One source: people who are there now and in the lock before (null at the first reading), those who left.

    ``missing`` are people of the lock whom one reading lacks. ``filled`` is the share with a value, by attribute.
    """

    source: str
    people: int
    before: int | None
    left: int
    missing: int
    filled: dict[str, float]


class TidiedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A document whose lines of people who left are taken out, with the lists that cannot be edited."""

    path: str
    lines: int
    refused: tuple[str, ...] = ()


class PeopleReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole run.

    ``written`` says whether the lock was changed; with ``--check`` it never is. ``tidied`` are documents, with
    ``--tidy``.
    """

    format: Literal["reconciler/people/1"] = "reconciler/people/1"
    sources: tuple[SourceFigures, ...]
    changes: tuple[PersonChange, ...]
    held: tuple[HeldTeam, ...]
    differs: bool
    written: bool
    diagnostics: tuple[Diagnostic, ...] = ()
    tidied: tuple[TidiedFile, ...] = ()
