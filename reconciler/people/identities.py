"""Judges who is who: rows that share an id or a login, and columns that moved against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.people_lock import LockedPerson
    from reconciler.model.readings import Record
    from reconciler.people.rule_search import Directory

__all__ = ["judge_identities"]

_CHANGED_COUNT = 3
_CHANGED_PERCENT = 10
_IF_MEANT = "If the change is meant, remove people.lock, run it again, and review the whole plan"


def judge_identities(
    directories: Mapping[str, Directory], known: Mapping[str, LockedPerson], people: Mapping[str, Record]
) -> Iterator[Diagnostic]:
    """Yield errors of identities; ``known`` are people of the lock and ``people`` those of readings, by id."""
    for directory in directories.values():
        for problem in directory.problems:
            yield _error(f"{problem}: one person is one row, so correct one of them there")
    states: dict[str, tuple[str, str]] = {}
    for source, directory in directories.items():
        for login, one in directory.by_login.items():
            first, state = states.setdefault(login, (source, one.state))
            if state != one.state:
                yield _error(
                    f"{one.login} is {state} in {first} and {one.state} in {source}: correct one of them there, or "
                    "name which one counts in reconciler.yaml, such as people: {order: "
                    f"[{first}, {source}]}}"
                )
    yield from _moved_columns(known, people)


def _moved_columns(known: Mapping[str, LockedPerson], people: Mapping[str, Record]) -> Iterator[Diagnostic]:
    """Yield errors for logins that changed hands, and for ids of another form."""
    holders = {login_key(one.login): id_ for id_, one in known.items()}
    changed = 0
    for id_, one in people.items():
        holder = holders.get(login_key(one.login))
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
