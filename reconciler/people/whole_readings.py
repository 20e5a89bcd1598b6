"""Judges readings by the figures of the lock: a reading that lost much is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.readings import Reading
    from reconciler.model.sources import Limits

__all__ = ["has_moved", "judge_reading"]


def judge_reading(reading: Reading, limits: Limits, lock: PeopleLock) -> Iterator[str]:
    """Yield why a reading is not used. A source that is new to the lock has no figures to compare with."""
    before = next((one for one in lock.sources if one.source == reading.source), None)
    if before is None:
        return
    lost = before.people - reading.there
    if lost > max(limits.shrink_count, before.people * limits.shrink_percent / 100):
        share = 100 * lost / before.people
        yield (
            f"{reading.source}: {reading.there:,} people, {before.people:,} in the lock, −{share:.1f} %, "
            f"limit {limits.shrink_count} or {limits.shrink_percent} %"
        )
    if lost > 0 and reading.is_open_ended:
        yield f"{reading.source}: the file ends within a row, and has {lost:,} people fewer: it may have been cut"
    for attribute, share_before in sorted(before.filled.items()):
        now = reading.filled.get(attribute)
        if now is not None and round(100 * (share_before - now), 2) > limits.blank_percent:
            yield (
                f"{reading.source}: {attribute} is filled for {100 * now:.1f} % of the people, "
                f"{100 * share_before:.1f} % in the lock, limit {limits.blank_percent} points"
            )


def has_moved(reading: Reading, limits: Limits, lock: PeopleLock) -> bool:
    """Return whether figures moved by more than half a limit: else the lock keeps those it has."""
    before = next((one for one in lock.sources if one.source == reading.source), None)
    if before is None or before.filled.keys() != reading.filled.keys():
        return True
    most = max(limits.shrink_count, before.people * limits.shrink_percent / 100) / 2
    if abs(reading.there - before.people) > most:
        return True
    points = limits.blank_percent / 2
    return any(round(100 * abs(reading.filled[name] - share), 2) > points for name, share in before.filled.items())
