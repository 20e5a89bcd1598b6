"""The ledger: what the journal knows of each step, and the answers that limits count."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.model.live import Person
from reconciler.model.routed import (
    ChosenOption,
    RoutedStatus,
    RoutedStep,
    RouteEscalated,
    RouteIntended,
    RouteNoted,
    RouteObserved,
    RouteOutcome,
    RouteStarted,
)
from reconciler.model.routing import RoutingLimits
from reconciler.routing.ledger import Known, Ledger, limited_step
from tests.support.runs import NOON

if TYPE_CHECKING:
    from typing import Literal

    from reconciler.model.routed import RouteLine

SECOND = datetime.timedelta(seconds=1)
HOUR = datetime.timedelta(hours=1)
PLENTY = RoutingLimits(answers_per_hour=100, same_option_in_a_row=100)


def written(moment: datetime.datetime) -> str:
    """Return a moment as the journal has it."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def intent(
    number: int, *, option: str = "Approve", routing: str = "x", step: str = "S", template: str = "2",
    at: datetime.datetime = NOON,
) -> RouteIntended:  # fmt: skip
    """Return the intent of one step."""
    return RouteIntended(
        at=written(at), run_id="r", token=f"t{number}", company_id="4211", login_id="50", instance_id=str(number),
        step_occurrence_id=f"{number}-1", step=step, address=f"projects/1/templates/{template}", project_id="1",
        tool_type="t", tool_subtype=None, routing=routing, revision=None, rule="r", comment=None,
        option=ChosenOption("101", option),
    )  # fmt: skip


def outcome(number: int, status: RoutedStatus = "answered", *, at: datetime.datetime = NOON) -> RouteOutcome:
    """Return the outcome of one step."""
    return RouteOutcome(at=written(at), run_id="r", token=f"t{number}", status=status, attempts=1)


def noted(
    number: int = 1, *, status: RoutedStatus = "undecided", rule: str | None = "r", reason: str | None = None,
    option: ChosenOption | None = None, routing: str = "x", comment: str | None = None, at: datetime.datetime = NOON,
) -> RouteNoted:  # fmt: skip
    """Return a step that is left to people, or would be answered."""
    step = RoutedStep(
        instance_id=str(number), step_occurrence_id="1-1", step="S", address=None, status=status, rule=rule,
        reason=reason, option=option, comment=comment,
    )  # fmt: skip
    return RouteNoted(at=written(at), run_id="r", token=f"t{number}", routing=routing, step=step)


def escalated(
    number: int, status: Literal["intended", "done", "failed", "refused"] = "done", *, at: datetime.datetime = NOON
) -> RouteEscalated:
    """Return a step that people are added to."""
    return RouteEscalated(
        at=written(at), run_id="r", token=f"t{number}", instance_id=str(number), step_occurrence_id="1-1",
        people=(Person("7"),), status=status,
    )  # fmt: skip


def started(*, observing: tuple[str, ...], answering: tuple[str, ...]) -> RouteStarted:
    """Return the start of a process with routings in these modes."""
    return RouteStarted(
        at=written(NOON), run_id="r", company_id="4211", login_id="50", revision=None, dirty=False, observing=observing,
        answering=answering,
    )  # fmt: skip


def ledger(*lines: RouteLine) -> Ledger:
    """Return a ledger of these lines."""
    return Ledger(lines, company_id="4211", login_id="50")


def held(
    one: Ledger, limits: RoutingLimits, *, routing: str = "x", option: str = "Approve", step: str = "2/S",
    now: datetime.datetime = NOON,
) -> str | None:  # fmt: skip
    """Return why one more answer is held."""
    return one.beyond(routing, step, limits, option, now)


STATUSES: list[tuple[RoutedStatus | None, bool, bool]] = [
    (None, True, True),
    ("failed", True, True),
    ("left-alone", False, True),
    ("moved-on", False, True),
    ("answered", False, False),
    ("answered-otherwise", False, False),
]


@pytest.mark.parametrize(("status", "is_open", "is_carried"), STATUSES)
def test_an_intent_by_its_outcome(status: RoutedStatus | None, is_open: bool, is_carried: bool) -> None:  # noqa: FBT001
    """One without an outcome, or that failed, is open; only one with a response is not carried to the next day."""
    lines = [intent(1)] if status is None else [intent(1), outcome(1, status)]
    one = ledger(*lines)
    known = one.known("t1")
    assert known is not None
    assert (known.intent, known.outcome) == (intent(1), None if status is None else outcome(1, status))
    assert known.is_settled is (status in {"answered", "answered-otherwise"})
    assert one.open() == ([intent(1)] if is_open else [])
    assert one.carried() == (lines if is_carried else [])


def test_the_last_outcome_counts() -> None:
    """A response that failed first is answered at last; its intent, carried into the next file, is the same one."""
    one = ledger(intent(1), outcome(1, "failed"), intent(1), outcome(1))
    known = one.known("t1")
    assert known is not None
    assert (known.intent.option.name, known.is_settled) == ("Approve", True)
    assert (one.known("t2"), one.open(), one.carried()) == (None, [], [])


@pytest.mark.parametrize("number", [1, 2])
def test_a_later_decision_counts(number: int) -> None:
    """A step that was left to people long ago was decided again: a start knows just what the process before knew."""
    later = intent(number, option="Reject", at=NOON + HOUR)
    lines = (intent(number), outcome(number, "left-alone"), later)
    assert ledger(*lines).known(f"t{number}") == Known(later, None)
    assert ledger(*lines).open() == [later]
    assert ledger(*lines, outcome(number, at=NOON + HOUR)).open() == []
    one = ledger(*lines[:2])
    one.forget(written(NOON + SECOND), written(NOON + SECOND))
    one.take(later)
    assert one.known(f"t{number}") == ledger(*lines).known(f"t{number}")


@pytest.mark.parametrize("number", [1, 2])
def test_steps_are_in_the_order_of_their_intents(number: int) -> None:
    """An outcome that fails changes nothing of it."""
    one = ledger(intent(1), intent(2), outcome(number, "failed"))
    assert one.open() == [intent(1), intent(2)]


def test_answers_of_the_last_hour() -> None:
    """An answer counts for a whole hour, to the second; the one that reaches the limit is held."""
    one = ledger(intent(1), intent(2, at=NOON + SECOND), intent(3, at=NOON + 2 * SECOND))
    limits = RoutingLimits(answers_per_hour=3, same_option_in_a_row=100)
    said = "3 answers in the last hour (limit answers_per_hour: 3)"
    assert held(one, limits, now=NOON + 2 * SECOND) == said
    assert held(one, RoutingLimits(answers_per_hour=4, same_option_in_a_row=100)) is None
    assert held(one, limits, now=NOON + HOUR) == said
    assert held(one, limits, now=NOON + HOUR + SECOND) is None
    two = RoutingLimits(answers_per_hour=2, same_option_in_a_row=100)
    assert held(one, two, now=NOON + HOUR + SECOND) == "2 answers in the last hour (limit answers_per_hour: 2)"
    assert held(one, two, now=NOON + HOUR + 2 * SECOND) is None
    assert held(one, RoutingLimits(answers_per_hour=1), now=NOON + 5 * HOUR) is None


def test_answers_are_counted_by_template_and_step() -> None:
    """Other rules for the same step share its count, and other steps and templates do not."""
    one = ledger(intent(1), intent(2, routing="y"), intent(3, step="T"), intent(4, template="3"))
    limits = RoutingLimits(answers_per_hour=2, same_option_in_a_row=100)
    assert held(one, limits, step=limited_step("2", "S"), routing="z") is not None
    assert held(one, limits, step=limited_step("2", "T")) is None
    assert held(one, limits, step=limited_step("3", "S")) is None
    assert held(one, RoutingLimits(answers_per_hour=1), step=limited_step("3", "S")) is not None
    assert held(one, RoutingLimits(answers_per_hour=1), step=limited_step("4", "S")) is None


def test_the_same_option_in_a_row() -> None:
    """The row is of one routing; another option begins another one, and other rules too."""
    one = ledger(intent(1), intent(2), intent(3, routing="y", option="Reject"))
    limits = RoutingLimits(answers_per_hour=100, same_option_in_a_row=2)
    assert (
        held(one, limits) == "the same option 2 times in a row (limit same_option_in_a_row: 2): look at them, then "
        "change the document to go on"
    )
    assert held(one, limits, option="Reject") is None
    assert held(one, limits, routing="y", option="Reject") is None
    assert held(one, limits, routing="z") is None
    assert held(one, RoutingLimits(same_option_in_a_row=3)) is None
    assert held(one, RoutingLimits(same_option_in_a_row=1), routing="y", option="Reject") is not None
    one.take(intent(4, option="Reject"))
    assert held(one, limits) is None
    one.take(intent(5))
    assert held(one, limits) is None, "it began again"
    one.take(intent(6))
    assert held(one, limits) is not None


def test_an_option_without_a_name_has_a_row_too() -> None:
    """Its first answer is the first of the row."""
    one = ledger(intent(1, option=""))
    limits = RoutingLimits(same_option_in_a_row=2)
    assert held(one, limits, option="") is None
    one.take(intent(2, option=""))
    assert held(one, limits, option="") is not None
    assert held(one, RoutingLimits(same_option_in_a_row=1), routing="y", option="") is None


def test_what_was_noted() -> None:
    """The same of a step is noted once; another status, rule, reason, option or routing is noted again."""
    option = ChosenOption("101", "Approve")
    one = ledger(noted(reason="a"), noted(2, status="observed", option=option, reason="b"))
    assert one.is_noted(noted(reason="a"))
    assert one.is_noted(noted(reason="a", comment="another"))
    assert one.is_noted(noted(reason="a", at=NOON + HOUR))
    others = [
        noted(reason="b"), noted(reason="a", status="held"), noted(reason="a", rule="s"), noted(reason="a", rule=None),
        noted(reason="a", routing="y"), noted(reason="a", option=option), noted(3, reason="a"),
    ]  # fmt: skip
    assert [one.is_noted(other) for other in others] == [False] * len(others)
    assert one.is_noted(noted(2, status="observed", option=ChosenOption("101", "Renamed"), reason="c"))
    assert not one.is_noted(noted(2, status="observed", option=ChosenOption("102", "Approve"), reason="b"))
    one.take(noted(reason="b"))
    assert (one.is_noted(noted(reason="a")), one.is_noted(noted(reason="b"))) == (False, True)


def test_escalations_that_were_done() -> None:
    """Those that were only intended, or failed, are tried again."""
    one = ledger(escalated(1, "intended"), escalated(1), escalated(2, "intended"), escalated(2, "failed"))
    assert [one.is_escalated(token) for token in ("t1", "t2", "t3")] == [True, False, False]


def test_routings_that_observed() -> None:
    """In any process of this integration and company; one that only answers never did."""
    one = ledger(
        started(observing=("S of 'T'",), answering=("R of 'T'",)),
        started(observing=(), answering=("Q of 'T'",)),
        msgspec.structs.replace(started(observing=("P of 'T'",), answering=()), company_id="1"),
        msgspec.structs.replace(started(observing=("O of 'T'",), answering=()), login_id="1"),
    )
    assert [name for name in "SRQPO" if one.has_observed(f"{name} of 'T'")] == ["S"]


def test_what_observed_is_never_out_of_sight() -> None:
    """Each new file begins with it, so a start that reads few files knows of it; of very many the newest are kept."""
    (carried,) = ledger(started(observing=("S of 'T'",), answering=())).carried()
    assert carried == RouteObserved(at=written(NOON), company_id="4211", login_id="50", routings=("S of 'T'",))
    one = ledger(carried, started(observing=("R of 'T'",), answering=()))
    assert [one.has_observed(f"{name} of 'T'") for name in "SR"] == [True, True]
    one.take(started(observing=tuple(str(number) for number in range(999)), answering=()))
    assert [one.has_observed(f"{name} of 'T'") for name in "SR"] == [False, True]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ledgers remember three steps."""
    monkeypatch.setattr("reconciler.routing.ledger._REMEMBERED", 3)


@pytest.mark.usefixtures("small")
def test_notes_and_escalations_are_bounded() -> None:
    """The oldest is forgotten first, once there is one more than is remembered."""
    one = ledger(*(noted(number) for number in range(3)), *(escalated(number) for number in range(3)))
    assert all(one.is_noted(noted(number)) and one.is_escalated(f"t{number}") for number in range(3))
    one.take(noted(3))
    one.take(escalated(3))
    assert [one.is_noted(noted(number)) for number in range(4)] == [False, True, True, True]
    assert [one.is_escalated(f"t{number}") for number in range(4)] == [False, True, True, True]


@pytest.mark.usefixtures("small")
def test_no_step_without_a_response_is_forgotten() -> None:
    """Else it would be decided again; of those that have one, the oldest is forgotten."""
    one = ledger(intent(1), outcome(1), intent(2), outcome(2), intent(3))
    assert one.known("t1") is not None
    one.take(intent(4))
    assert [one.known(f"t{number}") is None for number in range(1, 5)] == [True, False, False, False]
    for number in (5, 6, 7):
        one.take(intent(number))
    assert [each.token for each in one.open()] == ["t3", "t4", "t5", "t6", "t7"]
    assert one.known("t2") is None


def test_what_is_older_is_forgotten() -> None:
    """Steps with a response, notes and escalations from before a moment go; those of the moment itself stay."""
    before, moment = NOON - SECOND, written(NOON)
    old = (intent(1, at=before), outcome(1, at=before), noted(2, at=before), escalated(3, at=before))
    one = ledger(*old, intent(4), outcome(4), noted(5), escalated(6))
    one.forget(moment)
    assert (one.known("t1"), one.is_noted(noted(2)), one.is_escalated("t3")) == (None, False, False)
    assert one.known("t4") is not None
    assert (one.is_noted(noted(5)), one.is_escalated("t6")) == (True, True)


def test_a_response_that_was_left_to_people_long_ago_is_forgotten() -> None:
    """It is remembered for longer than an answer, and not for ever."""
    one = ledger(intent(1, at=NOON - HOUR), outcome(1, "left-alone", at=NOON - HOUR))
    one.forget(written(NOON), written(NOON - HOUR))
    assert one.known("t1") is not None
    one.forget(written(NOON), written(NOON))
    assert one.known("t1") is None


@pytest.mark.parametrize("status", [None, "failed", "left-alone", "moved-on"])
def test_an_old_intent_without_a_response_is_kept(status: RoutedStatus | None) -> None:
    """Else its step would be decided again, however long it waits."""
    lines = [intent(1, at=NOON - HOUR)] if status is None else [intent(1, at=NOON - HOUR), outcome(1, status)]
    one = ledger(*lines)
    one.forget(written(NOON))
    assert one.known("t1") is not None
    assert one.carried() == lines


def test_an_old_intent_that_was_answered_just_now_is_kept() -> None:
    """A read may lag, and the step may wait for others: it is neither decided again nor answered by somebody else."""
    one = ledger(intent(1, at=NOON - 100 * HOUR), outcome(1, "failed", at=NOON - 100 * HOUR), outcome(1))
    one.forget(written(NOON))
    assert one.known("t1") is not None
    one.forget(written(NOON + SECOND))
    assert one.known("t1") is None


def test_limits_forget_nothing() -> None:
    """Answers still count for their hour, and in their row."""
    one = ledger(intent(1), outcome(1))
    one.forget(written(NOON + SECOND))
    assert one.known("t1") is None
    assert held(one, RoutingLimits(answers_per_hour=1)) is not None
    assert held(one, RoutingLimits(same_option_in_a_row=1)) is not None


def test_only_a_refusal_is_certain() -> None:
    """Whatever else became of a response, it may be stored."""
    refused = msgspec.structs.replace(outcome(1, "left-alone"), refused=True)
    for one, is_refused in ((None, False), (outcome(1, "left-alone"), False), (refused, True)):
        assert Known(intent(1), one).is_refused is is_refused


def test_people_who_were_refused() -> None:
    """The last refusal is known until they were added; one that only failed is none."""
    one = ledger(escalated(1, "refused"), escalated(2, "failed"), escalated(3))
    assert one.escalation_refused("t1") == escalated(1, "refused")
    assert [one.escalation_refused(token) for token in ("t2", "t3", "t4")] == [None, None, None]
    assert [one.is_escalated(token) for token in ("t1", "t2", "t3")] == [False, False, True]
    one.take(escalated(1))
    assert (one.escalation_refused("t1"), one.is_escalated("t1")) == (None, True)


def test_when_routings_observed_last() -> None:
    """What is carried has the moment of the newest of them."""
    later = msgspec.structs.replace(started(observing=("R of 'T'",), answering=()), at=written(NOON + HOUR))
    (carried,) = ledger(started(observing=("S of 'T'",), answering=()), later).carried()
    assert carried.at == written(NOON + HOUR)


def test_a_carried_intent_counts_once() -> None:
    """It is the same answer, however many files begin with it."""
    one = ledger(intent(1), intent(1), intent(1))
    assert held(one, RoutingLimits(answers_per_hour=2)) is None
    assert held(one, RoutingLimits(same_option_in_a_row=2)) is None
