"""The schedule of looks at its bounds: to the second, and with chance held still."""

from __future__ import annotations

import math
import random

import pytest

from reconciler.model.live import Place, Tool
from reconciler.routing.schedule import Schedule, _Queue

TOOL = Tool("invoice", None)
A, B, C = (Place(name, TOOL) for name in "123")
COMPANY = Place(None, TOOL)
DAY = 86_400.0


class Still(random.Random):
    """Chance that always says the same."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        """Return the value."""
        return self.value


def fresh(*places: Place, chance: float = 0.25, per_hour: float = 3600.0, oldest: float = 7200.0) -> Schedule:
    """Return a schedule that has not looked at anything."""
    return Schedule(places, now=0.0, per_hour=per_hour, oldest=oldest, chance=Still(chance))


def looked(*places: Place, chance: float = 0.25, per_hour: float = 3600.0, oldest: float = 7200.0) -> Schedule:
    """Return a schedule that has looked at all of them at 0."""
    made = fresh(*places, chance=chance, per_hour=per_hour, oldest=oldest)
    for place in places:
        made.looked(place, 0.0, found=0, requests=0)
    return made


def test_a_queue_that_was_never_looked_at() -> None:
    """It is as old as chance says, has the smallest rate, and is due like any other."""
    one = fresh(A, chance=0.5)
    assert one.ages(0.0) == {A: 3600.0}
    assert one.next(0.0) == (A, 0.0)
    assert fresh(A, chance=0.0).next(10.0) == (A, 0.0)
    assert _Queue(0.0).rate == 1 / (30 * DAY)


def test_a_queue_that_was_never_looked_at_is_not_asked_for() -> None:
    """It waits for its turn beside one that is busy."""
    one = fresh(A, B, chance=0.0)
    one.looked(A, 0.0, found=50, requests=0)
    assert one.next(100.0)[0] == A


def test_a_rate_is_learned_over_a_day() -> None:
    """A day without a find counts before anything is known; what is a day old counts for a third, about."""
    queue = _Queue(0.0)
    queue.learn(0.0, 1)
    assert queue.rate == 1 / DAY
    queue.learn(0.0, 1)
    assert queue.rate == 2 / DAY
    queue.learn(DAY, 8)
    assert queue.rate == pytest.approx((2 / math.e + 8) / (2 * DAY))
    queue.learn(DAY, 0)
    assert queue.rate == pytest.approx((2 / math.e + 8) / math.e / (DAY / math.e + 2 * DAY))
    queue = _Queue(0.0)
    queue.learn(-DAY, 3)
    assert queue.rate == 3 / DAY, "a clock that goes back counts as no time"


def test_a_look_learns_from_the_time_since_the_last_one() -> None:
    """Not from the moment itself."""
    one = looked(A, chance=0.0)
    one.looked(A, 1000.0, found=0, requests=0)
    one.looked(A, 3000.0, found=5, requests=0)
    exposed = 1000.0 * math.exp(-2000.0 / DAY) + 2000.0
    assert one._queues[A].rate == pytest.approx(5 / (exposed + DAY), rel=1e-12)


def test_a_step_that_is_overdue_within_an_hour_is_looked_at_first() -> None:
    """From less than an hour before, until the very second."""
    one = looked(A, B)
    one.looked(A, 1000.0, found=0, requests=0, overdue_at=6000.0)
    one.looked(B, 900.0, found=50, requests=0)
    assert one.next(2400.0)[0] == B
    assert one.next(2400.5)[0] == A
    assert one.next(5999.5)[0] == A
    assert one.next(6000.0)[0] == A
    assert one.next(6000.5)[0] == B


def test_a_queue_is_too_old_shortly_before_its_limit() -> None:
    """At more than nine tenths of it, before a queue that somebody asked for."""
    one = looked(A, B)
    one.looked(B, 6000.0, found=0, requests=0)
    assert one.wake(B)
    assert one.next(6480.0)[0] == B
    assert one.next(6481.0)[0] == A


def test_the_older_of_two_that_are_asked_for_is_first() -> None:
    """Also of two that are too old."""
    one = looked(A, B)
    one.looked(A, 100.0, found=0, requests=0)
    assert one.wake(A)
    assert one.wake(B)
    assert one.next(200.0)[0] == B
    assert one.next(7200.0)[0] == B


def test_a_daily_look_comes_before_one_that_is_asked_for() -> None:
    """However young the queue is that the company covers."""
    one = looked(A, COMPANY, chance=0.0)
    one.cover(COMPANY, 0.0)
    one.looked(A, 0.0, found=0, requests=0)
    assert one.wake(COMPANY)
    one.looked(COMPANY, 69_000.0, found=0, requests=0)
    one.looked(A, 69_050.0, found=0, requests=0)
    one.cover(COMPANY, 69_060.0)
    assert one.wake(COMPANY)
    assert one.next(69_060.0)[0] == A


def test_the_share_begins_with_one_request() -> None:
    """Then it grows by the second, and the wait says by how much."""
    one = fresh(A, B, chance=0.5)
    assert one.next(0.0)[0] == A
    one.looked(A, 0.0, found=0, requests=1)
    assert one.next(0.0) == (None, 1.0)
    assert one.next(0.5) == (None, 0.5)
    assert one.next(1.0)[0] == B
    one.limit(360.0)
    one.looked(B, 1.0, found=0, requests=1)
    assert one.next(1.0) == (None, 10.0)


@pytest.mark.parametrize(("per_hour", "burst"), [(3600.0, 10), (7200.0, 20), (36.0, 1)])
def test_ten_seconds_of_the_share_are_saved_at_most(per_hour: float, burst: int) -> None:
    """However long nothing was due; one request may always go out."""
    one = looked(*(Place(str(number), TOOL) for number in range(30)), per_hour=per_hour)
    sent = 0
    while (place := one.next(7000.0)[0]) is not None:
        one.looked(place, 7000.0, found=0, requests=1)
        sent += 1
    assert sent == burst


def test_a_wait_is_a_tenth_of_a_second_at_least() -> None:
    """So that nobody asks in a tight loop, and a minute at most."""
    one = looked(A)
    assert one.next(59.95) == (None, 0.1)
    assert one.next(59.5) == (None, 0.5)
    assert one.next(60.0)[0] == A


def test_a_hold_ends_to_the_second() -> None:
    """The longer of two counts."""
    one = looked(A)
    one.hold(100.0, 0.0)
    one.hold(50.0, 10.0)
    assert one.next(99.5) == (None, 0.5)
    assert one.next(100.0)[0] == A


def test_a_look_that_failed_costs_its_requests() -> None:
    """They were sent."""
    one = looked(A, B)
    assert one.next(100.0)[0] is not None, "ten seconds of the share are there"
    one.failed(A, 100.0, requests=11)
    assert one.next(100.0) == (None, 2.0)


def test_when_a_failed_look_is_tried_again() -> None:
    """After some minutes, by chance, and not as one that is asked for."""
    one = looked(A, B)
    one.looked(B, 500.0, found=9, requests=0)
    one.wake(A)
    one.failed(A, 1000.0, requests=0)
    one.looked(B, 1000.0, found=9, requests=0)
    assert one.next(1001.0) == (None, 59.0)
    one.repeat(B, 5000.0)
    assert one.next(1224.5) == (None, 0.5)
    assert one.next(1225.0)[0] == A
    one.repeat(B, 60.0)
    assert one.next(1225.0)[0] == B, "one that repeats is before one that is only due"


def test_a_look_that_is_completed_ends_the_wait_of_a_failed_one() -> None:
    """Somebody else may have looked."""
    one = looked(A)
    one.failed(A, 1000.0, requests=0)
    one.looked(A, 1010.0, found=0, requests=0)
    assert one.next(1069.0) == (None, 1.0)
    assert one.next(1070.0)[0] == A


def test_a_look_answers_who_asked_for_it() -> None:
    """The next one is due by itself."""
    one = looked(A)
    one.wake(A)
    one.looked(A, 100.0, found=0, requests=0)
    assert one.next(110.0) == (None, 50.0)


def test_the_daily_look_at_what_the_company_covers() -> None:
    """The first one within a day by chance, and each other one about a day later."""
    one = looked(A, COMPANY)
    one.repeat(COMPANY, 1e9)
    one.cover(COMPANY, 1000.0)
    first = 1000.0 + DAY * 0.25
    assert one.next(first - 0.5) == (None, 0.5)
    assert one.next(first)[0] == A
    one.looked(A, first, found=0, requests=0)
    second = first + DAY * (0.9 + 0.3 * 0.25)
    assert one.next(second - 0.5) == (None, second - (second - 0.5))
    assert one.next(second)[0] == A
    one.failed(A, second, requests=0)
    assert one.next(second + 224.5)[0] is None
    assert one.next(second + 225.0)[0] == A


def test_a_queue_that_the_company_covers_may_be_asked_for() -> None:
    """And it is looked at within ten seconds."""
    one = looked(A, COMPANY)
    one.cover(COMPANY, 0.0)
    one.repeat(COMPANY, 1e9)
    one.wake(A)
    assert one.next(9.5) == (None, 0.5)
    assert one.next(10.0)[0] == A


def test_a_project_that_appears_below_a_company_is_looked_at_at_once() -> None:
    """So it gets its daily look from the start."""
    one = looked(COMPANY)
    one.cover(COMPANY, 0.0)
    one.repeat(COMPANY, 1e9)
    one.follow([COMPANY, A], 100.0)
    assert one.next(100.0)[0] == A


@pytest.mark.parametrize(("per_hour", "period"), [(360.0, 40.0), (36.0, 400.0), (3600.0, 20.0)])
def test_a_queue_that_repeats_takes_a_quarter_of_the_share_at_most(per_hour: float, period: float) -> None:
    """Its period is longer if the share is small."""
    one = looked(COMPANY, per_hour=per_hour)
    one.repeat(COMPANY, 20.0)
    assert one.next(period - 0.5) == (None, 0.5)
    assert one.next(period)[0] == COMPANY


def test_a_search_is_for_projects_alone() -> None:
    """The company's own queue cannot show more than it did."""
    one = looked(A, COMPANY)
    one.looked(COMPANY, 100.0, found=50, requests=0)
    one.seek(TOOL, [200.0])
    assert one.next(300.0)[0] == A


def test_a_search_goes_where_most_of_what_is_sought_may_be() -> None:
    """By how much is found there, and by how many appeared since it was tried."""
    one = looked(A, B)
    one.looked(A, 100.0, found=2, requests=0)
    one.looked(B, 100.0, found=3, requests=0)
    one.failed(B, 150.0, requests=0)
    one.looked(B, 250.0, found=0, requests=0)
    one.seek(TOOL, [200.0, 300.0])
    assert one.next(350.0)[0] == A


def test_projects_of_a_tool_that_were_tried() -> None:
    """Those of other tools, and the company, do not count; without any, there is nothing left to try."""
    other = Place("1", Tool("budget", None))
    one = fresh(A, B, COMPANY, other)
    assert one.tried_since(TOOL) == -math.inf
    one.looked(A, 100.0, found=0, requests=0)
    one.failed(B, 50.0, requests=0)
    assert one.tried_since(TOOL) == 50.0
    assert one.tried_since(Tool("rfi", None)) == math.inf


def test_each_failure_in_a_row_doubles_the_wait() -> None:
    """From five minutes on, times a chance of a half to one and a half, and up to the oldest look that is allowed."""
    one = looked(A, oldest=4000.0)
    now = 10_000.0
    for wait in (225.0, 450.0, 900.0, 1800.0, 3000.0, 3000.0):
        one.failed(A, now, requests=0)
        assert one._queues[A].retry_at - now == wait
        now += 5000.0
    one.looked(A, now, found=0, requests=0)
    one.failed(A, now, requests=0)
    assert one._queues[A].retry_at - now == 225.0
