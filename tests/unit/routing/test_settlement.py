"""What follows for a step, from what the journal has of it and what the service shows."""

from __future__ import annotations

import pytest

from reconciler.model.instances import Instance, Response, StepOccurrence
from reconciler.model.live import Place, Tool
from reconciler.model.routed import ChosenOption, RoutedStatus, RouteIntended, RouteOutcome
from reconciler.routing.ledger import Known
from reconciler.routing.settlement import Following, is_frozen, response_token, settle_intent, settle_step

ME, OTHER = "50", "7"
ENDED_AT = "2026-11-27T12:00:01Z"
GIVEN_AT = "2026-11-27T12:00:05Z"
OPEN = Response(login_id=ME)
AS_FROZEN = Response(login_id=ME, submitted_at=GIVEN_AT, option_id="101", comment="c")
OTHERWISE = Response(login_id=ME, submitted_at=GIVEN_AT, option_id="102", comment="c")
OF_OTHERS = Response(login_id=OTHER, submitted_at=GIVEN_AT, option_id="101", comment="c")


def intent(comment: str | None = "c") -> RouteIntended:
    """Return the frozen response: option 101."""
    return RouteIntended(
        at="2026-11-27T12:00:00Z", run_id="r", token="t", company_id="4211", login_id=ME, instance_id="1",
        step_occurrence_id="1-1", step="S", address="projects/1/templates/2", project_id="1", tool_type="t",
        tool_subtype=None, routing="sha256:x", revision=None, rule="r", comment=comment,
        option=ChosenOption("101", "Approve"),
    )  # fmt: skip


def known(status: RoutedStatus | None, *, refused: bool = False) -> Known:
    """Return what the journal has of the step; without an outcome if there is no status."""
    made = (
        RouteOutcome(at=ENDED_AT, run_id="r", token="t", status=status, attempts=1, refused=refused) if status else None
    )
    return Known(intent(), made)


def instance(
    *responses: Response, occurrence: str = "1-1", has_ended: bool = False, updated_at: str | None = None
) -> Instance:
    """Return an instance whose current step has these responses."""
    step = StepOccurrence(
        id=occurrence, step_uuid="s", name="S", started_at=None, overdue_at=None, options=(), responses=responses
    )
    return Instance(
        id="1", place=Place("1", Tool("t")), item_id="9", version_id="2", created_by=None, updated_at=updated_at,
        step=None if has_ended else step,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("responses", "following"),
    [
        ((OPEN,), "decide"),
        ((OPEN, OF_OTHERS), "decide"),
        ((OPEN, OPEN), "decide"),
        ((AS_FROZEN,), "answered-otherwise"),
        ((OPEN, OTHERWISE), "answered-otherwise"),
        ((), "left-alone"),
        ((OF_OTHERS,), "left-alone"),
    ],
)
def test_a_step_that_nothing_was_intended_for(responses: tuple[Response, ...], following: Following) -> None:
    """A decision is made for it only while our own response is open."""
    assert settle_step(None, instance(*responses), ME) == following


@pytest.mark.parametrize("status", [None, "failed", "held", "left-alone", "moved-on", "answered", "answered-otherwise"])
def test_a_step_with_an_intent_is_never_decided_again(status: RoutedStatus | None) -> None:
    """The service may show anything of it, recent or not."""
    shown = [(), (OPEN,), (AS_FROZEN,), (OTHERWISE,), (OPEN, AS_FROZEN), (OF_OTHERS,)]
    found = {
        settle_step(known(status), instance(*one), ME, is_recent=recent) for one in shown for recent in (True, False)
    }
    assert not found & {"decide", "left-alone"}


@pytest.mark.parametrize("status", ["left-alone", "moved-on"])
@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize(
    ("updated_at", "is_changed"),
    [
        (None, False),
        ("soon", False),
        ("2026-11-27T12:00:00Z", False),
        (ENDED_AT, False),
        ("2026-11-27T12:00:02Z", True),
    ],
)
def test_a_refused_response(status: RoutedStatus, updated_at: str | None, *, refused: bool, is_changed: bool) -> None:
    """It goes out again once the instance changed since; one that was only withheld is judged at each look."""
    one = known(status, refused=refused)
    following = "send" if is_changed or not refused else "left-alone"
    assert settle_step(one, instance(OPEN, updated_at=updated_at), ME) == following
    assert settle_step(one, instance(OPEN, updated_at=updated_at), ME, is_recent=False) == following
    assert settle_step(one, instance(AS_FROZEN, updated_at=updated_at), ME) == "answered"


@pytest.mark.parametrize("status", [None, "failed", "held", "left-alone", "moved-on"])
def test_an_intent_without_an_answer(status: RoutedStatus | None) -> None:
    """The frozen response goes out while ours is open, and is answered once it is stored."""
    one = known(status)
    assert settle_step(one, instance(OPEN), ME) == "send"
    assert settle_step(one, instance(OPEN, OF_OTHERS), ME) == "send"
    assert settle_step(one, instance(AS_FROZEN), ME) == "answered"
    assert settle_step(one, instance(OPEN, AS_FROZEN), ME) == "answered"
    assert settle_step(one, instance(OTHERWISE, AS_FROZEN), ME) == "answered"
    assert settle_step(one, instance(OTHERWISE), ME) == "answered-otherwise"
    assert settle_step(one, instance(OF_OTHERS), ME) == "moved-on"
    assert settle_step(one, instance(AS_FROZEN, has_ended=True), ME) == "moved-on"


@pytest.mark.parametrize("status", ["answered", "answered-otherwise"])
def test_a_step_that_has_an_answer(status: RoutedStatus) -> None:
    """Nothing is sent while a read may lag; later the same response goes out, which changes nothing if it is stored."""
    one = known(status)
    assert settle_step(one, instance(OPEN), ME) == "already"
    assert settle_step(one, instance(OPEN), ME, is_recent=True) == "already"
    assert settle_step(one, instance(OPEN), ME, is_recent=False) == "send"
    assert settle_step(one, instance(AS_FROZEN), ME) == "waiting"
    assert settle_step(one, instance(OTHERWISE), ME) == "answered-otherwise"
    assert settle_step(one, instance(OF_OTHERS), ME) == "moved-on"


def test_an_instance_that_has_ended_waits_for_nobody() -> None:
    """A list may still show it."""
    assert settle_step(None, instance(OPEN, has_ended=True), ME) == "left-alone"


def test_an_open_intent() -> None:
    """It is settled by what the service shows of its own occurrence alone."""
    assert settle_intent(intent(), None) == "moved-on"
    assert settle_intent(intent(), instance(AS_FROZEN, has_ended=True)) == "ask"
    assert settle_intent(intent(), instance(AS_FROZEN, occurrence="1-2")) == "ask"
    assert settle_intent(intent(), instance(OPEN, occurrence="1-2")) == "ask"
    assert settle_intent(intent(), instance()) == "moved-on"
    assert settle_intent(intent(), instance(OF_OTHERS)) == "moved-on"
    assert settle_intent(intent(), instance(OPEN)) == "send"
    assert settle_intent(intent(), instance(OPEN, OF_OTHERS)) == "send"
    assert settle_intent(intent(), instance(AS_FROZEN)) == "answered"
    assert settle_intent(intent(), instance(OPEN, AS_FROZEN)) == "answered"
    assert settle_intent(intent(), instance(OTHERWISE, AS_FROZEN)) == "answered"
    assert settle_intent(intent(), instance(OTHERWISE)) == "answered-otherwise"
    assert settle_intent(intent(None), instance(AS_FROZEN)) == "answered-otherwise"


@pytest.mark.parametrize(
    ("frozen", "option_id", "comment", "is_same"),
    [
        ("c", "101", "c", True),
        ("c", "101", "d", False),
        ("c", "101", None, False),
        ("c", "102", "c", False),
        ("c", None, "c", False),
        (None, "101", None, True),
        (None, "101", "", True),
        ("", "101", None, True),
        (None, "101", "c", False),
    ],
)
def test_a_response_as_it_was_frozen(
    frozen: str | None,
    option_id: str | None,
    comment: str | None,
    is_same: bool,  # noqa: FBT001 - a column
) -> None:
    """Option and comment are the same; an empty comment is none."""
    assert is_frozen(intent(frozen), option_id, comment) is is_same


def test_a_token_names_the_occurrence_and_who_responds() -> None:
    """It is the same in each process and release, and another one for each company, instance, step and login."""
    first = response_token("4211", "6501", "6501-1", ME)
    assert first == "b963365c-1e79-577b-a0ae-81805b61a996"
    others = {
        response_token("4212", "6501", "6501-1", ME),
        response_token("4211", "6502", "6501-1", ME),
        response_token("4211", "6501", "6501-2", ME),
        response_token("4211", "6501", "6501-1", OTHER),
    }
    assert len(others | {first}) == 5
