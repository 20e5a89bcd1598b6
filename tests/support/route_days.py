"""Lines of the journal of routes of one day, and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.model.live import Person
from reconciler.model.routed import (
    ChosenOption,
    RoutedStep,
    RouteEscalated,
    RouteIntended,
    RouteNoted,
    RouteOutcome,
    RouteStarted,
)

if TYPE_CHECKING:
    from reconciler.model.routed import RouteLine

__all__ = [
    "DAY", "HOSTILE_TEXT", "REVISION", "escalated", "eventful", "hostile", "intended", "many", "noted", "outcome",
    "started",
]  # fmt: skip

DAY = "2026-11-27"
REVISION = "9f3c2ab1d4e5f60718293a4b5c6d7e8f90a1b2c3"
HOSTILE_TEXT = (
    "<script>alert(1)</script> =cmd() | `tick` @team \x1b[31mred \u202edrow [a](https://evil.test) ##[error] #1"
)


def moment(time: str, day: str = DAY) -> str:
    """Return a moment of a day."""
    return f"{day}T{time}Z"


def started(time: str = "06:00:00") -> RouteStarted:
    """Return the start of a process."""
    return RouteStarted(
        at=moment(time), run_id="r1", company_id="4211", login_id="50", revision=REVISION, dirty=False, observing=(),
        answering=("ERP check of 'Invoice Approval'",),
    )  # fmt: skip


def intended(number: int, time: str, began: str | None = None, *, day: str = DAY, **fields: Any) -> RouteIntended:
    """Return the intent of a step; ``began`` is when the step did."""
    made: dict[str, Any] = {
        "at": moment(time, day), "run_id": "r1", "token": f"token-{number}", "company_id": "4211", "login_id": "50",
        "instance_id": str(6500 + number), "step_occurrence_id": f"o{number}", "step": "ERP check",
        "address": "projects/1042/templates/11", "project_id": "1042", "tool_type": "invoice", "tool_subtype": None,
        "routing": "sha256:aa", "revision": REVISION, "rule": "small and matched",
        "option": ChosenOption("101", "Approve"), "comment": "Matched in the ERP",
        "started_at": None if began is None else moment(began, day), "item_id": str(500 + number),
        "seen": {"item.status": "approved", "item.amount": f"{number}00.50"},
    }  # fmt: skip
    return RouteIntended(**{**made, **fields})


def outcome(
    number: int, time: str, status: str = "answered", reason: str | None = None, *, day: str = DAY
) -> RouteOutcome:
    """Return the outcome of the intent with this number."""
    return RouteOutcome(
        at=moment(time, day), run_id="r1", token=f"token-{number}", status=status, attempts=1, reason=reason  # type: ignore[arg-type]
    )  # fmt: skip


def noted(number: int, time: str, status: str, reason: str | None = None, **fields: Any) -> RouteNoted:
    """Return what is noted of a step without a response."""
    made: dict[str, Any] = {
        "instance_id": str(6500 + number), "step_occurrence_id": f"o{number}", "step": "ERP check",
        "address": "projects/1042/templates/11", "status": status, "reason": reason, "item_id": str(500 + number),
        "seen": {"item.status": "new", "item.paid": False},
    }  # fmt: skip
    step = RoutedStep(**{**made, **fields})
    return RouteNoted(at=moment(time), run_id="r1", token=f"token-{number}", routing="sha256:aa", step=step)


def escalated(number: int, time: str, status: str, reason: str | None = None) -> RouteEscalated:
    """Return an escalation of a step to one person."""
    return RouteEscalated(
        at=moment(time), run_id="r1", token=f"token-{number}", instance_id=str(6500 + number),
        step_occurrence_id=f"o{number}", people=(Person("8", "hal@acme.test", "Hal"),), status=status, reason=reason,  # type: ignore[arg-type]
    )  # fmt: skip


def eventful() -> list[RouteLine]:
    """Everything that a day can hold, once or twice."""
    reject: dict[str, Any] = {"rule": "not in the ERP", "option": ChosenOption("102", "Reject"), "comment": None}
    before = "2026-11-26"
    return [
        intended(1, "23:58:00", "23:50:00", day=before),
        intended(2, "22:00:00", "21:00:00", day=before),
        outcome(2, "22:00:01", "failed", "no connection", day=before),
        intended(3, "20:00:00", day=before),
        outcome(3, "20:00:01", "moved-on", day=before),
        started(),
        outcome(1, "06:00:02"),
        outcome(77, "06:00:03", reason="of a file before"),
        intended(4, "08:00:00", "07:59:00"),
        outcome(4, "08:00:01", reason="accepted, and not shown yet"),
        intended(5, "08:05:00", "08:00:00", **reject),
        outcome(5, "08:05:01"),
        noted(6, "09:00:00", "no-rule", "no rule covers it", overdue=True),
        escalated(6, "09:00:01", "intended"),
        escalated(6, "09:00:02", "done"),
        noted(7, "09:10:00", "undecided", "item.amount is not there", rule="small and matched"),
        noted(8, "09:20:00", "held", "the same option 50 times in a row", rule="small and matched"),
        noted(9, "09:30:00", "left-alone", "2 options are named 'Approve'", rule="small and matched"),
        intended(10, "10:00:00", "09:59:00"),
        outcome(10, "10:00:01", "failed", "the service refused it"),
        noted(11, "10:10:00", "observed", rule="not in the ERP", option=ChosenOption("102", "Reject")),
        intended(12, "10:20:00", "10:19:00"),
        outcome(12, "10:20:01", "answered-otherwise", "read back"),
        intended(13, "10:30:00", "10:29:00"),
        outcome(13, "10:30:01", "moved-on"),
        intended(14, "23:59:59", "23:59:00"),
        escalated(15, "11:00:00", "failed", "refused with 403"),
    ]


def hostile() -> list[RouteLine]:
    """Texts from outside that are markup, commands or invisible, wherever such a text can be."""
    evil: dict[str, Any] = {
        "comment": HOSTILE_TEXT, "rule": HOSTILE_TEXT, "option": ChosenOption(HOSTILE_TEXT, HOSTILE_TEXT),
        "seen": {HOSTILE_TEXT: HOSTILE_TEXT}, "step": HOSTILE_TEXT, "address": HOSTILE_TEXT, "item_id": HOSTILE_TEXT,
    }  # fmt: skip
    people = (Person("8", HOSTILE_TEXT, HOSTILE_TEXT),)
    return [
        started(),
        intended(1, "08:00:00", "07:59:00", **evil, instance_id=HOSTILE_TEXT, revision=HOSTILE_TEXT),
        outcome(1, "08:00:01", reason=HOSTILE_TEXT),
        noted(2, "09:00:00", "undecided", HOSTILE_TEXT, **evil),
        intended(3, "10:00:00", **evil),
        outcome(77, "10:30:00", reason=HOSTILE_TEXT),
        RouteEscalated(
            at=moment("11:00:00"), run_id="r1", token="token-2", instance_id=HOSTILE_TEXT, step_occurrence_id="o2",
            people=people, status="failed", reason=HOSTILE_TEXT,
        ),
    ]  # fmt: skip


def many(answered: int, left: int = 0) -> list[RouteLine]:
    """As many answered steps, and as many left to people."""
    lines: list[RouteLine] = [started()]
    for number in range(answered):
        lines += [intended(number, "08:00:00", "07:59:00"), outcome(number, "08:00:01")]
    lines += [noted(100_000 + number, "09:00:00", "no-rule", "no rule covers it") for number in range(left)]
    return lines
