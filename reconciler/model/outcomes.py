"""Defines the report of what apply did, and the lines of the journal that tell it; it writes nothing itself."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.drift import DriftFound
from reconciler.model.live import Person
from reconciler.model.plan import Cause
from reconciler.model.selection import Selection

__all__ = [
    "APPLY_FORMAT",
    "AppliedPreset",
    "ApplyReport",
    "ApplySummary",
    "Intended",
    "JournalEvent",
    "Move",
    "Outcome",
    "OutcomeRecorded",
    "RecordedPreset",
    "RecordedRun",
    "RunFinished",
    "RunStarted",
    "Status",
]

APPLY_FORMAT: Literal["reconciler/apply/1"] = "reconciler/apply/1"

Status = Literal["applied", "already", "stale", "failed", "unverified", "skipped"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Outcome of one change; ``attempts`` counts the writes that were sent, ``error`` says why it was not applied."""

    address: str
    preset_id: str
    status: Status
    attempts: int = 0
    error: str | None = None


class ApplySummary(msgspec.Struct, frozen=True, kw_only=True):
    """How many changes ended in which status.

    ``held`` counts lines that cannot be resolved and that no approved plan knows.
    """

    applied: int = 0
    already: int = 0
    stale: int = 0
    failed: int = 0
    unverified: int = 0
    skipped: int = 0
    held: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether all that was to be done is done."""
        return not (self.stale or self.failed or self.unverified or self.skipped or self.held)


class ApplyReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report of one apply, in the order in which the changes were tried.

    ``digest`` is that of what was done. ``approved`` are the digests of the plans that allowed it. ``commits`` are the
    commits that it covers, the oldest first; empty without ``--since``. ``held`` are lines of the documents that cannot
    be resolved: what they touch was left as it is. ``whole`` means that everything was planned that the documents of
    ``revision`` ask for.
    """

    format: Literal["reconciler/apply/1"]
    run_id: str
    digest: str
    approved: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...]
    held: tuple[Diagnostic, ...] = ()
    whole: bool = False
    company_id: str | None = None
    revision: str | None = None
    summary: ApplySummary


class RunStarted(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="run-started"):
    """The first line of a journal file.

    ``only`` is the cause of all changes, if changes of the other cause were left out. ``base`` is the revision that
    causes were compared with. ``selection`` is what was chosen of the plan. ``whole`` means that everything was planned
    that the documents of ``revision`` ask for. It also means that an approved plan knew every line of them that cannot
    be resolved. ``due`` is the day that a run with --due was compared with.
    """

    at: str
    run_id: str
    command: str
    company_id: str
    digest: str
    revision: str | None
    changes: int
    approved: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    only: Cause | None = None
    base: str | None = None
    selection: Selection | None = None
    whole: bool = False
    due: datetime.date | None = None


class Move(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person who gains or loses a role; ``role`` is null for the workflow manager.

    Names are as the plan had them, null in journals of releases that did not keep them.
    """

    login_id: str
    gains: bool
    role: str | None = None
    login: str | None = None
    name: str | None = None

    def __str__(self) -> str:
        return Person(self.login_id, self.login, self.name).with_login


class Intended(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="intended"):
    """Intent to write to one preset, with what is about to be written; on disk before the service is asked.

    ``title`` and ``moves`` are for people who read the journal later.
    """

    at: str
    address: str
    preset_id: str
    before: dict[str, tuple[str, ...]]
    after: dict[str, tuple[str, ...]]
    manager_before: str | None
    manager_after: str | None
    title: str | None = None
    moves: tuple[Move, ...] = ()


class OutcomeRecorded(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="outcome"):
    """Outcome of the intended write."""

    at: str
    outcome: Outcome


class RunFinished(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="run-finished"):
    """The last line of a journal file; a file without one is a run that was cut off."""

    at: str
    summary: ApplySummary


class RecordedPreset(msgspec.Struct, frozen=True, kw_only=True):
    """One preset of a run, and who gained and lost which role there.

    Without an outcome ``status`` is ``open``, or ``settled`` where a later run reports the preset.
    """

    address: str
    title: str
    status: Status | Literal["open", "settled"]
    error: str | None = None
    moves: tuple[Move, ...] = ()


class RecordedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run as journalled; ``finished_at`` is null for a run that was cut off.

    ``open`` are addresses with an intent and no outcome, which no later run reports either. Only the service knows what
    happened there. ``only``, ``base`` and ``selection`` show which part of a plan was done. ``whole`` is false if a
    part of what the documents of ``revision`` ask for was not planned. It is also false for runs of releases that did
    not record it. ``presets`` tell a run preset by preset, null in a list of runs. ``shown`` is the selection that
    ``presets`` are limited to, null for all of them.
    """

    run_id: str
    started_at: str
    finished_at: str | None
    command: str
    company_id: str
    digest: str
    revision: str | None
    changes: int
    outcomes: tuple[Outcome, ...]
    open: tuple[str, ...]
    summary: ApplySummary | None
    only: Cause | None = None
    base: str | None = None
    selection: Selection | None = None
    whole: bool = False
    due: datetime.date | None = None
    presets: tuple[RecordedPreset, ...] | None = None
    shown: Selection | None = None


class AppliedPreset(msgspec.Struct, frozen=True, kw_only=True):
    """A preset that a run wrote, and when; ``digests`` are of the plans that the run carried out."""

    address: str
    at: str
    run_id: str
    digests: frozenset[str]


JournalEvent = RunStarted | Intended | OutcomeRecorded | RunFinished | DriftFound
