"""Takes the chosen part of recorded runs, by what the journal holds of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.live import Person
from reconciler.model.spelling import login_key
from reconciler.operations.chosen_parts import KnownNames, by_id, by_text, slice_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.outcomes import RecordedPreset, RecordedRun
    from reconciler.model.selection import Selection, Slice

__all__ = ["choose_of_runs"]

_BETWEEN = " · "  # a title is the template's, then the project's


def choose_of_runs(runs: Sequence[RecordedRun], selection: Selection | None) -> list[RecordedRun]:
    """Return the runs that touched what is chosen, each with the chosen presets and people alone.

    ``runs`` have their presets. Raises UsageError for a name that none of them has.
    """
    if selection is None or not runs:
        return list(runs)
    chosen = slice_by(selection, _known(runs))
    parts = (
        msgspec.structs.replace(run, presets=tuple(_parts(run.presets or (), chosen)), shown=selection) for run in runs
    )
    return [one for one in parts if one.presets]


def _parts(presets: Iterable[RecordedPreset], chosen: Slice) -> Iterator[RecordedPreset]:
    for one in presets:
        moves = tuple(move for move in one.moves if chosen.has_person((move.login_id,)))
        if chosen.has_place(one.address) and (moves or chosen.people is None):
            yield msgspec.structs.replace(one, moves=moves)


def _known(runs: Iterable[RecordedRun]) -> KnownNames:
    presets = [one for run in runs for one in run.presets or ()]
    people = {move.login_id: Person(move.login_id, move.login, move.name) for one in presets for move in one.moves}
    logins: dict[str, set[str]] = {}
    for person in people.values():
        logins.setdefault(login_key(person.login or person.id), set()).add(person.id)
    by_login = {login: frozenset(ids) for login, ids in logins.items()}
    return KnownNames(
        what="in the journal",
        where="in the journal",
        places={one.address: one.title for one in presets},
        groups=frozenset(),
        projects=by_text(_with_parts(pair for one in presets for pair in _project(one))),
        templates=by_text(_with_parts((one.title.partition(_BETWEEN)[0], _ids(one)[1]) for one in presets)),
        people={**by_login, **by_id(by_login.values())},
        persons=list(people.values()),
    )


def _with_parts(named: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield names with their ids; of one with more in brackets, what is before and in its brackets too."""
    pairs = list(dict.fromkeys(named))
    yield from pairs
    whole = {name for name, _ in pairs}
    for name, key in pairs:
        before, bracket, within = name.rpartition(" (")
        if bracket and name.endswith(")"):
            yield from ((part, key) for part in (before, within[:-1]) if part not in whole)


def _ids(one: RecordedPreset) -> tuple[str, str]:
    """Return the ids of the project, empty at company level, and of the template."""
    scope, _, template = one.address.partition("/templates/")
    return scope.partition("/")[2], template


def _project(one: RecordedPreset) -> Iterator[tuple[str, str]]:
    key = _ids(one)[0]
    if key:
        yield one.title.partition(_BETWEEN)[2], key
