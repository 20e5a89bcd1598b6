"""One line that names a person, a team or a rule; nobody is looked up."""

from __future__ import annotations

import datetime

import msgspec

from reconciler.model.because import Because
from reconciler.model.diagnostics import Origin
from reconciler.model.rules import Rule
from reconciler.model.spelling import login_key

__all__ = ["ByProject", "Member"]


class ByProject(msgspec.Struct, frozen=True, kw_only=True):
    """People of a line that depend on the project: those by the value of its ``field``.

    Values are in the form they are compared in. Without ``people`` the value itself is a login. ``otherwise`` are the
    people of projects for which nobody is found; null where nobody is named for that.
    """

    field: str
    people: dict[str, tuple[Member, ...]] | None
    otherwise: tuple[Member, ...] | None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list of people: a login, a login id, a team or a rule. Exactly one of the four is set.

    ``login`` is kept as written, in NFC, and compared without case. ``until`` is the last day (UTC) on which the person
    is desired. After teams are expanded, ``via`` names the team that brought a person in. ``team_line`` is then the
    line that names the person, in that team or in one inside it. ``because`` is set for people who stand in, or are
    back.
    """

    origin: Origin
    login: str | None = None
    login_id: str | None = None
    team: str | None = None
    until: datetime.date | None = None
    reason: str | None = None
    via: str | None = None
    team_line: Origin | None = None
    rule: Rule | None = None
    because: Because | None = None
    otherwise: tuple[Member, ...] | None = None
    by_project: ByProject | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The kind and the text by which two lines name the same thing; logins without case."""
        if self.login is not None:
            return ("login", self.login.lower())
        if self.login_id is not None:
            return ("id", self.login_id)
        if self.rule is not None:
            return ("rule", msgspec.json.encode(self.rule, order="deterministic").decode())
        return ("team", self.team or "")

    def __str__(self) -> str:
        if self.login is not None:
            return self.login
        if self.rule is not None:
            return str(self.rule)
        return f"login id {self.login_id}" if self.login_id is not None else f"team:{self.team}"

    def names(self, login_id: str, login: str | None) -> bool:
        """Return whether this line names a person: by login id where it has one, else by login without case."""
        if self.login_id is not None:
            return self.login_id == login_id
        return self.login is not None and login is not None and self.login.lower() == login_key(login)
