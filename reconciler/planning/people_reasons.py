"""Finds why people come and go, by the people locks of now and of the base."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from reconciler.model.because import Because
from reconciler.model.plan import AddedPerson, RemovedPerson
from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from reconciler.model.people_lock import LockedPerson, PeopleLock
    from reconciler.model.plan import GroupChange, PresetChange

__all__ = ["with_reasons"]

_Moving = TypeVar("_Moving", AddedPerson, RemovedPerson)


def with_reasons(
    changes: tuple[PresetChange, ...], lock: PeopleLock, then: PeopleLock | None, day: datetime.date | None
) -> tuple[PresetChange, ...]:
    """Return changes with reasons that the locks tell; ``then`` is that of the base, null without one.

    A line is due if its last day is before ``day`` (UTC).

    Who comes by a rule has moved where the base knew them, and has joined where it did not. Without a base that is not
    known, and nothing is said.
    """
    reasons = _Reasons(lock, then, day)
    return tuple(reasons.of_change(one) for one in changes)


class _Reasons:
    def __init__(self, lock: PeopleLock, then: PeopleLock | None, day: datetime.date | None) -> None:
        self._day = day
        self._left = lock.left()
        self._now = _by_login(lock.people)
        self._then = None if then is None else _by_login(then.people)

    def of_change(self, change: PresetChange) -> PresetChange:
        """Return a change with reasons."""
        groups = tuple(self._of_group(one) for one in change.groups)
        return change if groups == change.groups else msgspec.structs.replace(change, groups=groups)

    def _of_group(self, group: GroupChange) -> GroupChange:
        add = tuple(_with(one, self._of_addition(one)) for one in group.add)
        remove = tuple(_with(one, self._of_removal(one)) for one in group.remove)
        return msgspec.structs.replace(group, add=add, remove=remove)

    def _of_addition(self, one: AddedPerson) -> Because | None:
        if one.because is None or one.because.kind != "moved":
            return one.because
        if one.cause == "drift" or self._then is None:
            return None
        login = login_key(one.login)
        if login in self._then:
            return one.because
        known = self._now.get(login)
        was = login_key(known.was) if known is not None else ""
        return msgspec.structs.replace(one.because, kind="renamed" if was and was in self._then else "joined")

    def _of_removal(self, one: RemovedPerson) -> Because | None:
        gone = self._left.get(login_key(one.login))
        if gone is not None:
            team = None if one.because is None else one.because.team
            return Because(kind="left", source=gone.id.partition(":")[0], team=team)
        because = one.because
        if because is None or because.kind == "absence":
            return because
        if because.kind == "due":
            return because if because.until is None or self._day is None or because.until < self._day else None
        return None if one.cause == "drift" else because


def _with(one: _Moving, because: Because | None) -> _Moving:
    return one if because == one.because else msgspec.structs.replace(one, because=because)


def _by_login(people: Iterable[LockedPerson]) -> dict[str, LockedPerson]:
    return {login_key(one.login): one for one in people}
