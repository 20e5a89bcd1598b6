"""The rules that plans are judged by, merged from all policy documents."""

from __future__ import annotations

import datetime

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.member import Member

__all__ = ["LIMITS", "AcceptedRemovals", "Frozen", "Limit", "Override", "Policy", "RoleRule", "Separation"]


LIMITS = ("group_removals", "run_removals", "group_additions", "run_additions")


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How many roles may be removed or added: the larger of ``count`` and ``percent`` of those that are there.

    ``origin`` is null for a limit that no document names.
    """

    count: int
    percent: int
    origin: Origin | None = None

    def allows(self, moved: int, members: int) -> bool:
        """Return whether that many may go from so many, or come to them; no rounding, 25 % of 10 are 2.5."""
        return moved <= self.count or moved * 100 <= self.percent * members

    def __str__(self) -> str:
        return f"{self.count:,} or {self.percent} %"


class RoleRule(msgspec.Struct, frozen=True, kw_only=True):
    """Rule for every role whose name fits the glob ``role``; origins are those of the two keys."""

    role: str
    origin: Origin
    min_members: int | None = None
    minimum_origin: Origin | None = None
    must_include: tuple[Member, ...] = ()


class Separation(msgspec.Struct, frozen=True, kw_only=True):
    """Roles, by glob, of which nobody may hold two in one preset."""

    roles: tuple[str, ...]
    origin: Origin


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to remove up to ``allow_removals`` roles at ``address`` (a glob) through the day ``until``, UTC.

    ``person`` and ``role`` (a glob) narrow it further.
    """

    reason: str
    address: str
    allow_removals: int
    until: datetime.date
    origin: Origin
    size_origin: Origin
    until_origin: Origin
    person: Member | None = None
    role: str | None = None


class AcceptedRemovals(msgspec.Struct, frozen=True, kw_only=True):
    """Leave for the rules of a team to lose up to ``removals`` people through the day ``until``, UTC."""

    team: str
    removals: int
    reason: str
    until: datetime.date
    origin: Origin


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is applied, for a reason; ``origin`` is null when the environment says so."""

    reason: str
    origin: Origin | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the policy documents say together; without any of them the defaults hold.

    ``documents`` are the places where policy documents begin.
    """

    group_removals: Limit = Limit(count=2, percent=25)
    run_removals: Limit = Limit(count=10, percent=10)
    group_additions: Limit = Limit(count=10, percent=50)
    run_additions: Limit = Limit(count=25, percent=50)
    roles: tuple[RoleRule, ...] = ()
    protected: tuple[Member, ...] = ()
    separate: tuple[Separation, ...] = ()
    overrides: tuple[Override, ...] = ()
    accepted: tuple[AcceptedRemovals, ...] = ()
    frozen: tuple[Frozen, ...] = ()
    documents: tuple[Origin, ...] = ()
