"""Routing for a week and for a month, in simulated time: nothing is left, and nothing grows."""

from __future__ import annotations

import gc
import random
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from benchmarks.routing import arrivals, router_of
from benchmarks.simulated_company import SimulatedCompany, VirtualTime
from reconciler.journal.route_file import RouteJournal
from reconciler.journal.route_records import DAYS, read_route_lines
from reconciler.model.routed import RouteIntended, RouteOutcome
from reconciler.operations.route_loop import RouteLoop, RouteOptions
from tests.support.simulated_service import CrashError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DAY = 86_400.0
OLDEST = 7200.0
OUTAGES = [(DAY * day + 40_000.0, DAY * day + 40_000.0 + 600.0 * day) for day in range(1, 7)]
LARGEST_LINES = 2600  # bytes that the journal holds of one step with a response


def troubled(time: VirtualTime, chance: random.Random) -> Callable[[str], str]:
    """Return what happens: outages of up to an hour, an answer that is lost now and then, and ends at any point."""

    def happens(point: str) -> str:
        if any(begin <= time.now < end for begin, end in OUTAGES):
            return "down"
        number = chance.random()
        if number < (0.02 if point in {"respond", "read"} else 0.002):
            raise CrashError
        return "lost" if point == "respond" and number < 0.07 else ""

    return happens


def starts(time: VirtualTime, company: SimulatedCompany, folder: Path) -> Iterator[int]:
    """Route until the time is over: start again after each crash, and with other rules each day; yield each start."""
    options = RouteOptions(interval=60.0, oldest=OLDEST, share=0.5)
    while not time.is_set():
        day = int(time.now / DAY)
        try:
            with RouteJournal(folder, time.clock.now, lambda: ()) as journal:
                router = router_of(time, company, revision=day, journal=journal, lines=list(read_route_lines(folder)))
                loop = RouteLoop(router, options, time, lambda _step: None)
                while not time.is_set() and int(time.now / DAY) == day:
                    loop.once()
        except CrashError:
            pass
        time.wait(15.0)
        yield day


@pytest.mark.slow
def test_a_week(tmp_path: Path) -> None:
    """Crashes, outages, lost answers, other rules each day: one response a step, as journalled, and none is left."""
    time = VirtualTime(7 * DAY)
    chance = random.Random(4)
    coming = list(arrivals(100, 150, 7 * 24 - 3, chance))
    company = SimulatedCompany(time, 100, coming, per_hour=1200, happens=troubled(time, chance))
    began = list(starts(time, company, tmp_path / "route"))
    lines = list(read_route_lines(tmp_path / "route"))
    intents = {one.instance_id: one for one in lines if isinstance(one, RouteIntended)}
    outcomes = {one.token: one.status for one in lines if isinstance(one, RouteOutcome)}
    assert len(began) > 100, "it was to crash more often"
    assert len(company.stored) == len(coming) - len(company.unanswered)
    assert not company.unanswered
    assert {name: (one.option.id, one.comment) for name, one in intents.items()} == company.stored
    assert len({one.token for one in intents.values()}) == len(company.stored)
    assert {outcomes[one.token] for one in intents.values()} == {"answered"}
    assert len({comment for _, comment in company.stored.values()}) == 7, "each day has other rules"
    assert company.too_many == 0
    assert max(wait for _, wait in company.waits) < OLDEST + 2 * 3600, "a look is late by an outage at most"
    sizes = [one.stat().st_size for one in sorted((tmp_path / "route").iterdir())]
    assert len(sizes) == 7
    assert sum(sizes) < LARGEST_LINES * len(company.stored)


@pytest.mark.slow
def test_a_month_of_memory(tmp_path: Path) -> None:
    """One process that is never started again: from the ninth day on it holds no more than before."""
    time = VirtualTime(30 * DAY)
    company = SimulatedCompany(time, 4, arrivals(4, 120, 30 * 24, random.Random(5)), per_hour=3600)
    held: list[int] = []
    tracemalloc.start()
    try:
        with RouteJournal(tmp_path / "route", time.clock.now, lambda: ()) as journal:
            options = RouteOptions(interval=900.0, oldest=OLDEST)
            loop = RouteLoop(router_of(time, company, journal=journal), options, time, lambda _step: None)
            for day in range(1, 31):
                while time.now < day * DAY:
                    loop.once()
                gc.collect()
                ours = tracemalloc.take_snapshot().filter_traces(
                    [tracemalloc.Filter(inclusive=True, filename_pattern="*/reconciler/*")]
                )
                held.append(sum(one.size for one in ours.traces))
    finally:
        tracemalloc.stop()
    assert len(company.stored) > 3000
    settled = held[DAYS + 1 :]
    assert max(settled) < 1.25 * min(settled), held
    assert max(held) < 4_000_000
