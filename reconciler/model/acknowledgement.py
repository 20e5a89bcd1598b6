"""Lines in git about drift: differences that are acknowledged, and unseen ones that end; plans ignore both."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.globs import fits
from reconciler.model.member import Member

if TYPE_CHECKING:
    from reconciler.model.live import Person

__all__ = ["Acknowledgement", "Release"]


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """One entry below ``acknowledged:``.

    ``address`` is a glob whose ``*`` also matches ``/``. ``group`` is the role's name, null for any role of the person
    and for the workflow manager. ``owner`` is whom to ask, ``until`` the last day (UTC) on which it quiets.
    """

    address: str
    group: str | None
    person: Member
    owner: str
    reason: str
    until: datetime.date
    origin: Origin

    def fits(self, address: str, group: tuple[str, str] | None, person: Person, today: datetime.date) -> bool:
        """Return whether it names a person in a group (uuid and name; null for the workflow manager) that day."""
        if self.until < today or not self.person.names(person.id, person.login):
            return False
        if self.group is not None and (group is None or group[1] != self.group):
            return False
        within = f"{address}/groups/{group[0]}" if group else address
        return fits(self.address, address) or fits(self.address, within)


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One entry below ``released:``: unseen differences at these addresses end.

    ``address`` is a glob whose ``*`` also matches ``/``. ``owner`` is whom to ask, ``until`` the last day (UTC) on
    which it has an effect.
    """

    address: str
    owner: str
    reason: str
    until: datetime.date
    origin: Origin

    def covers(self, address: str, group: str | None, today: datetime.date) -> bool:
        """Return whether it ends what is unseen at an address on a day; ``group`` is a uuid or null."""
        if self.until < today:
            return False
        return fits(self.address, address) or (group is not None and fits(self.address, f"{address}/groups/{group}"))
