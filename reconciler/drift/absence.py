"""Judges what an earlier report had and this run does not find: resolved if it was looked at, else unseen."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from reconciler.drift.states import known_drifts, known_notices
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.drift import Unseen, UnseenNotice, unseen_words
from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.drift.sight import Sight
    from reconciler.model.acknowledgement import Release
    from reconciler.model.drift import Drift, DriftReport, Notice, UnseenReason

__all__ = ["Absence", "find_absent", "release", "report_unseen"]

PLACES_NAMED = 5

Subject = TypeVar("Subject", "Drift", "Notice")


class Absence(NamedTuple):
    """Differences and notices that this run does not find: resolved, unseen, or released by a line in git."""

    resolved: tuple[Drift, ...] = ()
    resolved_notices: tuple[Notice, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    unseen_notices: tuple[UnseenNotice, ...] = ()
    released: tuple[Drift, ...] = ()
    released_notices: tuple[Notice, ...] = ()


def find_absent(
    previous: DriftReport | None, drifts: Iterable[Drift], notices: Iterable[Notice], sight: Sight, now: str
) -> Absence:
    """Return what the report before listed, unseen entries included, and these differences and notices lack.

    Unseen differences keep ``since`` and ``told``. One that was never reported is new ``now`` (UTC), as if it were in
    sight. Acknowledgements are matched with them afterwards. A live state from before a difference was last seen
    resolves nothing.
    """
    if previous is None:
        return Absence()
    found = {one.key for one in drifts}
    gone = [one for key, one in known_drifts(previous).items() if key not in found]
    seen = {one.drift.key: one.last_seen for one in previous.unseen}
    resolved, unseen = _separate(gone, seen, previous.live.observed_at, sight, sight.missing)
    noticed = {one.key for one in notices}
    told = [one for key, one in known_notices(previous).items() if key not in noticed]
    seen = {one.notice.key: one.last_seen for one in previous.unseen_notices}
    over, kept = _separate(told, seen, previous.live.observed_at, sight, sight.missing_notice)
    ordered = sorted(unseen, key=lambda one: one[0].key)
    return Absence(
        resolved=resolved,
        resolved_notices=over,
        unseen=tuple(Unseen(drift=_carried(one, now), reason=why, last_seen=when) for one, why, when in ordered),
        unseen_notices=tuple(
            UnseenNotice(notice=msgspec.structs.replace(one, state="known"), reason=why, last_seen=when)
            for one, why, when in kept
        ),
    )


def _separate(
    subjects: Iterable[Subject],
    last_seen: Mapping[tuple[str, str, str, str], str],
    otherwise: str,
    sight: Sight,
    missing: Callable[[Subject], UnseenReason | None],
) -> tuple[tuple[Subject, ...], list[tuple[Subject, UnseenReason, str]]]:
    """Return what is resolved, and what was not looked at with the reason and when it was last seen."""
    over, unseen = [], []
    for subject in subjects:
        seen = last_seen.get(subject.key, otherwise)
        reason = "older" if _is_before(sight.observed_at, seen) else missing(subject)
        if reason is None:
            over.append(subject)
        else:
            unseen.append((subject, reason, seen))
    return tuple(over), unseen


def _carried(drift: Drift, now: str) -> Drift:
    return msgspec.structs.replace(
        drift,
        state="new" if drift.told is None else "known",
        told=drift.told or now,
        owner=None,
        reason=None,
        until=None,
    )


def _is_before(observed_at: str, seen: str) -> bool:
    """Return whether one moment is before another; one that cannot be read is not."""
    try:
        return datetime.datetime.fromisoformat(observed_at) < datetime.datetime.fromisoformat(seen)
    except (ValueError, TypeError):  # not a moment, or one without a zone
        return False


def release(
    absence: Absence, entries: Sequence[Release], today: datetime.date
) -> tuple[Absence, tuple[Diagnostic, ...]]:
    """Move what these entries cover from unseen to released, and report entries that cover nothing."""
    used: set[int] = set()

    def ends(subject: Drift | Notice) -> bool:
        group = subject.group.uuid if subject.group else None
        covering = {at for at, one in enumerate(entries) if one.covers(subject.address, group, today)}
        used.update(covering)
        return bool(covering)

    ended = {one.drift.key for one in absence.unseen if ends(one.drift)}
    over = {one.notice.key for one in absence.unseen_notices if ends(one.notice)}
    left = absence._replace(
        unseen=tuple(one for one in absence.unseen if one.drift.key not in ended),
        unseen_notices=tuple(one for one in absence.unseen_notices if one.notice.key not in over),
        released=tuple(one.drift for one in absence.unseen if one.drift.key in ended),
        released_notices=tuple(one.notice for one in absence.unseen_notices if one.notice.key in over),
    )
    return left, tuple(_unused(one, today) for at, one in enumerate(entries) if at not in used)


def _unused(entry: Release, today: datetime.date) -> Diagnostic:
    if entry.until < today:
        why = f"this release of {entry.address} ended on {entry.until}"
    else:
        why = f"nothing unseen at {entry.address} is left to release"
    return Diagnostic(
        severity="note",
        code="documents/release-unused",
        message=f"{why}: remove the line",
        origin=entry.origin,
    )


def report_unseen(unseen: Iterable[Unseen], previous: DriftReport | None) -> tuple[Diagnostic, ...]:
    """Return one finding for each reason that differences are unseen, with how to end that.

    It is a warning in the first report that has one of them as unseen, and a note afterwards.
    """
    before = {one.drift.key for one in previous.unseen} if previous else set()
    reasons: dict[UnseenReason, list[Unseen]] = {}
    for one in unseen:
        reasons.setdefault(one.reason, []).append(one)
    return tuple(_finding(reason, found, before) for reason, found in sorted(reasons.items()))


def _finding(reason: UnseenReason, found: Sequence[Unseen], before: set[tuple[str, str, str, str]]) -> Diagnostic:
    places = sorted({one.drift.title for one in found})
    named = ", ".join(places[:PLACES_NAMED])
    more = f" and {len(places) - PLACES_NAMED:,} more" if len(places) > PLACES_NAMED else ""
    differences = counted(len(found), "known difference was", "known differences were")
    return Diagnostic(
        severity="warning" if any(one.drift.key not in before for one in found) else "note",
        code="drift/unseen",
        message=(
            f"{differences} not looked at, because {unseen_words(reason)} ({named}{more}): neither resolved nor "
            "confirmed. Bring it back into sight, or end it with a line below 'released:' in a document of kind "
            f"acknowledgements, such as {{address: {_glob(found[0].drift)}, owner: …, reason: …, until: …}}"
        ),
    )


def _glob(drift: Drift) -> str:
    return f"projects/{drift.project.id}/*" if drift.project else drift.address
