"""The people lock: results of ``reconciler people`` without any attribute."""

from __future__ import annotations

from typing import Literal

import msgspec

from reconciler.model.diagnostics import Origin
from reconciler.model.spelling import login_key

__all__ = [
    "LOCK_FOLDER",
    "NO_LOCK",
    "LockedEach",
    "LockedLine",
    "LockedPerson",
    "LockedResult",
    "LockedSource",
    "MissingPerson",
    "PeopleLock",
    "PersonState",
    "is_of_lock",
]

LOCK_FOLDER = "people.lock"

PersonState = Literal["active", "absent", "left", "missing"]


class LockedPerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody whom a rule found or a document names.

    ``id`` is that of the source, behind the source's name: ``hr:000007``. ``was`` is the login before a rename,
    ``manager`` the login of the manager, where a rule needs it.
    """

    login: str
    id: str
    name: str | None = None
    state: PersonState
    was: str | None = None
    manager: str | None = None


class LockedResult(msgspec.Struct, frozen=True, kw_only=True):
    """Logins that the rules of one team found, or one rule of a group.

    ``rule`` is the fingerprint of these rules. ``left_out`` are people whom rules of ``except`` found. ``members`` are
    in the file ``path``, a line each, from line ``begins_at`` on.
    """

    rule: str
    members: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    path: str = ""
    begins_at: int = 0

    def places(self) -> list[tuple[str, Origin]]:
        """Return each login with its line."""
        return [(login, Origin(self.path, self.begins_at + at, 3)) for at, login in enumerate(self.members)]


class LockedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Logins that a rule by project found for one value, such as a project number."""

    value: str
    members: tuple[str, ...]


class LockedEach(msgspec.Struct, frozen=True, kw_only=True):
    """Logins that one rule by project found, a line a value, in the file ``path`` from line ``begins_at`` on."""

    rule: str
    lines: tuple[LockedLine, ...]
    path: str = ""
    begins_at: int = 0

    def places(self) -> list[tuple[LockedLine, Origin]]:
        """Return each value with its line."""
        return [(one, Origin(self.path, self.begins_at + at, 3)) for at, one in enumerate(self.lines)]


class LockedSource(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a source: how many people it has, and which share of them has each attribute (0 to 1)."""

    source: str
    people: int
    filled: dict[str, float]


class MissingPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom one reading of a file lacked; ``file`` is the digest of that file, ``as_of`` its day."""

    id: str
    file: str
    as_of: str


class PeopleLock(msgspec.Struct, frozen=True, kw_only=True):
    """The whole lock.

    ``teams`` are results by the name of the team, ``rules`` by the fingerprint of a rule in a group, and
    ``each`` are those of rules by project.
    """

    people: tuple[LockedPerson, ...] = ()
    teams: dict[str, LockedResult] = {}
    rules: dict[str, LockedResult] = {}
    each: dict[str, LockedEach] = {}
    sources: tuple[LockedSource, ...] = ()
    missing: tuple[MissingPerson, ...] = ()

    def left(self) -> dict[str, LockedPerson]:
        """Return who left, by login as it is compared; by a former one too, unless somebody else has it now."""
        left = [one for one in self.people if one.state == "left"]
        there = {login_key(one.login) for one in self.people if one.state != "left"} if left else set()
        by_login = {login_key(login): one for one in left for login in (one.was, one.login) if login is not None}
        return {login: one for login, one in by_login.items() if login not in there}

    def renamed(self) -> dict[str, str]:
        """Return the login of people who have another one now, by the former one; both as they are compared."""
        taken = {login_key(one.login) for one in self.people}
        former = {login_key(one.was): login_key(one.login) for one in self.people if one.was is not None}
        return {was: login for was, login in former.items() if was not in taken}

    def other_logins(self) -> dict[str, str]:
        """Return the former login of people by that of now, and the other way; all as they are compared."""
        renamed = self.renamed()
        return {**renamed, **{login: was for was, login in renamed.items()}}


NO_LOCK = PeopleLock()


def is_of_lock(name: str) -> bool:
    """Return whether a path below the root is one of the lock."""
    return name.startswith(f"{LOCK_FOLDER}/")
