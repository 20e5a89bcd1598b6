"""Judges whether the company's list of instances also holds those of its projects; it sends nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

from reconciler.model.quantities import read_moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from reconciler.model.instances import ListedInstance

__all__ = ["ENOUGH_INSTANCES", "ENOUGH_PROJECTS", "CompanyList"]

ENOUGH_INSTANCES: Final = 20
ENOUGH_PROJECTS: Final = 5
DOUBTED_FOR: Final = datetime.timedelta(days=1)
_LAG = datetime.timedelta(seconds=60)


class CompanyList:
    """The evidence for one tool, from looks at the company's list and at projects (docs/service.md section 3).

    An instance that both show is evidence. One that waited in a project before the company's list was read, and is
    not in it, is evidence against: from then on the list counts for nothing for a day.
    """

    def __init__(self) -> None:
        self._ids: frozenset[str] = frozenset()
        self._read_at: datetime.datetime | None = None
        self._confirmed: dict[str, str] = {}
        self._doubted_until: datetime.datetime | None = None

    def take(self, ids: Iterable[str], at: datetime.datetime) -> None:
        """Take in the company's list as it was read at a moment."""
        self._ids, self._read_at = frozenset(ids), at

    def compare(self, project_id: str, listed: Iterable[ListedInstance], now: datetime.datetime) -> None:
        """Compare the list of a project, read just now, with the company's list that was read before it."""
        if self._read_at is None:
            return
        for one in listed:
            changed_at = read_moment(one.updated_at)
            if one.id in self._ids:
                if not self.is_proven:
                    self._confirmed[one.id] = project_id
            elif changed_at is not None and changed_at < self._read_at - _LAG:
                self.doubt(now)

    def doubt(self, now: datetime.datetime) -> None:
        """Count the list for nothing, for a day."""
        self._confirmed = {}
        self._doubted_until = now + DOUBTED_FOR

    @property
    def is_proven(self) -> bool:
        """Whether enough instances of enough projects were in it."""
        projects: Collection[str] = set(self._confirmed.values())
        return len(self._confirmed) >= ENOUGH_INSTANCES and len(projects) >= ENOUGH_PROJECTS

    def holds(self, now: datetime.datetime) -> bool:
        """Return whether the list may be looked at in place of those of the projects."""
        return self.is_proven and (self._doubted_until is None or now >= self._doubted_until)
