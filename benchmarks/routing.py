"""Simulates looks of routing with the real scheduler: latency of steps and requests an hour, without a network.

Usage: python -m benchmarks.routing [--hours 48]
"""

from __future__ import annotations

import argparse
import heapq
import random
from typing import NamedTuple

from reconciler.model.live import Place, Tool
from reconciler.routing.schedule import Schedule

__all__ = ["Figures", "simulate"]

TOOL = Tool("invoice", None)
OLDEST = 7200.0
SHARE = 0.5
ACTIVE_HOURS = 24.0  # how long an instance is active, on average: it waits for us once in that time
QUIET = 0.7  # of all projects, those without a workflow of the tool
READS = 4  # requests of a new step: the instance, its item, the response, and reading it back


class Figures(NamedTuple):
    """Outcome of a simulation: seconds and requests an hour, after the first day."""

    steps: int
    mean: float
    worst: float
    oldest_look: float
    requests_per_hour: float
    most_in_an_hour: int


def simulate(projects: int, active: int, per_hour: int, *, hours: float = 48.0, seed: int = 7) -> Figures:
    """Run so many hours; steps come at random, most of them in few projects.

    ``active`` is the number of instances that are active at a time, ``per_hour`` the limit of the service.
    """
    chance = random.Random(seed)
    places = [Place(str(number), TOOL) for number in range(projects)]
    busy = places[: max(int(projects * (1 - QUIET)), 1)]
    weights = [1 / (number + 1) for number in range(len(busy))]
    arrivals: list[tuple[float, Place]] = []
    now, rate = 0.0, active / (ACTIVE_HOURS * 3600.0)
    while now < hours * 3600:
        now += chance.expovariate(rate)
        arrivals.append((now, chance.choices(busy, weights)[0]))
    schedule = Schedule(places, now=0.0, per_hour=per_hour * SHARE, oldest=OLDEST, chance=chance)
    return _run(schedule, arrivals, hours * 3600)


def _run(schedule: Schedule, arrivals: list[tuple[float, Place]], end: float) -> Figures:
    heapq.heapify(arrivals)
    waiting: dict[Place, list[float]] = {}
    waits: list[float] = []
    sent: list[tuple[float, int]] = []
    oldest, now, warm = 0.0, 0.0, min(86_400.0, end / 2)
    while now < end:
        place, wait = schedule.next(now)
        if place is None:
            now += max(wait, 0.01)
            continue
        now += 0.2  # an answer takes so long
        while arrivals and arrivals[0][0] <= now:
            came, where = heapq.heappop(arrivals)
            waiting.setdefault(where, []).append(came)
        if now > warm:
            oldest = max(oldest, schedule.ages(now)[place])
        found = waiting.pop(place, [])
        waits += [now - came for came in found if came > warm]
        requests = 1 + READS * len(found)
        sent.append((now, requests))
        schedule.looked(place, now, found=len(found), requests=requests)
    measured = [(moment, count) for moment, count in sent if moment > warm]
    by_hour: dict[int, int] = {}
    for moment, count in measured:
        by_hour[int(moment // 3600)] = by_hour.get(int(moment // 3600), 0) + count
    total = sum(count for _, count in measured)
    return Figures(
        len(waits), sum(waits) / max(len(waits), 1), max(waits, default=0.0), oldest,
        total / ((end - warm) / 3600), max(by_hour.values(), default=0),
    )  # fmt: skip


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=48.0)
    hours = parser.parse_args().hours
    print("| limit an hour | projects | active | steps | mean wait | longest wait | oldest look | requests an hour |")
    print("|---|---|---|---|---|---|---|---|")
    for per_hour in (3600, 600):
        for projects in (10, 100, 1000):
            for active in (50, 500, 5000):
                found = simulate(projects, active, per_hour, hours=hours)
                print(
                    f"| {per_hour:,} | {projects:,} | {active:,} | {found.steps:,} | {found.mean:.0f} s | "
                    f"{found.worst:.0f} s | {found.oldest_look:.0f} s | {found.requests_per_hour:.0f} |"
                )


if __name__ == "__main__":
    main()
