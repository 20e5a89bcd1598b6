"""Keeps which instances failed, so that those that always fail hold up no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.errors import RateLimitError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.errors import ServiceError
    from reconciler.model.instances import ListedInstance

__all__ = ["Trouble", "Turn", "is_down"]

TRIED_AGAIN: Final = 3
_IN_A_ROW = 2
_REMEMBERED = 10_000


class Turn(NamedTuple):
    """The instances of a look, in the order in which they are handled; ``left`` are for another look."""

    handled: list[ListedInstance]
    left: list[ListedInstance]


class Trouble:
    """The instances that failed when they were handled last.

    They come behind all others, and only a few of them in one look, in turn. A look ends with the second instance in a
    row that meets a service which is not there; those that failed before do not count. So one instance that always
    fails is not taken for a service that is down; that is also true of responses that are settled.
    """

    def __init__(self) -> None:
        self._failed: dict[str, None] = {}  # the one that was tried longest ago is first
        self._in_a_row = 0

    def turn(self, listed: Sequence[ListedInstance]) -> Turn:
        """Begin a look; return who is handled in it."""
        by_id = {one.id: one for one in listed}
        again = [by_id[key] for key in self._failed if key in by_id]
        return Turn([one for one in listed if one.id not in self._failed] + again[:TRIED_AGAIN], again[TRIED_AGAIN:])

    def ends_look(self, instance_id: str, failure: ServiceError | None, *, is_failed: bool) -> bool:
        """Take in how an instance was handled; return whether the look ends with it."""
        is_known = instance_id in self._failed
        self._failed.pop(instance_id, None)
        if is_failed:
            self._failed[instance_id] = None
            if len(self._failed) > _REMEMBERED:
                del self._failed[next(iter(self._failed))]
        if not is_down(failure):
            self._in_a_row = 0
            return False
        self._in_a_row += not is_known
        return isinstance(failure, RateLimitError) or self._in_a_row >= _IN_A_ROW


def is_down(failure: ServiceError | None) -> bool:
    """Return whether the service is over its limit or not there, as far as one answer shows."""
    return isinstance(failure, RateLimitError | UnreachableError)
