"""Says which queue to look at next, within a share of the request limit; it sends nothing."""

from __future__ import annotations

import bisect
import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from reconciler.model.live import Place, Tool

__all__ = ["Schedule"]

LEARNED_SECONDS: Final = 86_400.0
SOONEST_SECONDS: Final = 60.0
OVERDUE_SECONDS: Final = 3600.0
AUDIT_SECONDS: Final = 86_400.0
ASKED_SECONDS: Final = 10.0
_PRIOR_SECONDS = 86_400.0  # how much of looking without a find counts before anything is learned
_FLOOR = 1 / 2_592_000.0  # a step a month, so that no queue is ever forgotten
_MOST_DOUBLED = 10
_BURST_SECONDS = 10.0
_PART = 0.25  # of the share, for a queue that repeats: a search goes on beside it
_RETRY_SECONDS = 300.0
_URGENT = 1e12
_PERIODIC = 1e11
_SOUGHT = 1e10


class _Queue:
    """One queue as it is known; moments are seconds of any steady clock."""

    __slots__ = ("asked_for", "audit_at", "exposed", "failures", "found", "is_covered", "looked_at", "overdue_at",
                 "period", "retry_at", "tried_at")  # fmt: skip

    def __init__(self, looked_at: float) -> None:
        self.looked_at = looked_at
        self.found = 0.0
        self.exposed = 0.0
        self.failures = 0
        self.overdue_at = math.inf
        self.retry_at = self.tried_at = -math.inf
        self.asked_for = False
        self.period: float | None = None
        self.is_covered = False
        self.audit_at = -math.inf

    @property
    def rate(self) -> float:
        """Steps a second, as learned over about a day, and never below the floor."""
        return max(self.found / (self.exposed + _PRIOR_SECONDS), _FLOOR)

    def learn(self, age: float, found: int) -> None:
        """Take in how many steps came in so many seconds; what is older than a day counts less and less."""
        kept = math.exp(-max(age, 0.0) / LEARNED_SECONDS)
        self.found = self.found * kept + found
        self.exposed = self.exposed * kept + max(age, 0.0)


class Schedule:
    """The queues with the moment of their last completed look.

    A queue is due by ``rate × age² / 2``: the sum of the waits that a look ends, in seconds. Before that come queues
    older than ``oldest`` seconds, queues that somebody asked for, and queues with a step overdue within an hour.
    A queue that another one covers is looked at about once a day, and in a search.
    ``per_hour`` bounds all requests that are reported. No queue is looked at again within ``soonest`` seconds. First
    looks are spread at random.
    """

    def __init__(
        self,
        places: Iterable[Place],
        *,
        now: float,
        per_hour: float,
        oldest: float,
        chance: Random,
        soonest: float = SOONEST_SECONDS,
    ) -> None:
        self._oldest = oldest
        self._soonest = soonest
        self._chance = chance
        self._per_second = per_hour / 3600.0
        self._budget = 1.0
        self._budget_at = now
        self._held_until = -math.inf
        self._queues: dict[Place, _Queue] = {}
        self._covered: dict[Tool, Place] = {}
        self._sought: dict[Tool, list[float]] = {}
        self.follow(places, now)

    def follow(self, places: Iterable[Place], now: float) -> None:
        """Take up new queues and drop those that are gone."""
        wanted = dict.fromkeys(places)
        self._queues = {place: self._queues.get(place) or self._first(now) for place in wanted}
        for place, queue in self._queues.items():
            queue.is_covered = self._is_covered(place)

    def _first(self, now: float) -> _Queue:
        return _Queue(now - self._chance.random() * self._oldest)

    def next(self, now: float) -> tuple[Place | None, float]:
        """Return the queue to look at now, or null and the seconds until it is worth asking again."""
        wait = self._held_until - now
        if wait > 0:
            return None, wait
        self._refill(now)
        if self._budget < 1.0:
            return None, (1.0 - self._budget) / self._per_second
        best, most, soonest = None, 0.0, math.inf
        for place, queue in self._queues.items():
            due = self._due(place, queue, now)
            if due > most:
                best, most = place, due
            elif best is None:
                soonest = min(soonest, self._ready_at(place, queue) - now)
        return (best, 0.0) if best is not None else (None, max(min(soonest, self._soonest), 0.1))

    def _is_covered(self, place: Place) -> bool:
        return place.project_id is not None and place.tool in self._covered

    def _ready_at(self, place: Place, queue: _Queue) -> float:
        """Return when a queue may be looked at again at the soonest."""
        if queue.is_covered and not (queue.asked_for or self._seeks(place, queue)):
            return max(queue.audit_at, queue.retry_at)
        if queue.tried_at == -math.inf:  # nobody waits for the first look, however long the interval is
            return queue.retry_at
        period = self._soonest if queue.period is None else max(queue.period, 1 / (_PART * self._per_second))
        period = min(period, ASKED_SECONDS) if queue.asked_for else period
        return max(queue.looked_at + period, queue.retry_at)

    def _seeks(self, place: Place, queue: _Queue) -> int:
        """Return how many instances that are sought may be in a queue: it was not tried since they appeared."""
        sought = self._sought.get(place.tool)
        if not sought or place.project_id is None:
            return 0
        return len(sought) - bisect.bisect_right(sought, queue.tried_at)

    def _due(self, place: Place, queue: _Queue, now: float) -> float:
        """Return how much a look at a queue is due; 0 where it may not be looked at yet."""
        if now < self._ready_at(place, queue):
            return 0.0
        age = now - queue.looked_at
        if now >= queue.audit_at if queue.is_covered else age > self._oldest * 0.9:
            first = 3 * _URGENT
        elif queue.asked_for:
            first = 2 * _URGENT
        elif 0 <= queue.overdue_at - now < OVERDUE_SECONDS:
            first = _URGENT
        elif queue.period is not None:
            first = _PERIODIC
        elif sought := self._seeks(place, queue):
            first = _SOUGHT * (1 + queue.rate * sought)
        else:
            return queue.rate * age * age / 2
        return first + age

    def looked(self, place: Place, now: float, *, found: int, requests: int, overdue_at: float = math.inf) -> None:
        """Report a completed look: how many steps were new, what it cost, and when a step is overdue next."""
        queue = self._queues.get(place)
        self.spent(requests)
        if queue is None:
            return
        queue.learn(now - queue.looked_at, found)
        queue.looked_at, queue.overdue_at = now, overdue_at
        queue.tried_at = now
        queue.asked_for = False
        queue.failures = 0
        queue.retry_at = -math.inf
        queue.audit_at = now + AUDIT_SECONDS * (0.9 + 0.3 * self._chance.random())

    def failed(self, place: Place, now: float, *, requests: int) -> None:
        """Report a look that failed: its age goes on, and it is tried again after some minutes.

        Each failure in a row doubles the wait, up to ``oldest``: those that always fail leave the share to others.
        """
        self.spent(requests)
        queue = self._queues.get(place)
        if queue is not None:
            queue.tried_at = now
            wait = min(_RETRY_SECONDS * 2.0 ** min(queue.failures, _MOST_DOUBLED), max(self._oldest, _RETRY_SECONDS))
            queue.failures += 1
            queue.audit_at = queue.retry_at = now + wait * (0.5 + self._chance.random())
            queue.asked_for = False

    def spent(self, requests: int) -> None:
        """Take requests from the share."""
        self._budget -= requests

    def wake(self, place: Place) -> bool:
        """Move a queue forward; return whether there is such a queue."""
        queue = self._queues.get(place)
        if queue is not None:
            queue.asked_for = True
        return queue is not None

    def repeat(self, place: Place, seconds: float) -> None:
        """Look at a queue every so many seconds, also where nothing is found."""
        queue = self._queues.get(place)
        if queue is not None:
            queue.period = seconds

    def cover(self, place: Place, now: float) -> None:
        """Take the list of a company for that of all its projects; each is still looked at daily."""
        self._covered[place.tool] = place
        for one, queue in self._queues.items():
            if self._is_covered(one):
                queue.is_covered = True
                queue.audit_at = now + AUDIT_SECONDS * self._chance.random()

    def uncover(self, tool: Tool) -> None:
        """Look at each project for itself again."""
        self._covered.pop(tool, None)
        for place, queue in self._queues.items():
            queue.is_covered = self._is_covered(place)

    def seek(self, tool: Tool, appeared_at: Iterable[float]) -> None:
        """Look for instances in the projects of a tool, where most is found first; replaces what was sought before.

        ``appeared_at`` has a moment for each of them: a queue that was tried since cannot have it.
        """
        self._sought[tool] = sorted(appeared_at)

    def tried_since(self, tool: Tool) -> float:
        """Return the moment since which every project of a tool was tried."""
        tried = (queue.tried_at for place, queue in self._queues.items() if place.project_id and place.tool == tool)
        return min(tried, default=math.inf)

    def hold(self, seconds: float, now: float) -> None:
        """Hold all queues: the service is over its limit, or down. They go on one by one, by the share."""
        self._held_until = max(self._held_until, now + seconds)

    def limit(self, per_hour: float) -> None:
        """Change how many requests an hour may take."""
        self._per_second = per_hour / 3600.0

    def ages(self, now: float) -> dict[Place, float]:
        """Return the seconds since the last completed look of each queue, or of the one that covers it."""
        found = {place: now - queue.looked_at for place, queue in self._queues.items()}
        for place, queue in self._queues.items():
            if queue.is_covered:
                found[place] = min(found[place], found.get(self._covered[place.tool], math.inf))
        return found

    def _refill(self, now: float) -> None:
        was_held = self._budget_at < self._held_until  # no burst after it
        burst = 1.0 if was_held else max(1.0, self._per_second * _BURST_SECONDS)
        self._budget = min(self._budget + (now - self._budget_at) * self._per_second, burst)
        self._budget_at = now
