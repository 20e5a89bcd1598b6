"""A difference that somebody knows of and answers for; it quiets an alarm and changes nothing else."""

from __future__ import annotations

import datetime

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.member import Member

__all__ = ["Acknowledgement"]


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
