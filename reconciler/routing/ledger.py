"""Keeps what the journal knows of each step: intended, answered, left to people; it reads and writes no file."""

from __future__ import annotations

import datetime
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.routed import RouteEscalated, RouteIntended, RouteNoted, RouteObserved, RouteOutcome, RouteStarted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.routed import RoutedStatus, RouteLine
    from reconciler.model.routing import RoutingLimits

__all__ = ["Known", "Ledger", "limited_step"]

_HOUR = datetime.timedelta(hours=1)
_SETTLED = frozenset({"answered", "answered-otherwise"})
_LEFT = frozenset({"left-alone", "moved-on"})
_REMEMBERED_ROUTINGS = 1_000
_REMEMBERED = 20_000  # steps; far more than are answered in the days that a start reads


class Known(NamedTuple):
    """The frozen response to a step, and its outcome; null while that is not known."""

    intent: RouteIntended
    outcome: RouteOutcome | None

    @property
    def is_settled(self) -> bool:
        """Whether the step has a response: else the frozen one may still go out."""
        return self.outcome is not None and self.outcome.status in _SETTLED

    @property
    def is_refused(self) -> bool:
        """Whether the service refused the response, so that certainly nothing is stored."""
        return self.outcome is not None and self.outcome.refused

    @property
    def is_left(self) -> bool:
        """Whether the response ended without being stored, as far as is known: the step is not decided again."""
        return self.outcome is not None and self.outcome.status in _LEFT

    @property
    def is_open(self) -> bool:
        """Whether it is still to be settled: its outcome is not known, or it failed."""
        return self.outcome is None or self.outcome.status == "failed"


class _Noted(NamedTuple):
    """The last note of a step, as far as it counts; ``what`` is the option, or the reason for none."""

    at: str
    routing: str
    status: RoutedStatus
    rule: str | None
    what: str | None


class Ledger:
    """The steps of one login of one company by token, and its answers.

    Intents of others are not taken in: nobody sends the response of somebody else. Bounded: of steps with a response
    the newest are kept.
    """

    def __init__(self, lines: Iterable[RouteLine] = (), *, company_id: str, login_id: str) -> None:
        self._owner = company_id, login_id
        self._known: dict[str, Known] = {}
        self._noted: dict[str, _Noted] = {}
        self._escalated: dict[str, RouteEscalated] = {}
        self._answers: dict[str, deque[str]] = {}
        self._in_a_row: dict[str, tuple[str, int]] = {}
        self._observed: dict[str, str] = {}
        for line in lines:
            self.take(line)

    def take(self, line: RouteLine) -> None:
        """Take in one line of the journal, read or just written."""
        if isinstance(line, RouteIntended):
            self._intend(line)
        elif isinstance(line, RouteOutcome):
            known = self._known.get(line.token)
            if known is not None:
                self._known[line.token] = known._replace(outcome=line)
        elif isinstance(line, RouteEscalated):
            if line.status in {"done", "refused"}:
                self._escalated[line.token] = line
                if len(self._escalated) > _REMEMBERED:
                    del self._escalated[next(iter(self._escalated))]
        elif isinstance(line, RouteNoted):
            self._noted[line.token] = _short(line)
            if len(self._noted) > _REMEMBERED:
                del self._noted[next(iter(self._noted))]
        elif (line.company_id, line.login_id) == self._owner:
            self._observe(line.observing if isinstance(line, RouteStarted) else line.routings, line.at)

    def _observe(self, titles: Iterable[str], at: str) -> None:
        self._observed |= dict.fromkeys(titles, at)
        while len(self._observed) > _REMEMBERED_ROUTINGS:
            del self._observed[next(iter(self._observed))]

    def has_observed(self, title: str) -> bool:
        """Return whether a process observed with a routing of this title before."""
        return title in self._observed

    def is_escalated(self, token: str) -> bool:
        """Return whether people were added to a step already."""
        known = self._escalated.get(token)
        return known is not None and known.status == "done"

    def escalation_refused(self, token: str) -> RouteEscalated | None:
        """Return the last refusal to add people to a step; null where there is none."""
        known = self._escalated.get(token)
        return None if known is None or known.status == "done" else known

    def _intend(self, line: RouteIntended) -> None:
        known = self._known.get(line.token)
        if (line.company_id, line.login_id) != self._owner or (known is not None and known.intent == line):
            return  # of somebody else, or carried over
        self._known[line.token] = Known(line, None)
        self._answers.setdefault(_step_of(line), deque(maxlen=100_000)).append(line.at)
        option, count = self._in_a_row.get(line.routing, ("", 0))
        self._in_a_row[line.routing] = (line.option.name, count + 1 if option == line.option.name else 1)
        if len(self._known) > _REMEMBERED:
            settled = next((token for token, one in self._known.items() if not one.is_open), None)
            if settled is not None:
                del self._known[settled]

    def forget(self, before: str, refused_before: str = "") -> None:
        """Forget what is older than a moment, as another start would: all but intents that are open.

        A response that ended without being stored is remembered for longer, since its step is not decided again.
        """
        self._known = {
            token: one
            for token, one in self._known.items()
            if one.is_open or (one.outcome or one.intent).at >= (refused_before if one.is_left else before)
        }
        self._noted = {token: one for token, one in self._noted.items() if one.at >= before}
        self._escalated = {token: one for token, one in self._escalated.items() if one.at >= before}

    def known(self, token: str) -> Known | None:
        """Return what was intended for a step; null where nothing ever was."""
        return self._known.get(token)

    def open(self) -> list[RouteIntended]:
        """Return the intents whose outcome is not known, or that failed, the oldest first."""
        return [one.intent for one in self._known.values() if one.is_open]

    def carried(self) -> list[RouteLine]:
        """Return what a new file begins with: intents that are open or left to people, and routings that observed."""
        found: list[RouteLine] = []
        if self._observed:
            company_id, login_id = self._owner
            found.append(
                RouteObserved(
                    at=max(self._observed.values()),
                    company_id=company_id,
                    login_id=login_id,
                    routings=tuple(self._observed),
                )
            )
        for one in self._known.values():
            if one.is_open or one.is_left:
                found += [one.intent] if one.outcome is None else [one.intent, one.outcome]
        return found

    def is_noted(self, line: RouteNoted) -> bool:
        """Return whether the journal has just this of a step already."""
        known = self._noted.get(line.token)
        return known is not None and known._replace(at=line.at) == _short(line)

    def beyond(self, routing: str, step: str, limits: RoutingLimits, option: str, now: datetime.datetime) -> str | None:
        """Return why one more answer is beyond the limits of a routing, or null.

        ``routing`` is its digest, ``step`` what ``limited_step`` returns, and ``option`` a name.
        """
        answers = self._answers.get(step, deque())
        since = (now - _HOUR).isoformat(timespec="seconds").replace("+00:00", "Z")
        while answers and answers[0] < since:
            answers.popleft()
        if len(answers) >= limits.answers_per_hour:
            return f"{len(answers):,} answers in the last hour (limit answers_per_hour: {limits.answers_per_hour:,})"
        last, count = self._in_a_row.get(routing, ("", 0))
        if last == option and count >= limits.same_option_in_a_row:
            return (
                f"the same option {count:,} times in a row (limit same_option_in_a_row: "
                f"{limits.same_option_in_a_row:,}): look at them, then change the document to go on"
            )
        return None


def limited_step(template_id: str, step: str) -> str:
    """Return the key of a step whose answers an hour are counted, by whichever rules."""
    return f"{template_id}/{step}"


def _step_of(line: RouteIntended) -> str:
    return limited_step(line.address.rpartition("/")[2], line.step)


def _short(line: RouteNoted) -> _Noted:
    step = line.step
    return _Noted(line.at, line.routing, step.status, step.rule, step.option.id if step.option else step.reason)
