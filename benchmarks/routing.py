"""Simulates days of routing with the real loop: latency of steps and requests an hour, without a network.

Usage: python -m benchmarks.routing [--hours 36]
"""

from __future__ import annotations

import argparse
import bisect
import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.simulated_company import BOT, SimulatedCompany, VirtualTime, simulated_rules
from reconciler.operations.route_loop import RouteLoop, RouteOptions
from reconciler.operations.route_round import Router
from reconciler.operations.run import Run
from reconciler.routing.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.routed import RouteLine

__all__ = ["Figures", "arrivals", "router_of", "simulate"]

ACTIVE_HOURS = 24.0  # how long an instance is active, on average: it waits for us once in that time
QUIET = 0.7  # of all projects, those without a workflow of the tool
IN_PROJECT = "/rest/v1.0/projects/{project_id}/requisitions/{item_id}"
IN_COMPANY = "/rest/v1.0/companies/{company_id}/invoices/{item_id}"


class Figures(NamedTuple):
    """Outcome of a simulation: seconds and requests an hour, after half of it; ``too_many`` are answers with 429."""

    steps: int
    mean: float
    worst: float
    oldest_look: float
    requests_per_hour: float
    most_in_an_hour: int
    too_many: int


class _Memory:
    """A journal that keeps nothing."""

    def record(self, line: RouteLine) -> None:
        """Forget a line."""


def arrivals(projects: int, active: int, hours: float, chance: random.Random) -> Iterator[tuple[float, str]]:
    """Yield steps that come at random, most of them in few projects, while so many instances are active at a time."""
    busy = [str(1000 + number) for number in range(max(int(projects * (1 - QUIET)), 1))]
    weights = [1 / (number + 1) for number in range(len(busy))]
    now, rate = 0.0, active / (ACTIVE_HOURS * 3600.0)
    while now < hours * 3600:
        now += chance.expovariate(rate)
        yield now, chance.choices(busy, weights)[0]


def router_of(
    time: VirtualTime, company: SimulatedCompany, *, revision: int = 0, item_path: str | None = None,
    journal: object = None, lines: list[RouteLine] | None = None,
) -> Router:  # fmt: skip
    """Return a process that routes for a simulated company."""
    run = Run(environment={}, clock=time.clock, folder=Path(), today=time.clock.now().date(), windows=company.windows)
    (template,) = company.templates()
    return Router(
        run=run, company_id="4211", run_id=f"run-{revision}", service=company, me=BOT,
        rules=(simulated_rules(template, revision=revision, item_path=item_path),), revision=f"r{revision}",
        ledger=Ledger(lines or (), company_id="4211", login_id=BOT.id), journal=journal or _Memory(),  # type: ignore[arg-type]
        folders=(), projects=company.projects(),
    )  # fmt: skip


def simulate(  # noqa: PLR0913 - each named
    projects: int, active: int, per_hour: int, *, hours: float = 36.0, seed: int = 7, share: float = 1.0,
    lists_projects: bool = False, item_path: str = IN_PROJECT,
) -> Figures:  # fmt: skip
    """Run the loop for so many hours.

    ``active`` is the number of instances that are active at a time, ``per_hour`` the limit of the service. With
    ``lists_projects`` the company's list also has the instances of projects.
    """
    time = VirtualTime(hours * 3600)
    coming = arrivals(projects, active, hours, random.Random(seed))
    company = SimulatedCompany(time, projects, coming, per_hour=per_hour, lists_projects=lists_projects)
    options = RouteOptions(interval=60.0, share=share)
    loop = RouteLoop(router_of(time, company, item_path=item_path), options, time, lambda _step: None)
    warm = hours * 1800
    oldest = 0.0
    while not time.is_set():
        loop.once()
        if time.now > warm:
            oldest = max(oldest, loop.health().oldest_look_seconds)
    waits = [wait for at, wait in company.waits if at - wait > warm]
    sent = company.sent_at[bisect.bisect(company.sent_at, warm) :]
    hourly: dict[int, int] = {}
    for moment in sent:
        hourly[int(moment // 3600)] = hourly.get(int(moment // 3600), 0) + 1
    return Figures(
        len(waits), sum(waits) / max(len(waits), 1), max(waits, default=0.0), oldest,
        len(sent) / (hours / 2), max(hourly.values(), default=0), company.too_many,
    )  # fmt: skip


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=36.0)
    hours = parser.parse_args().hours
    print("| list | limit | share | projects | active | steps | mean wait | longest | oldest look | requests/h | 429 |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for per_hour in (3600, 600):
        for projects in (10, 100, 1000):
            for active in (50, 500, 5000):
                _print("projects", per_hour, projects, active, simulate(projects, active, per_hour, hours=hours))
    for name, path in (("company, project sought", IN_PROJECT), ("company", IN_COMPANY)):
        for per_hour in (3600, 600):
            found = simulate(1000, 500, per_hour, hours=hours, lists_projects=True, item_path=path)
            _print(name, per_hour, 1000, 500, found)
    found = simulate(1000, 500, 3600, hours=hours, share=0.5)
    _print("projects", 3600, 1000, 500, found, share=0.5)


def _print(name: str, per_hour: int, projects: int, active: int, found: Figures, *, share: float = 1.0) -> None:
    print(
        f"| {name} | {per_hour:,} | {share} | {projects:,} | {active:,} | {found.steps:,} | {found.mean:.0f} s | "
        f"{found.worst:.0f} s | {found.oldest_look:.0f} s | {found.requests_per_hour:.0f} | {found.too_many} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
