"""Makes the report of one day from the lines of its journal of routes; it reads no file."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from reconciler.model.quantities import read_moment
from reconciler.model.routed import (
    ChosenOption,
    RouteEscalated,
    RouteIntended,
    RouteNoted,
    RouteOutcome,
    RouteStarted,
)
from reconciler.model.routed_day import (
    DAY_FORMAT,
    LEFT_STATUSES,
    DayEscalation,
    DayStep,
    DaySummary,
    Latency,
    OptionCount,
    RoutedDay,
    RuleCount,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.routed import RouteLine

__all__ = ["summarize_day"]

_SETTLED = frozenset({"answered", "answered-otherwise"})  # outcomes that no file carries over
_DAY = len("2026-11-27")
_COUNTED = tuple(one for one in DaySummary.__struct_fields__ if one not in {"left", "unmatched", "escalated"})


def summarize_day(lines: Iterable[RouteLine], day: str | None = None) -> RoutedDay:
    """Return the report of a day from the lines of its file, the oldest first.

    ``day`` is null for the day of the newest line. An intent of an earlier day was carried over: it says what an
    outcome of this day answers, and does not count itself. The same applies to an outcome that was carried with it.
    """
    found = tuple(lines)
    day = day or max((one.at[:_DAY] for one in found), default="")
    known = _Known(day)
    for line in found:
        known.take(line)
    steps = tuple(sorted(known.steps(), key=lambda one: one.at))
    escalations = tuple(known.escalations())
    unmatched = tuple(known.unmatched)
    answered = [one for one in steps if one.status == "answered"]
    return RoutedDay(
        format=DAY_FORMAT,
        day=day,
        company_id=known.company_id,
        summary=_summary(steps, escalations, unmatched),
        latency=_latency(answered),
        rules=tuple(_rules(steps)),
        steps=steps,
        escalations=escalations,
        unmatched=unmatched,
    )


class _Told:
    """The lines of a file that matter for one step."""

    def __init__(self) -> None:
        self.intent: RouteIntended | None = None
        self.carried_outcome: RouteOutcome | None = None
        self.latest: RouteIntended | RouteOutcome | RouteNoted | None = None
        self.answered_at: str | None = None  # of the first answer: a later one repeats it


class _Known:
    """The steps of a day by token, as far as its lines were taken in."""

    def __init__(self, day: str) -> None:
        self.company_id: str | None = None
        self.unmatched: list[RouteOutcome] = []
        self._day = day
        self._told: dict[str, _Told] = {}
        self._revisions: dict[str, str | None] = {}
        self._escalated: dict[str, RouteEscalated] = {}

    def take(self, line: RouteLine) -> None:
        """Take in the next line."""
        if isinstance(line, RouteStarted):
            self._revisions[line.run_id] = line.revision
            self.company_id = self.company_id or line.company_id
        elif isinstance(line, RouteIntended):
            self._intend(line)
        elif isinstance(line, RouteOutcome):
            self._end(line)
        elif isinstance(line, RouteNoted):
            self._told.setdefault(line.token, _Told()).latest = line
        elif isinstance(line, RouteEscalated):
            self._escalated[line.token] = line

    def _is_carried(self, line: RouteIntended | RouteOutcome) -> bool:
        return line.at[:_DAY] < self._day

    def _intend(self, line: RouteIntended) -> None:
        told = self._told.setdefault(line.token, _Told())
        told.intent = line
        if not self._is_carried(line):
            told.latest = line
        self.company_id = self.company_id or line.company_id

    def _end(self, line: RouteOutcome) -> None:
        told = self._told.get(line.token)
        if told is None or told.intent is None:
            self.unmatched.append(line)
        elif self._is_carried(line) and line.status not in _SETTLED:
            told.carried_outcome = line
        else:
            told.latest = line
            if line.status == "answered":
                told.answered_at = told.answered_at or line.at

    def steps(self) -> Iterable[DayStep]:
        """Yield the steps that got a status on this day, and those that are open since an earlier one."""
        for told in self._told.values():
            if isinstance(told.latest, RouteNoted):
                yield self._noted(told.latest)
            elif told.intent is not None and (told.latest is not None or _is_open(told.carried_outcome)):
                yield self._intended(told, told.intent)

    def _noted(self, line: RouteNoted) -> DayStep:
        step = line.step
        return DayStep(
            token=line.token,
            at=line.at,
            status=step.status,
            instance_id=step.instance_id,
            step_occurrence_id=step.step_occurrence_id,
            item_id=step.item_id,
            step=step.step,
            address=step.address,
            rule=step.rule,
            option=step.option,
            comment=step.comment,
            reason=step.reason,
            seen=step.seen,
            revision=self._revisions.get(line.run_id),
            routing=line.routing,
            overdue=step.overdue,
        )

    def _intended(self, told: _Told, intent: RouteIntended) -> DayStep:
        outcome = told.latest if isinstance(told.latest, RouteOutcome) else None
        is_answered = outcome is not None and outcome.status == "answered"
        at = (told.answered_at if is_answered else None) or (told.latest or intent).at
        last = outcome or told.carried_outcome
        return DayStep(
            token=intent.token,
            at=at,
            status="open" if outcome is None else outcome.status,
            instance_id=intent.instance_id,
            step_occurrence_id=intent.step_occurrence_id,
            item_id=intent.item_id,
            step=intent.step,
            address=intent.address,
            rule=intent.rule,
            option=intent.option,
            comment=intent.comment,
            reason=None if last is None else last.reason,
            seen=intent.seen,
            revision=intent.revision,
            routing=intent.routing,
            intended_at=intent.at,
            started_at=intent.started_at,
            seconds=_seconds(intent.started_at, at) if is_answered else None,
            carried=self._is_carried(intent),
        )

    def escalations(self) -> Iterable[DayEscalation]:
        """Yield the escalations, each as its latest line has it."""
        places = {one.token: one for one in self.steps()}
        for line in self._escalated.values():
            place = places.get(line.token)
            yield DayEscalation(
                token=line.token,
                at=line.at,
                instance_id=line.instance_id,
                step=None if place is None else place.step,
                address=None if place is None else place.address,
                status=line.status,
                people=line.people,
                reason=line.reason,
            )


def _is_open(carried: RouteOutcome | None) -> bool:
    """Return whether a response that was carried over may still go out."""
    return carried is None or carried.status == "failed"


def _seconds(started_at: str | None, at: str) -> float | None:
    """Return the seconds between two moments; null where one is not known, and none below zero."""
    begun, ended = read_moment(started_at), read_moment(at)
    if begun is None or ended is None:
        return None
    return max(round((ended - begun).total_seconds(), 1), 0.0)


def _latency(answered: Iterable[DayStep]) -> Latency | None:
    taken = sorted(one.seconds for one in answered if one.seconds is not None)
    if not taken:
        return None
    return Latency(
        measured=len(taken),
        median_seconds=_within(taken, 0.5),
        p95_seconds=_within(taken, 0.95),
        longest_seconds=taken[-1],
    )


def _within(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of all values does not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1]


def _rules(steps: Iterable[DayStep]) -> Iterable[RuleCount]:
    """Yield the rules that decided, those with the most answers first."""
    by_rule: defaultdict[tuple[str, str, str], list[DayStep]] = defaultdict(list)
    for one in steps:
        if one.status in {"answered", "observed"}:
            template_id = (one.address or "").rpartition("/")[2]
            by_rule[template_id, one.step or "", one.rule or ""].append(one)
    order = sorted(by_rule.items(), key=lambda item: (*(-number for number in _figures(item[1])), item[0]))
    for (template_id, step, rule), several in order:
        answered, observed = _figures(several)
        yield RuleCount(
            template_id=template_id,
            step=step,
            rule=rule,
            answered=answered,
            observed=observed,
            options=tuple(_options(several)),
            latency=_latency(one for one in several if one.status == "answered"),
        )


def _options(steps: Iterable[DayStep]) -> Iterable[OptionCount]:
    by_option: defaultdict[tuple[str, str], list[DayStep]] = defaultdict(list)
    for one in steps:
        if one.option is not None:
            by_option[one.option.name, one.option.id].append(one)
    for (name, option_id), several in sorted(by_option.items()):
        answered, observed = _figures(several)
        yield OptionCount(option=ChosenOption(option_id, name), answered=answered, observed=observed)


def _figures(steps: Iterable[DayStep]) -> tuple[int, int]:
    statuses = Counter(one.status for one in steps)
    return statuses["answered"], statuses["observed"]


def _summary(
    steps: Iterable[DayStep], escalations: Sequence[DayEscalation], unmatched: Sequence[RouteOutcome]
) -> DaySummary:
    counts = Counter("carried" if one.status == "open" and one.carried else one.status for one in steps)
    named = {name: counts[name.replace("_", "-")] for name in _COUNTED}
    return DaySummary(
        **named,
        left=sum(counts[one] for one in LEFT_STATUSES),
        unmatched=len(unmatched),
        escalated=sum(one.status == "done" for one in escalations),
    )
