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
    one.looked(A, 6600.0, found=0, requests=0)
    assert one.wake(B)
    assert one.next(6600.0)[0] == B
    one.looked(B, 6600.0, found=0, requests=1)
    assert one.next(6601.0)[0] == C
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


def test_after_a_hold_queues_go_on_one_by_one() -> None:
    """No share is saved while all are held, and none from before is kept."""
    one = schedule(A, B, C)
    assert one.next(1000.0)[0] is not None, "ten seconds of the share are there"
    one.hold(600.0, 1000.0)
    place = one.next(1600.0)[0]
    assert place is not None
    one.looked(place, 1600.0, found=0, requests=1)
    assert one.next(1600.0) == (None, 1.0)
    assert one.next(1605.0)[0] is not None
    one.spent(5)
    assert one.next(1605.0) == (None, 1.0), "later it is saved again"


def test_what_was_taken_too_much_is_made_up_for_in_a_hold() -> None:
    """It does not lengthen it."""
    one = schedule(A, per_hour=360.0)
    one.spent(20)
    one.hold(250.0, 0.0)
    assert one.next(250.0)[0] == A
    one.spent(1)
    assert one.next(250.0) == (None, 10.0)


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


@pytest.mark.parametrize(
    ("projects", "active", "hours"), [(100, 500, 8), pytest.param(200, 100, 12, marks=pytest.mark.slow)]
)
def test_half_of_the_wait_of_polling_evenly(projects: int, active: int, hours: int) -> None:
    """In simulated time: a share of 1,800 an hour is kept, nothing is older than two hours, and waits are short."""
    found = simulate(projects, active, 3600, hours=hours, share=0.5)
    evenly = projects / (1800 - found.steps * 8 / hours) * 3600 / 2
    assert found.requests_per_hour < 1805
    assert found.oldest_look < 7200
    assert found.mean < evenly * 0.9


COMPANY = Place(None, TOOL)


def test_a_queue_that_repeats() -> None:
    """It is looked at after its own period, before what is only due."""
    one = schedule(A, B)
    one.repeat(A, 600.0)
    one.looked(B, 0.0, found=50, requests=0)
    assert one.next(599.0)[0] == B
    assert one.next(601.0)[0] == A
    one.repeat(C, 1.0)  # of no queue of ours: nothing


def test_what_the_company_covers_is_looked_at_about_once_a_day() -> None:
    """Meanwhile its age is that of the look at the company, and nothing of it is due."""
    one = schedule(A, B, COMPANY)
    one.repeat(COMPANY, 60.0)
    one.looked(A, 0.0, found=50, requests=0)
    one.cover(COMPANY, 0.0)
    seen: dict[Place, int] = {}
    now = 0.0
    while now < 4 * 86_400:
        place, wait = one.next(now)
        if place is None:
            now += wait
            continue
        seen[place] = seen.get(place, 0) + 1
        one.looked(place, now, found=0, requests=1)
        assert max(one.ages(now).values()) <= 70
    assert seen[COMPANY] > 4 * 86_400 / 75
    assert 3 <= seen[A] <= 6
    assert 3 <= seen[B] <= 6
    one.uncover(TOOL)
    one.looked(COMPANY, now, found=0, requests=0)
    assert one.next(now + 30.0)[0] in {A, B}
    assert one.ages(now)[A] > 0


def test_a_project_that_is_new_is_covered_too() -> None:
    """From the moment it is taken up."""
    one = schedule(COMPANY)
    one.cover(COMPANY, 0.0)
    one.follow([COMPANY, A], 10.0)
    one.looked(COMPANY, 10.0, found=0, requests=0)
    assert one.ages(20.0)[A] == 10.0


def test_a_search_goes_where_most_is_found_first() -> None:
    """It visits each project once, ends early where what was sought is found, and failures do not hold it up."""
    one = schedule(A, B, C, COMPANY)
    one.looked(B, 100.0, found=9, requests=0)
    one.looked(C, 100.0, found=3, requests=0)
    one.looked(A, 100.0, found=0, requests=0)
    one.looked(COMPANY, 900.0, found=0, requests=0)
    one.cover(COMPANY, 100.0)
    one.seek(TOOL, [200.0, 300.0])
    visited = []
    for _ in range(3):
        assert one.tried_since(TOOL) == 100.0
        place, _ = one.next(950.0)
        assert place is not None
        visited.append(place)
        if place == C:
            one.failed(place, 950.0, requests=0)
        else:
            one.looked(place, 950.0, found=0, requests=0)
    assert visited == [B, C, A]
    assert one.tried_since(TOOL) == 950.0
    assert one.next(950.0)[0] is None
    one.looked(COMPANY, 2000.0, found=0, requests=0)
    assert one.next(2000.0)[0] == C, "one that failed is tried again, also where the company covers it"
    one.looked(C, 2000.0, found=0, requests=0)
    assert one.next(2010.0)[0] is None
    one.seek(TOOL, [])
    assert one.next(2010.0)[0] is None


def test_a_search_goes_on_while_others_begin() -> None:
    """A project that was tried since an instance appeared is not tried for it again, but for those that came later."""
    one = schedule(A, B, COMPANY)
    one.looked(B, 100.0, found=9, requests=0)
    one.looked(COMPANY, 900.0, found=0, requests=0)
    one.cover(COMPANY, 100.0)
    one.seek(TOOL, [200.0])
    assert one.next(300.0)[0] == B
    one.looked(B, 300.0, found=0, requests=0)
    one.seek(TOOL, [200.0, 350.0])
    assert one.next(361.0)[0] == B
    one.looked(B, 361.0, found=1, requests=0)
    assert one.next(430.0)[0] == A


def test_who_asks_again_and_again_waits_ten_seconds() -> None:
    """A queue that is asked for all the time takes neither the share nor the place of one that is too old."""
    one = schedule(A, B)
    one.looked(A, 7000.0, found=0, requests=0)
    assert one.wake(A)
    assert one.next(7005.0)[0] == B
    one.looked(B, 7005.0, found=0, requests=0)
    assert one.next(7005.0) == (None, 5.0)
    assert one.next(7010.0)[0] == A


def test_queues_that_always_fail_leave_the_share_to_others() -> None:
    """Each failure in a row doubles the wait; one success, and it is short again."""
    places = [Place(str(number), TOOL) for number in range(60)]
    one = schedule(*places, per_hour=360.0)
    looks, now = {True: 0, False: 0}, 0.0
    oldest = 0.0
    while now < 43_200:
        place, wait = one.next(now)
        if place is None:
            now += wait
            continue
        now += 0.2
        fails = int(place.project_id or 0) < 40
        looks[fails] += now > 14_400
        if fails:
            one.failed(place, now, requests=1)
        else:
            oldest = max(oldest, one.ages(now)[place] if now > 14_400 else 0.0)
            one.looked(place, now, found=0, requests=1)
    assert looks[False] > 8 * looks[True] / 2
    assert oldest < 7200
    one.looked(places[0], now, found=0, requests=0)
    one.failed(places[0], now, requests=0)
    assert now + 450 >= one._queues[places[0]].retry_at >= now + 150
