"""Compares with the report before: what is new, known, resolved or unseen, and what acknowledgements quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.globs import fits

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    from reconciler.model.acknowledgement import Acknowledgement
    from reconciler.model.drift import Drift, DriftReport, DriftState, Notice, Unseen

__all__ = ["Acknowledged", "acknowledge", "compare_with", "known_drifts", "known_notices"]


class Acknowledged(NamedTuple):
    """Differences with acknowledgements held against them, seen and unseen, and what is to be said of those."""

    drifts: tuple[Drift, ...]
    diagnostics: tuple[Diagnostic, ...]
    unseen: tuple[Unseen, ...] = ()


def known_drifts(previous: DriftReport | None) -> dict[tuple[str, ...], Drift]:
    """Return the differences that a report has or keeps in mind, by key."""
    if previous is None:
        return {}
    return {one.key: one for one in (*(each.drift for each in previous.unseen), *previous.drifts)}


def known_notices(previous: DriftReport | None) -> dict[tuple[str, ...], Notice]:
    """Return the notices that a report has or keeps in mind, by key."""
    if previous is None:
        return {}
    return {one.key: one for one in (*(each.notice for each in previous.unseen_notices), *previous.notices)}


def compare_with(
    previous: DriftReport | None, drifts: Iterable[Drift], notices: Iterable[Notice], now: str
) -> tuple[tuple[Drift, ...], tuple[Notice, ...]]:
    """Return the same with ``since`` and ``told`` of the report before; those not in it get ``now`` (UTC).

    Differences that were unseen in that report count as known to it.
    """
    before = known_drifts(previous)
    noticed = known_notices(previous)
    carried = []
    for drift in drifts:
        known = before.get(drift.key)
        state: DriftState = "known" if known is not None and known.told is not None else "new"
        since, told = (now, None) if known is None else (known.since, known.told)
        carried.append(msgspec.structs.replace(drift, state=state, since=since, told=told or now))
    seen = []
    for notice in notices:
        earlier = noticed.get(notice.key)
        state = "new" if earlier is None else "known"
        seen.append(msgspec.structs.replace(notice, state=state, since=earlier.since if earlier else now))
    return tuple(carried), tuple(seen)


def acknowledge(
    drifts: Iterable[Drift],
    acknowledged: Sequence[Acknowledgement],
    today: datetime.date,
    unseen: Iterable[Unseen] = (),
    compared: Sequence[str] | None = None,
) -> Acknowledged:
    """Mark acknowledged differences until the entry's last day; report entries that expired or fit nothing.

    A difference that was acknowledged before it was ever new has not been reported. So it is new once the entry ends.
    An entry that fits an unseen difference is in use. ``compared`` are the addresses of the presets that were looked at
    (null: all there are). If an entry fits none of them, it is not known whether it is still needed.
    """
    used: set[int] = set()

    def marked(drift: Drift) -> Drift:
        index = next((at for at, one in enumerate(acknowledged) if _quiets(one, drift, today)), None)
        if index is None:
            return drift
        used.add(index)
        entry = acknowledged[index]
        return msgspec.structs.replace(
            drift,
            state="acknowledged",
            told=None if drift.state == "new" else drift.told,
            owner=entry.owner,
            reason=entry.reason,
            until=entry.until,
        )

    seen = tuple(marked(one) for one in drifts)
    gone = tuple(msgspec.structs.replace(one, drift=marked(one.drift)) for one in unseen)
    unused = (one for at, one in enumerate(acknowledged) if at not in used)
    return Acknowledged(seen, tuple(_told(one, today, compared) for one in unused), gone)


def _quiets(entry: Acknowledgement, drift: Drift, today: datetime.date) -> bool:
    group = (drift.group.uuid, drift.group.name) if drift.group else None
    return entry.fits(drift.address, group, drift.person, today)


def _told(entry: Acknowledgement, today: datetime.date, compared: Sequence[str] | None) -> Diagnostic:
    if entry.until < today:
        message = (
            f"the acknowledgement of {entry.person} ended on {entry.until}; ask {entry.owner}, and take the line out "
            "or give it another day"
        )
        return Diagnostic(
            severity="warning", code="documents/acknowledgement-ended", message=message, origin=entry.origin
        )
    preset, _, _ = entry.address.partition("/groups/")
    if compared is None or any(fits(preset, one) for one in compared):
        message = f"no difference of {entry.person} at {entry.address} is left to acknowledge; take the line out"
    else:
        message = f"nothing at {entry.address} was looked at, so whether this line is still needed is not known"
    return Diagnostic(severity="note", code="documents/acknowledgement-unused", message=message, origin=entry.origin)
