"""Why somebody comes or goes where more is known than the line that asks for it."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

__all__ = ["Because", "BecauseKind"]

BecauseKind = Literal["left", "moved", "joined", "renamed", "absence", "due"]


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """A reason behind a cause.

    ``source`` and ``team`` are of people whom rules found. ``until`` is the last day (UTC) of an absence or of a line.
    ``person`` is the login at the other end: who is away, or who replaces them. ``ended`` says that the absence
    is over.
    """

    kind: BecauseKind
    source: str | None = None
    team: str | None = None
    until: datetime.date | None = None
    person: str | None = None
    ended: bool = False
