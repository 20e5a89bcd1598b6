"""Finds people of the lock whom readings lack: kept at first, and gone once that is sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.people_lock import MissingPerson
from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    from reconciler.model.people_lock import PeopleLock
    from reconciler.people.rule_search import Directory

__all__ = ["find_missing"]


def find_missing(before: PeopleLock, directories: dict[str, Directory]) -> tuple[dict[str, MissingPerson], set[str]]:
    """Return the people whom a reading lacks, and those whom a later file lacks again."""
    missing: dict[str, MissingPerson] = {}
    gone = set()
    noted = {one.id: one for one in before.missing}
    for person in before.people:
        source, _, id_ = person.id.partition(":")
        directory = directories.get(source)
        if directory is None or id_ in directory.by_locked or person.state == "left":
            continue
        if login_key(person.login) in directory.by_login:
            continue  # the same person, under another id
        reading = directory.reading
        first = noted.get(person.id) or MissingPerson(id=person.id, file=reading.digest, as_of=reading.as_of)
        missing[person.id] = first
        if id_ in reading.gone or (first.file != reading.digest and first.as_of < reading.as_of):
            gone.add(person.id)
    return missing, gone
