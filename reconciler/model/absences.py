"""Absences of people and their replacements, and the days on which they count."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.globs import fits
from reconciler.model.member import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["NOBODY_AWAY", "Absence", "Away", "away_on"]

PersonKey = tuple[str, str]
DAYS_AFTER = 31  # how long the way back of an absence is known as such


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is away from ``begins`` to ``ends``, both days included (UTC).

    With ``keeps`` the person stays in their roles. ``roles`` and ``projects`` are globs of names; null means all. An
    absence of some roles is none of the workflow manager.
    """

    person: Member
    begins: datetime.date
    ends: datetime.date
    origin: Origin
    replacement: Member | None = None
    keeps: bool = False
    reason: str | None = None
    roles: tuple[str, ...] | None = None
    projects: tuple[str, ...] | None = None

    def is_on(self, day: datetime.date) -> bool:
        """Return whether the person is away on a day."""
        return self.begins <= day <= self.ends

    def concerns(self, role: str | None, project: str | None) -> bool:
        """Return whether it counts for a role in a project, by their names; null is the manager, or the company."""
        if self.projects is not None and (project is None or not any(fits(one, project) for one in self.projects)):
            return False
        return self.roles is None or (role is not None and any(fits(one, role) for one in self.roles))

    def meets(self, other: Absence) -> bool:
        """Return whether both may count for one role on one day; when in doubt they do."""
        return (
            self.begins <= other.ends
            and other.begins <= self.ends
            and _may_meet(self.roles, other.roles)
            and _may_meet(self.projects, other.projects)
        )


def _may_meet(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> bool:
    if some is None or others is None:
        return True
    return any(_overlap(one, other) for one in some for other in others)


def _overlap(one: str, other: str) -> bool:
    if fits(one, other) or fits(other, one):
        return True
    return _is_glob(one) and _is_glob(other)  # two globs may match the same name


def _is_glob(text: str) -> bool:
    return any(sign in text for sign in "*?[")


class Away(NamedTuple):
    """Absences by person: those of a day (``on``), and those that are over since a few weeks (``over``)."""

    on: Mapping[PersonKey, tuple[Absence, ...]]
    over: Mapping[PersonKey, tuple[Absence, ...]]


NOBODY_AWAY = Away({}, {})


def away_on(absences: Iterable[Absence], day: datetime.date, others: Mapping[str, str]) -> Away:
    """Return who is away on a day (UTC); ``others`` are the other logins of people whose login changed."""
    on: dict[PersonKey, tuple[Absence, ...]] = {}
    over: dict[PersonKey, tuple[Absence, ...]] = {}
    for one in absences:
        if one.is_on(day):
            index = on
        elif one.ends < day <= one.ends + datetime.timedelta(days=DAYS_AFTER):
            index = over
        else:
            continue
        for key in {one.person.key, _other(one.person.key, others)}:
            index[key] = (*index.get(key, ()), one)
    return Away(on, over) if on or over else NOBODY_AWAY


def _other(key: PersonKey, others: Mapping[str, str]) -> PersonKey:
    return (key[0], others.get(key[1], key[1])) if key[0] == "login" else key
