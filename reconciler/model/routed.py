"""Defines what routing decides, does and reports, and the lines of its journal; it writes nothing itself."""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.live import Person
from reconciler.model.routing import Operand, Operator

__all__ = [
    "ROUTE_FORMAT",
    "STATUSES",
    "ChosenOption",
    "Decision",
    "ExplainedStep",
    "Health",
    "JudgedCondition",
    "JudgedRule",
    "Look",
    "ProgramAnswer",
    "RouteEscalated",
    "RouteExplanation",
    "RouteIntended",
    "RouteLine",
    "RouteNoted",
    "RouteObserved",
    "RouteOutcome",
    "RouteReport",
    "RouteStarted",
    "RouteSummary",
    "RoutedHistory",
    "RoutedStatus",
    "RoutedStep",
    "Value",
]

ROUTE_FORMAT: Literal["reconciler/route/1"] = "reconciler/route/1"

Value = str | bool  # numbers are kept as text, so that no digit is lost

RoutedStatus = Literal[
    "answered",
    "observed",
    "already",
    "answered-otherwise",
    "undecided",
    "no-rule",
    "left-alone",
    "moved-on",
    "waiting",
    "failed",
    "held",
]
STATUSES: tuple[RoutedStatus, ...] = (
    "answered", "observed", "already", "answered-otherwise", "undecided", "no-rule", "left-alone", "moved-on",
    "waiting", "failed", "held",
)  # fmt: skip


class ChosenOption(msgspec.Struct, frozen=True):
    """A response option of a step."""

    id: str
    name: str


class ProgramAnswer(msgspec.Struct, frozen=True):
    """The answer of a program that decides; ``respond`` is null where it leaves the step to the next rule."""

    respond: str | None = None
    comment: str | None = None


class JudgedCondition(msgspec.Struct, frozen=True, kw_only=True):
    """A condition with the value it saw, null for a field that is not there; ``holds`` is null if undecided."""

    field: str
    operator: Operator
    operands: tuple[Operand, ...]
    value: Value | None
    holds: bool | None


class JudgedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and whether it holds; null is undecided, for a ``reason``."""

    rule: str
    holds: bool | None
    respond: str | None = None
    comment: str | None = None
    reason: str | None = None
    conditions: tuple[JudgedCondition, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of all rules: the name of an option with a comment, or why there is none.

    ``seen`` are the fields that rules read. ``judged`` are the rules as far as they were judged.
    """

    status: Literal["decided", "undecided", "no-rule"]
    rule: str | None = None
    respond: str | None = None
    comment: str | None = None
    reason: str | None = None
    seen: dict[str, Value] = {}
    judged: tuple[JudgedRule, ...] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A queue that was looked at completely, and when; ``project_id`` is null for the company."""

    project_id: str | None
    tool_type: str
    at: str


class RoutedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step that waits, or waited, for the integration.

    ``address`` is of the preset that the instance started from. ``seen`` are the fields that rules read.
    """

    instance_id: str
    step_occurrence_id: str | None
    step: str | None
    address: str | None
    status: RoutedStatus
    rule: str | None = None
    option: ChosenOption | None = None
    comment: str | None = None
    reason: str | None = None
    overdue: bool = False
    seen: dict[str, Value] = {}
    item_id: str | None = None


class RouteSummary(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How many steps have which status, and what looking at them cost."""

    answered: int = 0
    observed: int = 0
    already: int = 0
    answered_otherwise: int = 0
    undecided: int = 0
    no_rule: int = 0
    left_alone: int = 0
    moved_on: int = 0
    waiting: int = 0
    failed: int = 0
    held: int = 0
    overdue: int = 0
    requests: int = 0


class RouteReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report of one round of looks."""

    format: Literal["reconciler/route/1"]
    looks: tuple[Look, ...]
    steps: tuple[RoutedStep, ...]
    summary: RouteSummary


class ExplainedStep(RoutedStep, frozen=True, kw_only=True):
    """A step that waits, with each rule as it was judged."""

    rules: tuple[JudgedRule, ...]


class RouteExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Every step that waits, with what each rule saw; nothing was sent."""

    format: Literal["reconciler/route-explained/1"]
    steps: tuple[ExplainedStep, ...]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a process that routes: not whether it lives, but how old its oldest completed look is.

    ``oldest_look_seconds`` counts from the last completed look of the queue that was looked at least recently.
    """

    format: Literal["reconciler/route-health/1"]
    at: str
    oldest_look_seconds: float
    oldest_look_allowed_seconds: float
    queues: int
    queues_failed: int
    waiting: int
    needs_person: int
    overdue: int
    healthy: bool


class RouteStarted(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="route-started"):
    """A process began to route. ``revision`` is of the documents, null if nothing is committed."""

    at: str
    run_id: str
    company_id: str
    login_id: str
    revision: str | None
    dirty: bool
    observing: tuple[str, ...]
    answering: tuple[str, ...]


class RouteObserved(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="route-observed"):
    """The routings that observed at some time, by title: a new file begins with it."""

    at: str
    company_id: str
    login_id: str
    routings: tuple[str, ...]


class RouteIntended(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="route-intended"):
    """A response that is about to be sent, frozen: this one goes out, or none.

    ``routing`` is the digest of the routing that decided.
    """

    at: str
    run_id: str
    token: str
    company_id: str
    login_id: str
    instance_id: str
    step_occurrence_id: str
    step: str
    address: str
    project_id: str | None
    tool_type: str
    tool_subtype: int | None
    routing: str
    revision: str | None
    rule: str
    option: ChosenOption
    comment: str | None
    started_at: str | None = None
    seen: dict[str, Value] = {}
    item_id: str | None = None


class RouteOutcome(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="route-outcome"):
    """The outcome of an intended response, as it was read back.

    ``refused`` says that the service refused it, so nothing is stored.
    """

    at: str
    run_id: str
    token: str
    status: RoutedStatus
    attempts: int
    reason: str | None = None
    refused: bool = False


class RouteNoted(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="route-noted"):
    """A step that was decided and gets no response: observed, left to people, or held."""

    at: str
    run_id: str
    token: str
    routing: str
    step: RoutedStep


class RouteEscalated(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="route-escalated"):
    """People who are about to be added to an overdue step, or were.

    ``token`` is that of the response to the step.
    """

    at: str
    run_id: str
    token: str
    instance_id: str
    step_occurrence_id: str
    people: tuple[Person, ...]
    status: Literal["intended", "done", "failed", "refused"]
    reason: str | None = None


class RoutedHistory(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the journal of routes; the oldest line is first."""

    instance_id: str
    item_id: str | None
    step: str | None
    address: str | None
    lines: tuple[RouteIntended | RouteOutcome | RouteNoted | RouteEscalated, ...]


RouteLine = RouteStarted | RouteObserved | RouteIntended | RouteOutcome | RouteNoted | RouteEscalated
