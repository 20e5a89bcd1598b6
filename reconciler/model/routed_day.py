"""Defines the report of one day of routing: steps answered, steps left to people, and times."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from reconciler.model.live import Person
from reconciler.model.routed import ChosenOption, RoutedStatus, RouteOutcome, Value

__all__ = [
    "DAY_FORMAT",
    "LEFT_STATUSES",
    "DayEscalation",
    "DayStatus",
    "DayStep",
    "DaySummary",
    "Latency",
    "ListedDay",
    "OptionCount",
    "RoutedDay",
    "RuleCount",
]

DAY_FORMAT: Final = "reconciler/route-day/1"
LEFT_STATUSES: Final = ("failed", "held", "undecided", "no-rule", "left-alone")

DayStatus = RoutedStatus | Literal["open"]


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """How long answers took, from the start of the step to the outcome.

    Each figure is one that occurred: half of the ``measured`` answers took ``median_seconds`` or less. Answers to a
    step without a known start are not measured.
    """

    measured: int
    median_seconds: float
    p95_seconds: float
    longest_seconds: float


class OptionCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often a rule gave an option: ``answered`` by it, or ``observed`` as what would be answered."""

    option: ChosenOption
    answered: int
    observed: int


class RuleCount(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of a routed step. ``latency`` is null without a measured answer."""

    template_id: str
    step: str
    rule: str
    answered: int
    observed: int
    options: tuple[OptionCount, ...]
    latency: Latency | None


class DayStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step as the day left it; the latest status counts.

    ``at`` is when it got this status. ``seen`` are the fields that rules read. ``open`` is a response that was intended
    and has no outcome yet. ``seconds`` is the time from ``started_at`` to the answer, null if it is not known. A
    ``carried`` step was intended on an earlier day. ``revision`` is null if this file does not say it.
    """

    token: str
    at: str
    status: DayStatus
    instance_id: str
    step_occurrence_id: str | None
    item_id: str | None
    step: str | None
    address: str | None
    rule: str | None
    option: ChosenOption | None
    comment: str | None
    reason: str | None
    seen: dict[str, Value]
    revision: str | None
    routing: str
    intended_at: str | None = None
    started_at: str | None = None
    seconds: float | None = None
    carried: bool = False
    overdue: bool = False


class DayEscalation(msgspec.Struct, frozen=True, kw_only=True):
    """People who were added to an overdue step, or could not be. ``token`` is of the response to that step."""

    token: str
    at: str
    instance_id: str
    step: str | None
    address: str | None
    status: Literal["intended", "done", "failed", "refused"]
    people: tuple[Person, ...]
    reason: str | None


class DaySummary(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How many steps the day left with which status; ``left`` counts those that people must answer.

    ``open`` are intended and have no outcome in this file. ``carried`` are open since an earlier day, and are in no
    other figure. ``unmatched`` outcomes belong to an intent of an earlier file.
    """

    answered: int = 0
    observed: int = 0
    answered_otherwise: int = 0
    left: int = 0
    undecided: int = 0
    no_rule: int = 0
    left_alone: int = 0
    held: int = 0
    failed: int = 0
    moved_on: int = 0
    open: int = 0
    carried: int = 0
    unmatched: int = 0
    escalated: int = 0


class RoutedDay(msgspec.Struct, frozen=True, kw_only=True):
    """The report of one file of the journal of routes; ``steps`` are in the order of their moments."""

    format: Literal["reconciler/route-day/1"]
    day: str
    company_id: str | None
    summary: DaySummary
    latency: Latency | None
    rules: tuple[RuleCount, ...]
    steps: tuple[DayStep, ...]
    escalations: tuple[DayEscalation, ...]
    unmatched: tuple[RouteOutcome, ...]


class ListedDay(msgspec.Struct, frozen=True, kw_only=True):
    """One day in a list of days."""

    day: str
    summary: DaySummary
    latency: Latency | None
