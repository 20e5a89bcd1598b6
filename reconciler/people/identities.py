"""Judges who is who: rows that share an id or a login, and columns that moved against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from reconciler.model.people_lock import LockedPerson
    from reconciler.model.readings import Record
    from reconciler.people.rule_search import Directory

__all__ = ["judge_identities"]

_CHANGED_COUNT = 3
_CHANGED_PERCENT = 10
_IF_MEANT = "If the change is meant, remove people.lock, run it again, and review the whole plan"


def judge_identities(
    directories: Mapping[str, Directory],
    known: Mapping[str, LockedPerson],
    people: Mapping[str, Record],
    joined: Container[str] = (),
) -> Iterator[Diagnostic]:
    """Yield errors of identities; ``known`` are people of the lock and ``people`` those of readings, by id.

    ``joined`` are the sources whose order decides what counts.
    """
    for directory in directories.values():
        for problem in directory.problems:
            yield _error(f"{problem}: one person is one row, so correct one of them there")
    yield from _contradictions(directories, known, people, joined)
    yield from _moved_columns(known, people)


def _contradictions(
    directories: Mapping[str, Directory],
    known: Mapping[str, LockedPerson],
    people: Mapping[str, Record],
    joined: Container[str],
) -> Iterator[Diagnostic]:
    """Yield errors for people whom sources have in different states.

    Who left one counts as left while it does not list them. That does not concern sources that are ``joined``: there an
    order decides.
    """
    states: dict[str, dict[str, str]] = {}
    for id_, one in people.items():
        by_source = states.setdefault(login_key(one.login), {})
        if by_source.setdefault(source := id_.partition(":")[0], one.state) == "left":
            by_source[source] = one.state  # an old row of somebody who came back
    for id_, locked in known.items():
        source, login = id_.partition(":")[0], login_key(locked.login)
        if locked.state == "left" and id_ not in people and source in directories and source not in joined:
            states.setdefault(login, {}).setdefault(source, "left")
    for login, by_source in states.items():
        (first, state), *others = sorted(by_source.items())
        for source, other in others:
            if other != state:
                yield _error(
                    f"{login} is {state} in {first} and {other} in {source}: correct one of them there, or name "
                    f"which one counts in reconciler.yaml, such as people: {{order: [{first}, {source}]}}"
                )


def _moved_columns(known: Mapping[str, LockedPerson], people: Mapping[str, Record]) -> Iterator[Diagnostic]:
    """Yield errors for logins that changed hands, and for ids of another form."""
    holders = {(id_.partition(":")[0], login_key(one.login)): id_ for id_, one in known.items()}
    changed = 0
    for id_, one in people.items():
        holder = holders.get((id_.partition(":")[0], login_key(one.login)))
        if holder is None or holder == id_:
            continue
        words = f"{one.login} was the login of {holder}, and {one.row} gives it to {id_}"
        if holder in people and people[holder].login != one.login:
            yield _error(f"{words}: was one column sorted alone? {_IF_MEANT}")
        elif one.state != "left" and known[holder].state == "left":
            yield _error(f"{words}, though {holder} left: correct one of them there. {_IF_MEANT}")
        else:
            changed += holder not in people
    if changed > max(_CHANGED_COUNT, len(known) * _CHANGED_PERCENT / 100):
        words = f"{changed} of {len(known)} people have another id than in the lock"
        yield _error(f"{words}: are ids written in another form? {_IF_MEANT}")


def _error(message: str) -> Diagnostic:
    return Diagnostic(severity="error", code="people/identity", message=message)
