"""The schedule of looks: what is due first, within a share of the request limit."""

from __future__ import annotations

import math
import random

import pytest

from benchmarks.routing import simulate
from reconciler.model.live import Place, Tool
from reconciler.routing.schedule import Schedule

TOOL = Tool("invoice", None)
A, B, C = (Place(name, TOOL) for name in "123")


def schedule(*places: Place, per_hour: float = 3600.0, oldest: float = 7200.0) -> Schedule:
    """Return a schedule whose first looks are all due long since."""
    made = Schedule(places, now=0.0, per_hour=per_hour, oldest=oldest, chance=random.Random(1))
    for place in places:
        made.looked(place, 0.0, found=0, requests=0)
    return made


def test_first_looks_are_spread() -> None:
    """At the start queues are of any age, so that they are not all due at once."""
    places = [Place(str(number), TOOL) for number in range(1000)]
    ages = Schedule(places, now=0.0, per_hour=1800, oldest=7200, chance=random.Random(1)).ages(0.0).values()
    assert min(ages) < 100
    assert max(ages) > 7100
    assert 3400 < sum(ages) / 1000 < 3800


def test_nothing_is_due_at_once() -> None:
    """A queue is not looked at more often than each minute; it says when to ask again."""
    one = schedule(A)
    place, wait = one.next(10.0)
    assert (place, wait) == (None, 50.0)
    assert one.next(61.0) == (A, 0.0)


def test_a_busy_queue_is_due_before_an_older_quiet_one() -> None:
    """By rate and age together; what was found a day ago counts less."""
    one = schedule(A, B)
    one.looked(A, 100.0, found=20, requests=0)
    assert one.next(400.0)[0] == A
    for moment in range(1000, 900_000, 1000):
        one.looked(A, float(moment), found=0, requests=0)
    one.looked(B, 899_700.0, found=0, requests=0)
    assert one.next(899_990.0)[0] == A
    one.looked(A, 899_800.0, found=0, requests=0)
    assert one.next(899_990.0)[0] == B


def test_what_comes_first() -> None:
    """Asked for, too old, overdue soon: in this order before anything that is only due."""
    one = schedule(A, B, C)
    one.looked(C, 6000.0, found=50, requests=0, overdue_at=9000.0)
    one.looked(B, 6100.0, found=50, requests=0)
    assert one.next(6400.0)[0] == C
    assert one.next(6600.0)[0] == A
    assert one.wake(B)
    assert one.next(6600.0)[0] == B
    one.looked(B, 6600.0, found=0, requests=1)
    assert one.next(6601.0)[0] == A
    assert not one.wake(Place("9", TOOL))


def test_the_share_is_kept() -> None:
    """What looks cost is taken from the share, also where one cost more than there was."""
    one = schedule(A, B, per_hour=360)
    assert one.next(100.0)[0] in {A, B}
    one.looked(A, 100.0, found=3, requests=13)
    place, wait = one.next(101.0)
    assert place is None
    assert 100 < wait < 140
    assert one.next(101.0 + wait + 0.01)[0] is not None
    one.limit(36000)
    one.spent(100)
    assert one.next(250.0)[1] < 11


def test_a_service_that_is_over_its_limit() -> None:
    """All queues are held, and then go on one by one."""
    one = schedule(A, B, per_hour=3600)
    one.hold(600.0, 1000.0)
    assert one.next(1100.0) == (None, 500.0)
    one.hold(10.0, 1100.0)
    assert one.next(1100.0) == (None, 500.0)
    assert one.next(1600.5)[0] is not None


def test_a_look_that_failed() -> None:
    """Its age goes on, and others come first for some minutes."""
    one = schedule(A, B)
    one.failed(A, 1000.0, requests=1)
    assert one.next(1001.0)[0] == B
    one.looked(B, 1001.0, found=0, requests=1)
    assert one.next(1030.0)[0] is None
    assert one.ages(1030.0)[A] == 1030.0
    assert one.next(1451.0)[0] == A
    one.failed(Place("9", TOOL), 1.0, requests=1)
    one.looked(Place("9", TOOL), 1.0, found=1, requests=1)


def test_queues_come_and_go() -> None:
    """A new project is taken up, and one that is gone is dropped; what was learned stays."""
    one = schedule(A, B)
    one.looked(A, 50.0, found=5, requests=0)
    one.follow([A, C], 60.0)
    assert set(one.ages(60.0)) == {A, C}
    assert one.ages(60.0)[A] == 10.0
    assert schedule().next(1.0) == (None, 60.0)
    assert math.isinf(Schedule([], now=0.0, per_hour=1, oldest=1, chance=random.Random(1))._held_until)


@pytest.mark.parametrize(("projects", "active"), [(100, 500), (200, 100)])
def test_half_of_the_wait_of_polling_evenly(projects: int, active: int) -> None:
    """In simulated time: a share of 1,800 an hour is kept, nothing is older than two hours, and waits are short."""
    found = simulate(projects, active, 3600, hours=12)
    evenly = projects / (1800 - found.steps * 4 / 6) * 3600 / 2
    assert found.requests_per_hour < 1805
    assert found.oldest_look < 7200
    assert found.mean < evenly * 0.9
