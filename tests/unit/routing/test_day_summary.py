"""The report of one day of routing, from the lines of its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.model.routed import ChosenOption
from reconciler.model.routed_day import DaySummary, Latency
from reconciler.routing.day_summary import summarize_day
from tests.support.route_days import DAY, REVISION, escalated, eventful, intended, noted, outcome, started

if TYPE_CHECKING:
    from reconciler.model.routed import RouteLine

BEFORE = "2026-11-26"


def test_everything_that_a_day_can_hold() -> None:
    """Each step is in one figure, by its latest status."""
    day = summarize_day(eventful())
    assert day.summary == DaySummary(
        answered=3, observed=1, answered_otherwise=1, left=5, undecided=1, no_rule=1, left_alone=1, held=1, failed=1,
        moved_on=1, open=1, carried=1, unmatched=1, escalated=1,
    )  # fmt: skip
    assert (day.day, day.company_id) == (DAY, "4211")
    assert len(day.steps) == 13
    assert [one.at for one in day.steps] == sorted(one.at for one in day.steps)


def test_a_decision_with_all_that_it_saw() -> None:
    """Values, option, comment, rule, revision, time, address, instance and item are those of the intent."""
    (step,) = summarize_day([started(), intended(4, "08:00:00", "07:59:00"), outcome(4, "08:00:01")]).steps
    assert (step.status, step.at, step.intended_at, step.seconds) == (
        "answered", f"{DAY}T08:00:01Z", f"{DAY}T08:00:00Z", 61.0,
    )  # fmt: skip
    assert (step.rule, step.option, step.comment) == (
        "small and matched", ChosenOption("101", "Approve"), "Matched in the ERP",
    )  # fmt: skip
    assert (step.instance_id, step.item_id, step.address, step.revision) == (
        "6504", "504", "projects/1042/templates/11", REVISION,
    )  # fmt: skip
    assert step.seen == {"item.status": "approved", "item.amount": "400.50"}


def test_intents_that_were_carried_over() -> None:
    """An intent of the day before says what is answered today; without an outcome today it counts as carried alone."""
    lines: list[RouteLine] = [
        intended(1, "23:58:00", "23:50:00", day=BEFORE),
        intended(2, "22:00:00", day=BEFORE),
        intended(3, "21:00:00", day=BEFORE),
        outcome(3, "21:00:01", "failed", "no connection", day=BEFORE),
        intended(4, "20:00:00", day=BEFORE),
        outcome(4, "20:00:01", "left-alone", "the routing was withdrawn", day=BEFORE),
        started(),
        outcome(1, "06:00:00"),
    ]
    day = summarize_day(lines)
    assert day.summary == DaySummary(answered=1, carried=2)
    told = [(one.instance_id, one.status, one.carried, one.reason) for one in day.steps]
    assert told == [
        ("6503", "open", True, "no connection"), ("6502", "open", True, None), ("6501", "answered", True, None),
    ]  # fmt: skip
    assert day.steps[-1].seconds == 6 * 3600 + 600


def test_two_days_count_an_answer_once() -> None:
    """The intent is open on its day, and answered on the next, whose file begins with it."""
    intent = intended(1, "23:58:00", "23:50:00", day=BEFORE)
    first = summarize_day([intent], BEFORE)
    second = summarize_day([intent, outcome(1, "00:00:05")], DAY)
    assert (first.summary, second.summary) == (DaySummary(open=1), DaySummary(answered=1))


def test_an_answer_at_midnight() -> None:
    """Written to the next file with a moment of the day before it counts there: no file carries an answer over."""
    lines: list[RouteLine] = [intended(1, "23:59:59", day=BEFORE), outcome(1, "23:59:59", day=BEFORE), started()]
    assert summarize_day(lines, DAY).summary == DaySummary(answered=1)


def test_two_outcomes() -> None:
    """The latest counts; an answer that was sent again was given at its first outcome."""
    failed: list[RouteLine] = [intended(1, "08:00:00", "07:59:00"), outcome(1, "08:00:01", "failed", "no connection")]
    assert summarize_day(failed).summary == DaySummary(left=1, failed=1)
    day = summarize_day([*failed, outcome(1, "08:05:00"), outcome(1, "08:20:00")])
    assert day.summary == DaySummary(answered=1)
    assert (day.steps[0].at, day.steps[0].seconds) == (f"{DAY}T08:05:00Z", 360.0)
    day = summarize_day([*failed, outcome(1, "08:05:00"), outcome(1, "08:20:00", "failed", "no connection")])
    assert (day.summary, day.steps[0].seconds) == (DaySummary(left=1, failed=1), None)


def test_a_step_first_left_and_then_answered() -> None:
    """It is answered, and not left any more."""
    lines: list[RouteLine] = [
        noted(1, "08:00:00", "undecided", "item.amount is not there"),
        noted(1, "08:10:00", "no-rule"),
    ]
    assert summarize_day(lines).summary == DaySummary(left=1, no_rule=1)
    lines += [intended(1, "08:20:00"), outcome(1, "08:20:01")]
    assert summarize_day(lines).summary == DaySummary(answered=1)


def test_the_same_step_in_a_loop() -> None:
    """Two occurrences of one instance are two steps."""
    again = {"instance_id": "6501", "step_occurrence_id": "o9"}
    lines: list[RouteLine] = [
        intended(1, "08:00:00"),
        outcome(1, "08:00:01"),
        intended(9, "09:00:00", **again),
        outcome(9, "09:00:01"),
    ]
    day = summarize_day(lines)
    assert [(one.instance_id, one.step_occurrence_id) for one in day.steps] == [("6501", "o1"), ("6501", "o9")]
    assert (day.summary.answered, day.rules[0].answered) == (2, 2)


def test_rules_and_options() -> None:
    """Counted by template, step and rule, the busiest first; observed ones beside answered ones."""
    reject = ChosenOption("102", "Reject")
    lines: list[RouteLine] = [
        *(
            line
            for number in (1, 2)
            for line in (intended(number, "08:00:00", "07:59:00"), outcome(number, "08:00:30"))
        ),
        intended(3, "08:00:00", option=reject),
        outcome(3, "08:00:01"),
        noted(4, "08:00:00", "observed", rule="small and matched", option=reject),
        noted(5, "08:00:00", "observed", rule="small and matched", option=reject, address=None),
        noted(6, "08:00:00", "held", "a limit", rule="small and matched", option=reject),
        noted(7, "08:00:00", "observed", step=None),
    ]
    first, *others = summarize_day(lines).rules
    assert (first.template_id, first.step, first.rule) == ("11", "ERP check", "small and matched")
    assert [(one.option.name, one.answered, one.observed) for one in first.options] == [
        ("Approve", 2, 0), ("Reject", 1, 1),
    ]  # fmt: skip
    assert first.latency == Latency(measured=2, median_seconds=90.0, p95_seconds=90.0, longest_seconds=90.0)
    assert [(one.template_id, one.step, one.rule, one.options != ()) for one in others] == [
        ("", "ERP check", "small and matched", True), ("11", "", "", False),
    ]  # fmt: skip
    assert others[0].latency is None


@pytest.mark.parametrize(
    ("taken", "median", "most", "longest"),
    [([10], 10, 10, 10), ([10, 20], 10, 20, 20), ([30, 10, 20], 20, 30, 30), (range(1, 41), 20, 38, 40)],
)
def test_latency(taken: list[int], median: float, most: float, longest: float) -> None:
    """Each figure is a time that occurred, and that this share of the answers does not exceed."""
    lines: list[RouteLine] = [
        line
        for number, seconds in enumerate(taken)
        for line in (intended(number, "08:00:00", "08:00:00"), outcome(number, f"08:00:{seconds:02}"))
    ]
    assert summarize_day(lines).latency == Latency(
        measured=len(taken), median_seconds=median, p95_seconds=most, longest_seconds=longest
    )


def test_starts_that_are_not_known() -> None:
    """A step without a start, or with one that is no moment, is not measured; a clock behind counts as none."""
    lines: list[RouteLine] = [
        intended(1, "08:00:00"),
        outcome(1, "08:00:01"),
        intended(2, "08:00:00", started_at="yesterday"),
        outcome(2, "08:00:01"),
    ]
    assert summarize_day(lines).latency is None
    lines += [intended(3, "08:00:00", "08:00:05"), outcome(3, "08:00:01")]
    assert summarize_day(lines).latency == Latency(measured=1, median_seconds=0, p95_seconds=0, longest_seconds=0)


def test_escalations() -> None:
    """The latest line of a step counts; the step is named if the day knows it."""
    day = summarize_day(
        [
            noted(6, "09:00:00", "no-rule"),
            escalated(6, "09:00:01", "intended"),
            escalated(6, "09:00:02", "done"),
            escalated(7, "09:00:03", "failed", "refused with 403"),
        ]
    )
    assert [(one.instance_id, one.step, one.status, one.reason) for one in day.escalations] == [
        ("6506", "ERP check", "done", None), ("6507", None, "failed", "refused with 403"),
    ]  # fmt: skip
    assert day.summary == DaySummary(left=1, no_rule=1, escalated=1)


def test_outcomes_without_their_intent() -> None:
    """They answer an intent of an earlier file: they are listed, and not counted as answers a second time."""
    day = summarize_day([started(), outcome(77, "06:00:00"), noted(78, "06:00:00", "held"), outcome(78, "06:01:00")])
    assert day.summary == DaySummary(left=1, held=1, unmatched=2)
    assert [one.token for one in day.unmatched] == ["token-77", "token-78"]


def test_an_empty_day() -> None:
    """Nothing happened, and no company is named; a process of another file says no revision."""
    day = summarize_day([], DAY)
    assert (day.day, day.company_id, day.summary, day.latency) == (DAY, None, DaySummary(), None)
    assert summarize_day([]).day == ""
    assert summarize_day([noted(1, "08:00:00", "held")]).steps[0].revision is None
    assert summarize_day([started(), noted(1, "08:00:00", "held")]).steps[0].revision == REVISION
    assert msgspec.to_builtins(DaySummary(answered_otherwise=1))["answered-otherwise"] == 1
