"""Says which queue to look at next, within a share of the request limit; it sends nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from reconciler.model.live import Place

__all__ = ["Schedule"]

LEARNED_SECONDS: Final = 86_400.0
SOONEST_SECONDS: Final = 60.0
OVERDUE_SECONDS: Final = 3600.0
_PRIOR_SECONDS = 86_400.0  # how much of looking without a find counts before anything is learned
_FLOOR = 1 / 2_592_000.0  # a step a month, so that no queue is ever forgotten
_BURST_SECONDS = 10.0
_RETRY_SECONDS = 300.0
_URGENT = 1e12


class _Queue:
    """One queue as it is known; moments are seconds of any steady clock."""

    __slots__ = ("asked_for", "exposed", "found", "looked_at", "overdue_at", "retry_at")

    def __init__(self, looked_at: float) -> None:
        self.looked_at = looked_at
        self.found = 0.0
        self.exposed = 0.0
        self.overdue_at = math.inf
        self.retry_at = -math.inf
        self.asked_for = False

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
    that somebody asked for, queues older than ``oldest`` seconds, and queues with a step overdue within an hour.
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
        self.follow(places, now)

    def follow(self, places: Iterable[Place], now: float) -> None:
        """Take up new queues and drop those that are gone."""
        wanted = dict.fromkeys(places)
        self._queues = {place: self._queues.get(place) or self._first(now) for place in wanted}

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
            due = self._due(queue, now)
            if due > most:
                best, most = place, due
            elif best is None:
                soonest = min(soonest, max(queue.looked_at + self._soonest, queue.retry_at) - now)
        return (best, 0.0) if best is not None else (None, max(min(soonest, self._soonest), 0.1))

    def _due(self, queue: _Queue, now: float) -> float:
        age = now - queue.looked_at
        if now < queue.retry_at:
            return 0.0
        if queue.asked_for:
            return 3 * _URGENT + age
        if age < self._soonest:
            return 0.0
        if age > self._oldest * 0.9:
            return 2 * _URGENT + age
        if queue.overdue_at - now < OVERDUE_SECONDS:
            return _URGENT + age
        return queue.rate * age * age / 2

    def looked(self, place: Place, now: float, *, found: int, requests: int, overdue_at: float = math.inf) -> None:
        """Report a completed look: how many steps were new, what it cost, and when a step is overdue next."""
        queue = self._queues.get(place)
        self.spent(requests)
        if queue is None:
            return
        queue.learn(now - queue.looked_at, found)
        queue.looked_at, queue.overdue_at = now, overdue_at
        queue.asked_for = False
        queue.retry_at = -math.inf

    def failed(self, place: Place, now: float, *, requests: int) -> None:
        """Report a look that failed: its age goes on, and it is tried again after some minutes."""
        self.spent(requests)
        queue = self._queues.get(place)
        if queue is not None:
            queue.retry_at = now + _RETRY_SECONDS * (0.5 + self._chance.random())
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

    def hold(self, seconds: float, now: float) -> None:
        """Hold all queues: the service is over its limit, or down. They go on one by one, by the share."""
        self._held_until = max(self._held_until, now + seconds)
        self._budget = min(self._budget, 1.0)

    def limit(self, per_hour: float) -> None:
        """Change how many requests an hour may take."""
        self._per_second = per_hour / 3600.0

    def ages(self, now: float) -> dict[Place, float]:
        """Return the seconds since the last completed look of each queue."""
        return {place: now - queue.looked_at for place, queue in self._queues.items()}

    def _refill(self, now: float) -> None:
        burst = max(1.0, self._per_second * _BURST_SECONDS)
        self._budget = min(self._budget + (now - self._budget_at) * self._per_second, burst)
        self._budget_at = now
