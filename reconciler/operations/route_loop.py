"""Routes until somebody stops it: one look after another, with a file that says how it goes."""

from __future__ import annotations

import math
import random
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from reconciler.errors import ServiceError
from reconciler.live.interruptible_waits import Interrupted
from reconciler.model.quantities import read_moment
from reconciler.model.routed import Health
from reconciler.operations.route import look_at
from reconciler.operations.route_answer import settle_open
from reconciler.operations.route_company import CompanyLists
from reconciler.operations.route_signs import LifeSigns, Shown
from reconciler.operations.route_start import forget_old, open_router
from reconciler.operations.route_stop import StopWatcher
from reconciler.operations.route_trouble import is_down
from reconciler.routing.schedule import Schedule
from reconciler.routing.wake_listener import WakeListener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.model.live import Place
    from reconciler.model.routed import RoutedStatus, RoutedStep
    from reconciler.operations.route_round import Router
    from reconciler.operations.route_stop import Stop
    from reconciler.operations.run import Run

__all__ = ["RouteLoop", "RouteOptions", "route_until"]

HOLD_SECONDS: Final = 60.0
REFRESH_SECONDS: Final = 3600.0
SETTLE_SECONDS: Final = 300.0
_USUAL_LIMIT = 3600
_SETTLE_PART = 0.2  # of the share; a response that always fails leaves the rest to looks
_LONGEST_WAIT_SECONDS = 60.0
_WAKE_SECONDS = 0.5  # how long a signal waits while somebody may ask for a look
_OVER = frozenset({"answered", "moved-on"})
_NEEDS_PERSON = frozenset({"undecided", "no-rule", "left-alone", "held", "failed"})


class RouteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a process routes: ``interval`` and ``oldest`` are seconds, ``share`` is of the request limit.

    ``health_at`` is the file of its health, ``metrics_at`` one for Prometheus; null for none. ``wake_at`` is where
    others ask for a look.
    """

    interval: float = 60.0
    oldest: float = 7200.0
    share: float = 0.5
    health_at: Path | None = None
    metrics_at: Path | None = None
    wake_at: tuple[str, int] | None = None


def route_until(
    run: Run,
    settings_file: Path | None,
    journal_at: Path | None,
    options: RouteOptions,
    *,
    stopped: Stop,
    tell: Callable[[RoutedStep], None],
) -> None:
    """Look, decide and respond until ``stopped`` is set; raises what ``open_router`` raises.

    Once other documents are committed, it reads them as another process would.

    ``tell`` receives each step whose status is new. A look under way ends first; after some seconds its waits are
    ended. What could not be journalled as answered is settled by the next start.
    """
    signs = LifeSigns(run, options.health_at, options.metrics_at)
    signs.discard()
    listener = nullcontext() if options.wake_at is None else WakeListener(options.wake_at)
    with listener as waker, StopWatcher(stopped) as watcher:
        try:
            while not stopped.is_set():
                with open_router(run, settings_file, journal_at, pulse=signs.pulse, opened=watcher.take_up) as router:
                    watcher.let_finish()
                    RouteLoop(router, options, stopped, tell, waker).go(signs)
        except Interrupted:  # somebody stopped the process while it waited for the service
            return
        finally:
            signs.end()


class RouteLoop:
    """One process: the schedule, and what was shown of each step."""

    def __init__(
        self,
        router: Router,
        options: RouteOptions,
        stopped: Stop,
        tell: Callable[[RoutedStep], None],
        waker: WakeListener | None = None,
    ) -> None:
        self._router = router
        self._options = options
        self._stopped = stopped
        self._tell = tell
        self._waker = waker
        self._told: dict[str, tuple[RoutedStatus, str | None]] = {}
        self._statuses: dict[RoutedStatus, int] = {}
        self._waiting: dict[Place, list[RoutedStep]] = {}
        self._failed: set[Place] = set()
        self._steady = router.run.clock.steady
        now = self._steady()
        self._settled_at = now - SETTLE_SECONDS
        self._settle_from = 0
        self._refreshed_at = now
        self._company = CompanyLists(router, options.interval)
        self._schedule = Schedule(
            (*router.queues(), *self._company.places()),
            now=now,
            per_hour=self._per_hour(),
            oldest=options.oldest,
            chance=random.Random(),  # noqa: S311 - spreads looks
            soonest=options.interval,
        )
        self._company.follow(self._schedule, now)

    def go(self, signs: LifeSigns) -> None:
        """Look until somebody stops it; ``signs`` show how it goes."""

        def is_stopped() -> bool:  # asked before each instance: a long look is not silent, and sees a freeze
            signs.pulse()
            return self._stopped.is_set() or self._router.is_outdated()

        self._router.stopped = is_stopped
        signs.begin(lambda: Shown(self.health(), self._statuses, self._router.company_id))
        while not self._stopped.is_set() and not self._router.is_outdated():
            self.once()
            signs.show()

    def once(self) -> None:
        """Do what is due: one look, or a wait of at most a minute."""
        before = self._router.service.requests
        self._settle()
        self._follow_projects()
        self._schedule.spent(self._router.service.requests - before)
        for asked in () if self._waker is None else self._waker.asked():
            self._schedule.wake(asked)
        place, wait = self._schedule.next(self._steady())
        if place is None:
            self._wait(min(wait, _LONGEST_WAIT_SECONDS))
        else:
            self._look(place)

    def _wait(self, seconds: float) -> None:
        """Wait until a signal comes, or somebody asks for a look."""
        ends_at = self._steady() + seconds
        while self._waker is not None and (left := ends_at - self._steady()) > _WAKE_SECONDS:
            if self._waker.wait(min(left, _WAKE_SECONDS)) or self._stopped.is_set():
                return
        self._stopped.wait(max(ends_at - self._steady(), 0.0))

    def _settle(self) -> None:
        """Settle what is open in the journal, at the start and every few minutes: it may have left every list."""
        now = self._steady()
        if now - self._settled_at < SETTLE_SECONDS:
            return
        self._settled_at = now
        forget_old(self._router.ledger, self._router.run.clock.now())
        intents = self._router.ledger.open()
        begin = self._settle_from % max(len(intents), 1)
        ends_at = self._router.service.requests + self._per_hour() * SETTLE_SECONDS / 3600.0 * _SETTLE_PART
        for intent in intents[begin:] + intents[:begin]:  # looks settle them too, where they are listed
            if self._router.stopped() or self._router.service.requests >= ends_at:
                return
            self._settle_from += 1
            self._router.failure = None
            step = settle_open(self._router, intent)
            self._report(step)
            is_failed = step.status == "failed"
            if self._router.trouble.ends_look(intent.instance_id, self._router.failure, is_failed=is_failed):
                self._schedule.hold(HOLD_SECONDS, now)
                return

    def _look(self, place: Place) -> None:
        before = self._router.service.requests
        known = {one.instance_id for one in self._waiting.get(place, ())}
        of_company = self._company.is_one(place)
        found = self._company.look(place, self._schedule) if of_company else look_at(self._router, place, goes_on=False)
        requests = self._router.service.requests - before
        now = self._steady()
        self._schedule.limit(self._per_hour())
        if found.failure is not None:
            self._failed.add(place)
            self._keep(place, found.steps)
            self._schedule.failed(place, now, requests=requests)
            if is_down(found.failure):
                self._schedule.hold(HOLD_SECONDS, now)
        elif found.look is not None:  # else somebody stopped it in between
            self._failed.discard(place)
            new = sum(one.instance_id not in known for one in found.steps)
            overdue_at = self._overdue_at(place, now)
            self._schedule.looked(place, now, found=new, requests=requests, overdue_at=overdue_at)
            self._company.compare(place, found.listed, self._schedule)
            if of_company and self._company.covers(place.tool):
                self._waiting = {one: steps for one, steps in self._waiting.items() if one.tool != place.tool}
            self._waiting[place] = [one for one in found.steps if one.status not in _OVER]
        for queue in self._company.places():
            if not self._company.covers(queue.tool):  # each project has its steps again
                self._waiting.pop(queue, None)
        for one in found.steps:
            self._report(one)

    def _keep(self, place: Place, steps: Iterable[RoutedStep]) -> None:
        """Keep the steps of a look that was not completed, beside those that it did not come to."""
        known = {one.instance_id: one for one in (*self._waiting.get(place, ()), *steps) if one.instance_id}
        self._waiting[place] = [one for one in known.values() if one.status not in _OVER]

    def _overdue_at(self, place: Place, now: float) -> float:
        """Return when the next step that waits in a queue is overdue, by the steady clock."""
        moments = [read_moment(one.overdue_at) for one in self._router.seen.values() if one.place == place]
        left = [(one - self._router.run.clock.now()).total_seconds() for one in moments if one is not None]
        return min((now + one for one in left if one > 0), default=math.inf)

    def _report(self, step: RoutedStep) -> None:
        """Show a step whose status is new, or its reason where it did not fail, and count it."""
        key = step.step_occurrence_id or f"{step.address}/{step.instance_id}"
        # a failure has another reason each time, and those that wait for their turn have none of their own
        reason = None if step.status == "failed" else step.reason
        known = self._told.get(key)
        if known is None or known[0] != step.status:
            self._statuses[step.status] = self._statuses.get(step.status, 0) + 1
        if known != (step.status, reason):  # people who were added are in the reason
            self._told[key] = step.status, reason
            self._tell(step)
        if len(self._told) > 2 * sum(map(len, self._waiting.values())) + 10_000:
            waiting = {one.step_occurrence_id for steps in self._waiting.values() for one in steps}
            self._told = {one: told for one, told in self._told.items() if one in waiting}

    def _per_hour(self) -> float:
        """Return the requests that routing may send in an hour."""
        limit = self._router.run.windows.hourly_limit() or _USUAL_LIMIT
        return max(limit * self._options.share, 1.0)

    def _follow_projects(self) -> None:
        """Take up projects that are new, about every hour; where they cannot be read, the known ones stay."""
        now = self._steady()
        if now - self._refreshed_at < REFRESH_SECONDS or not any(one.by_project for one in self._router.rules):
            return
        self._refreshed_at = now
        try:
            projects = self._router.service.projects()
        except ServiceError as error:
            self._router.run.reporter.note(error.message)
            return
        if not projects and self._router.projects:
            self._router.run.reporter.note("the list of projects is empty: the projects known so far are looked at")
            return
        self._router.projects = projects
        queues = [*self._router.queues(), *self._company.places()]
        self._schedule.follow(queues, now)
        self._company.follow(self._schedule, now)
        self._failed.intersection_update(queues)
        self._waiting = {place: steps for place, steps in self._waiting.items() if place in set(queues)}

    def health(self) -> Health:
        """Return the state of the process, as its file has it."""
        # the list of a company that covers nothing is no queue: nothing depends on it
        ages = {
            place: age
            for place, age in self._schedule.ages(self._steady()).items()
            if not self._company.is_one(place) or self._company.covers(place.tool)
        }
        failed = self._failed & ages.keys()
        oldest = max(ages.values(), default=0.0)
        steps = {one.instance_id: one for waiting in self._waiting.values() for one in waiting}.values()
        return Health(
            format="reconciler/route-health/1",
            at=self._router.run.clock.moment(),
            oldest_look_seconds=round(oldest, 1),
            oldest_look_allowed_seconds=self._options.oldest,
            queues=len(ages),
            queues_failed=len(failed),
            waiting=len(steps) + self._company.sought(),
            needs_person=sum(one.status in _NEEDS_PERSON for one in steps),
            overdue=sum(one.overdue for one in steps),
            healthy=bool(ages) and oldest <= self._options.oldest and len(failed) < len(ages),
        )
