"""Tells one run preset by preset, from the lines of its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from reconciler.model.outcomes import Intended, Move, OutcomeRecorded, RecordedPreset

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from reconciler.model.outcomes import JournalEvent, Outcome

__all__ = ["recorded_presets"]

_Pair = tuple[Intended | None, "Outcome | None"]


def recorded_presets(events: Iterable[JournalEvent], still_open: Collection[str]) -> Iterator[RecordedPreset]:
    """Yield every write that was intended with its outcome, and every outcome without an intent.

    ``still_open`` are addresses that no later run reports either.
    """
    for intent, outcome in _paired(events):
        one = intent or outcome
        if one is None:
            continue
        waiting: Literal["open", "settled"] = "open" if one.address in still_open else "settled"
        yield RecordedPreset(
            address=one.address,
            title=(intent.title if intent else None) or one.address,
            status=waiting if outcome is None else outcome.status,
            error=None if outcome is None else outcome.error,
            moves=() if intent is None else intent.moves or tuple(_moves(intent)),
        )


def _paired(events: Iterable[JournalEvent]) -> list[_Pair]:
    """Return each intent with the next outcome at its address."""
    found: list[_Pair] = []
    waiting: dict[str, list[int]] = {}
    for event in events:
        if isinstance(event, Intended):
            waiting.setdefault(event.address, []).append(len(found))
            found.append((event, None))
        elif isinstance(event, OutcomeRecorded):
            places = waiting.get(event.outcome.address)
            if places:
                place = places.pop(0)
                found[place] = (found[place][0], event.outcome)
            else:
                found.append((None, event.outcome))
    return found


def _moves(intent: Intended) -> Iterator[Move]:
    """Yield who moves, by ids alone, for journals of releases that kept no names."""
    for uuid, after in intent.after.items():
        before = intent.before.get(uuid, ())
        yield from (Move(login_id=one, gains=False, role=uuid) for one in before if one not in after)
        yield from (Move(login_id=one, gains=True, role=uuid) for one in after if one not in before)
    if intent.manager_before is not None:
        yield Move(login_id=intent.manager_before, gains=False)
    if intent.manager_after is not None:
        yield Move(login_id=intent.manager_after, gains=True)
