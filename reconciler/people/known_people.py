"""Everybody whom readings list or the lock before has, with who left, who is lacking, and whose login changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.spelling import login_key
from reconciler.people.missing_people import find_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.readings import Record
    from reconciler.people.rule_search import Directory

__all__ = ["KnownPeople"]


class KnownPeople:
    """People by the id that the lock holds.

    ``before`` are those of the lock, ``people`` those of readings. ``renamed`` are logins of now by former ones.
    ``there`` and ``left`` are logins in the form of keys. ``lacking`` are logins whom readings lack, and who stay where
    they were. ``by_login`` and ``locked`` are the people of readings, and of the lock, by the login that they have now.
    """

    def __init__(self, lock: PeopleLock, directories: Mapping[str, Directory]) -> None:
        self.directories = dict(directories)
        self.before = {one.id: one for one in lock.people}
        self.missing, gone = find_missing(lock, self.directories)
        self.people = dict(self._with_logins())
        self.renamed = {
            one.login: self.people[one.id].login
            for one in lock.people
            if one.id in self.people and self.people[one.id].login != one.login
        }
        self.there = {login_key(one.login) for one in self.people.values() if one.state != "left"}
        left = {login_key(one.login) for one in self.people.values() if one.state == "left"}
        left |= {login_key(one.login) for id_, one in self.before.items() if self._has_left(id_)}
        self.left = left - self.there  # an old row of somebody who came back
        self.lacking = {one.login for id_, one in self.before.items() if id_ in self.missing and id_ not in gone}
        self._holders = {login_key(one.login): id_ for id_, one in self.people.items()}
        self.by_login = {one.login: (id_, one) for id_, one in self.people.items()}
        self.locked = {self.renamed.get(one.login, one.login): one for one in lock.people}

    def _with_logins(self) -> Iterator[tuple[str, Record]]:
        """Yield records by id. An address that was taken from somebody who left is the one that the lock has."""
        for source, directory in self.directories.items():
            for one in directory.reading.records:
                id_ = f"{source}:{directory.locked_ids[one.id]}"
                login = one.login or (self.before[id_].login if id_ in self.before else "")
                if login:
                    yield id_, one if one.login else msgspec.structs.replace(one, login=login)

    def holder(self, login: str) -> str | None:
        """Return the id of who has a login in the readings, or null."""
        return self._holders.get(login_key(login))

    def _has_left(self, id_: str) -> bool:
        record = self.people.get(id_)
        return record.state == "left" if record is not None else self.before[id_].state == "left"
