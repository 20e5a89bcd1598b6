"""People who left, as the people lock knows them: their lines, and who may hold their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.because import Because
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.member import Member
from reconciler.model.people_lock import is_of_lock
from reconciler.model.spelling import login_key

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.model.absences import Absence
    from reconciler.model.documents import Team
    from reconciler.model.people_lock import LockedPerson, PeopleLock

__all__ = ["Leavers"]

_Line = tuple[Member, "LockedPerson"]


class Leavers:
    """Everybody who left by a lock, for lists of members on one day."""

    def __init__(self, lock: PeopleLock, teams: Mapping[str, Team], today: datetime.date) -> None:
        self._left = lock.left()
        self._teams = teams
        self._today = today

    def __bool__(self) -> bool:
        return bool(self._left)

    def find(self, member: Member | None) -> LockedPerson | None:
        """Return the person of a line who left, null for anybody else."""
        return None if member is None or member.login is None else self._left.get(login_key(member.login))

    def warning(self, member: Member, gone: LockedPerson) -> str | None:
        """Return the warning for a line of a list that names somebody who left; null for lines of teams."""
        if member.via is not None or member.team_line is not None or is_of_lock(member.origin.path):
            return None
        name = f"{gone.name} ({member})" if gone.name else str(member)
        return f"{name} left ({gone.id.partition(':')[0]}), so this line has no effect; take it out"

    def _team(self, member: Member) -> Team | None:
        return None if member.team is None else self._teams.get(member.team)

    def lines(self, members: Sequence[Member]) -> list[_Line]:
        """Return the lines of people who left, of teams too."""
        return list(self._lines(members, set()))

    def _lines(self, members: Sequence[Member], seen: set[str]) -> Iterator[_Line]:
        for one in members:
            team = self._team(one)
            if team is not None and team.name not in seen:
                seen.add(team.name)
                yield from self._lines(team.members, seen)
            gone = self.find(one)
            if gone is not None and (one.until is None or one.until >= self._today):
                yield one, gone

    def emptied(self, members: Sequence[Member]) -> bool:
        """Return whether a list has nobody because people left: it names them, or a team with rules had them."""
        teams = map(self._team, members)
        ruled = any(team is not None and team.has_rules for team in teams)
        return bool(self._left) and (ruled or bool(self.lines(members)))

    def managers(self, lines: Iterable[_Line]) -> tuple[Member, ...]:
        """Return the managers of people who left, each once, and nobody who left too."""
        found: dict[str, Member] = {}
        for line, gone in lines:
            manager = Member(
                origin=line.origin,
                login=gone.manager,
                because=Because(kind="left", source=gone.id.partition(":")[0], person=gone.login),
            )
            if gone.manager is not None and self.find(manager) is None:
                found.setdefault(login_key(gone.manager), manager)
        return tuple(found.values())

    def judge_replacements(self, absences: Iterable[Absence]) -> list[Diagnostic]:
        """Return an error for each absence of today or to come whose replacement left."""
        found = []
        for one in absences:
            gone = self.find(one.replacement)
            if gone is not None and one.ends >= self._today:
                source = gone.id.partition(":")[0]
                message = f"{one.replacement} left ({source}) and replaces nobody: name somebody else"
                found.append(Diagnostic(severity="error", code="documents/absence", message=message, origin=one.origin))
        return found

    def nobody_left(self, role: str, lines: Sequence[_Line]) -> str:
        """Return the words for a role in which everybody left."""
        who = ", ".join(dict.fromkeys(str(member) for member, _ in lines)) or "all whom rules found"
        proposed = ", ".join(sorted(str(one) for one in self.managers(lines)))
        hint = f", such as their manager {proposed}" if proposed else ""
        return f"everybody in '{role}' left ({who}), so it stays as it is in Procore: name somebody{hint}"
