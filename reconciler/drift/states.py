"""Tells what is new, known or acknowledged, from the report before and from acknowledgements; it finds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    from reconciler.model.acknowledgement import Acknowledgement
    from reconciler.model.drift import Drift, DriftReport, Notice

__all__ = ["Acknowledged", "acknowledge", "compare_with"]


class Acknowledged(NamedTuple):
    """Differences with acknowledgements held against them, and what is to be said of those."""

    drifts: tuple[Drift, ...]
    diagnostics: tuple[Diagnostic, ...]


def compare_with(
    previous: DriftReport | None, drifts: Iterable[Drift], notices: Iterable[Notice], now: str
) -> tuple[tuple[Drift, ...], tuple[Notice, ...]]:
    """Give the same with ``since`` and ``told`` of the report before, or of ``now`` (UTC) for what it did not have."""
    before = {one.key: one for one in previous.drifts} if previous else {}
    noticed = {one.key: one for one in previous.notices} if previous else {}
    carried = []
    for drift in drifts:
        known = before.get(drift.key)
        state = "known" if known is not None and known.told is not None else "new"
        since, told = (now, None) if known is None else (known.since, known.told)
        carried.append(msgspec.structs.replace(drift, state=state, since=since, told=told or now))
    seen = []
    for notice in notices:
        earlier = noticed.get(notice.key)
        state = "new" if earlier is None else "known"
        seen.append(msgspec.structs.replace(notice, state=state, since=earlier.since if earlier else now))
    return tuple(carried), tuple(seen)


def acknowledge(drifts: Iterable[Drift], acknowledged: Sequence[Acknowledgement], today: datetime.date) -> Acknowledged:
    """Mark what somebody answers for until a day that is not over; an entry that is over, or fits nothing, is told.

    What was never new before it was acknowledged has not been told, so that it is new on the day the entry ends.
    """
    used: set[int] = set()
    marked = []
    for drift in drifts:
        index = next((at for at, one in enumerate(acknowledged) if _quiets(one, drift, today)), None)
        if index is None:
            marked.append(drift)
            continue
        used.add(index)
        entry = acknowledged[index]
        marked.append(
            msgspec.structs.replace(
                drift,
                state="acknowledged",
                told=None if drift.state == "new" else drift.told,
                owner=entry.owner,
                reason=entry.reason,
                until=entry.until,
            )
        )
    unused = (one for at, one in enumerate(acknowledged) if at not in used)
    return Acknowledged(tuple(marked), tuple(_told(one, today) for one in unused))


def _quiets(entry: Acknowledgement, drift: Drift, today: datetime.date) -> bool:
    group = (drift.group.uuid, drift.group.name) if drift.group else None
    return entry.fits(drift.address, group, drift.person, today)


def _told(entry: Acknowledgement, today: datetime.date) -> Diagnostic:
    if entry.until < today:
        message = (
            f"the acknowledgement of {entry.person} ended on {entry.until}; ask {entry.owner}, and take the line out "
            "or give it another day"
        )
        return Diagnostic(
            severity="warning", code="documents/acknowledgement-ended", message=message, origin=entry.origin
        )
    message = f"no difference of {entry.person} at {entry.address} is left to acknowledge; take the line out"
    return Diagnostic(severity="note", code="documents/acknowledgement-unused", message=message, origin=entry.origin)
