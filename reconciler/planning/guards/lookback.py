"""Judges a plan by the days before it: removals that nothing lifted, overrides used twice, roles that come back."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.model.memory import DAYS_REMEMBERED
from reconciler.model.phrases import counted
from reconciler.planning.guards.case import few, finding, place_of
from reconciler.planning.guards.overrides import speaks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.memory import GroupKey, Memory, PastRemoval
    from reconciler.model.plan import GroupChange, PresetChange
    from reconciler.model.policy import Override
    from reconciler.planning.guards.case import Case
    from reconciler.planning.guards.overrides import Lifting

__all__ = ["judge_memory", "lost_before"]

LONGEST_DAYS = 90  # of an override; longer ones are reported


def lost_before(case: Case, lifting: Lifting) -> dict[GroupKey, list[PastRemoval]]:
    """Return the removals of the days remembered that count: those that no override of then or now let go.

    An override lifts as many as it allows, of those removals alone at which it was in force. One that is new lifts what
    this plan leaves of it.
    """
    if case.memory is None or not case.memory.removals:
        return {}
    going = {(one.address, group.uuid): group for one in case.changes for group in one.groups}
    room = _room(case.memory, case, lifting)
    counted: dict[GroupKey, list[PastRemoval]] = {}
    for key, removals in sorted(case.memory.removals.items()):
        now = {one.id for one in going[key].remove} if key in going else set()
        for one in removals:
            if one.person.id in now:
                continue
            in_force = {_identity(override) for override in one.overrides}
            number = next(
                (
                    n
                    for n, (override, left, is_new) in enumerate(room)
                    if left and _speaks_of(override, one) and (is_new or _identity(override) in in_force)
                ),
                None,
            )
            if number is None:
                counted.setdefault(key, []).append(one)
            else:
                override, left, is_new = room[number]
                room[number] = (override, left - 1, is_new)
    return counted


def _room(memory: Memory, case: Case, lifting: Lifting) -> list[tuple[Override, int, bool]]:
    """Return how many removals of the past each override may account for, and whether it is new."""
    then = {_identity(one): one for one in memory.overrides}
    used = {_identity(one): count for one, count in lifting.used}
    new = {_identity(one): one for one in case.policy.overrides if _identity(one) not in then}
    return [
        *((one, one.allow_removals, False) for one in then.values()),
        *((one, one.allow_removals - used.get(key, 0), True) for key, one in new.items() if one.until >= case.today),
    ]


def _identity(one: Override) -> tuple[object, ...]:
    """Return what makes an override another one; other words for the reason do not."""
    person = None if one.person is None else one.person.key
    return (one.address, one.allow_removals, one.until, person, one.role)


def _speaks_of(override: Override, past: PastRemoval) -> bool:
    return speaks_of(override, (past.address, past.uuid, past.role), past.person.id, past.person.login)


def judge_memory(case: Case, lifting: Lifting) -> Iterator[Diagnostic]:
    """Warn of what only the days before tell, and say where they are not known."""
    yield from _long_overrides(case)
    memory = case.memory
    if memory is None:
        return
    losing = [(change, group) for change in case.changes for group in change.groups if group.remove]
    if memory.unknown is not None and losing:
        message = f"whom these groups lost in the last {DAYS_REMEMBERED} days is not counted: {memory.unknown}"
        yield finding("warning", "policy/no-memory", message)
    yield from _used_before(memory, lifting)
    if memory.managed is not None and memory.earlier is not None:
        yield from _lately_managed(memory, losing)
        yield from _managed_again(memory)


def _long_overrides(case: Case) -> Iterator[Diagnostic]:
    last = case.today + datetime.timedelta(days=LONGEST_DAYS)
    for one in case.policy.overrides:
        if one.until > last:
            message = (
                f"this override runs until {one.until}, more than {LONGEST_DAYS} days: give it an earlier last day"
            )
            yield finding("warning", "policy/override-too-long", message, origin=one.until_origin)


def _used_before(memory: Memory, lifting: Lifting) -> Iterator[Diagnostic]:
    then = {_identity(one) for one in memory.overrides}
    past = [one for removals in memory.removals.values() for one in removals]
    for override, count in lifting.used:
        before = [one for one in past if _speaks_of(override, one)] if _identity(override) in then else []
        if before:
            message = (
                f"this override allows {count:,} removals, and was here already for {len(before):,} in the last "
                f"{DAYS_REMEMBERED} days: remove it once it is used, and write a new one for new removals"
            )
            yield finding("warning", "policy/override-used-before", message, origin=override.origin)


def _lately_managed(memory: Memory, losing: list[tuple[PresetChange, GroupChange]]) -> Iterator[Diagnostic]:
    """Warn of the first people to go from groups that were managed for the first time a few days ago."""
    managed = memory.managed or frozenset()
    lately = [
        (change, group)
        for change, group in losing
        if (change.address, group.uuid) not in managed and group.adopted is False
    ]
    if lately:
        places = few(place_of(change, group) for change, group in lately)
        groups = counted(len(lately), "group loses", "groups lose")
        message = (
            f"{groups} people for the first time, less than {DAYS_REMEMBERED} days after their adoption ({places}): "
            "check that these people are meant to go"
        )
        yield finding("warning", "policy/lately-managed", message, origin=lately[0][1].origin)


def _managed_again(memory: Memory) -> Iterator[Diagnostic]:
    """Warn of groups that were managed some days ago, not at the base, and are again."""
    if memory.again:
        places = few(one.title for one in memory.again)
        groups = counted(len(memory.again), "group is", "groups are")
        message = (
            f"{groups} managed again that {(memory.earlier or '')[:12]} managed and the base does not ({places}): "
            "people removed in between are not counted, so check who is missing"
        )
        yield finding("warning", "policy/managed-again", message, origin=memory.again[0].origin)
