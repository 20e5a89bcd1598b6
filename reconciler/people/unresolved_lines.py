"""Lines that lead to nobody, or to several people: one problem each, at the line where the person is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.phrases import counted
from reconciler.model.problem import Problem
from reconciler.model.spelling import login_key
from reconciler.model.suggestions import IF_NEW, did_you_mean_person
from reconciler.model.titles import place_phrase

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import Member
    from reconciler.model.scope import Target
    from reconciler.people.index import PeopleIndex
    from reconciler.people.list_needs import MemberKey

__all__ = ["UnresolvedLines"]

_AMBIGUOUS = "documents/ambiguous-person"
_UNKNOWN = "documents/unknown-person"
# a code, the place where a person is written, the line as text, and the team that a list has it from
_Line = tuple[str, "Origin", str, str | None]


class UnresolvedLines:
    """Collects problems of lines, each once.

    The line of a team is one problem for all lists that name the team: its message counts them. Lines that name the
    same unknown person have the same message, so that formats can show it once.
    """

    def __init__(self, index: PeopleIndex, inactive: frozenset[str]) -> None:
        self._index = index
        self._inactive = inactive
        self._problems: dict[_Line, Problem] = {}
        self._uses: dict[tuple[str, Origin, str], set[Origin]] = {}
        self._first: dict[MemberKey, tuple[_Line, str]] = {}
        self._hints: dict[MemberKey, str] = {}

    @property
    def problems(self) -> list[Problem]:
        """Every problem, in the order found; those of teams with the number of lines that use them."""
        return [self._counted(problem) for problem in self._problems.values()]

    def add_unknown(self, member: Member, target: Target, what: str) -> None:
        """Take in a line that leads to nobody, in one of the places it applies to.

        The list of the first place was read for it. ``what`` is what its people may do: "may be assigned".
        """
        line = _line(_UNKNOWN, member)
        first, address = self._first.setdefault(member.key, (line, target.address))
        if (first, address) == (line, target.address):
            self._add(line, f"{_missing_there(member, target, what)}{self._hint(member)}", member)
            return
        message = f"{_missing_anywhere(member)}{self._hint(member)}"
        self._add(line, message, member)
        self._problems[first] = _with_message(self._problems[first], message)

    def add_ambiguous(self, member: Member) -> None:
        """Take in a line whose login is that of several people."""
        ids = ", ".join(sorted(self._index.accounts(self._index.login_here(member))))
        message = f"'{member}' is the login of several people: {ids}; use {{login_id: …}}"
        self.add(_AMBIGUOUS, message, member)

    def add(self, code: str, message: str, member: Member) -> None:
        """Take in a line with another problem."""
        self._add(_line(code, member), message, member)

    def drop_ambiguous(self) -> None:
        """Forget the lines of several people: they are looked at again."""
        self._problems = {line: one for line, one in self._problems.items() if line[0] != _AMBIGUOUS}
        self._uses = {use: lines for use, lines in self._uses.items() if use[0] != _AMBIGUOUS}

    def _add(self, line: _Line, message: str, member: Member) -> None:
        code, origin, named, _ = line
        diagnostic = Diagnostic(severity="error", code=code, message=message, origin=origin)
        self._problems.setdefault(line, Problem(diagnostic, member))
        self._uses.setdefault((code, origin, named), set()).add(member.origin)

    def _hint(self, member: Member) -> str:
        """Return what to do about somebody unknown; found once, however many lines name them."""
        if member.login is None:
            return ""
        if member.key not in self._hints:
            self._hints[member.key] = self._new_hint(member.login)
        return self._hints[member.key]

    def _new_hint(self, login: str) -> str:
        if login_key(login) in self._inactive:
            return "; the directory has them as inactive, so take them out of this line"
        meant = did_you_mean_person(login, self._index.people())
        return meant or IF_NEW

    def _counted(self, problem: Problem) -> Problem:
        diagnostic, member = problem
        if member is None or member.team_line is None:
            return problem
        used = self._uses[diagnostic.code, member.team_line, str(member)]
        first = ", the first at" if len(used) > 1 else ":"
        return _with_message(
            problem, f"{diagnostic.message} (used in {counted(len(used), 'place')}{first} {min(used)})"
        )


def _line(code: str, member: Member) -> _Line:
    return code, member.team_line or member.origin, str(member), member.via


def _with_message(problem: Problem, message: str) -> Problem:
    return Problem(msgspec.structs.replace(problem.diagnostic, message=message), problem.member)


def _missing_there(member: Member, target: Target, what: str) -> str:
    return f"nobody with {_named(member)} {what} on {target.template.tool} in {place_phrase(target.project)}"


def _missing_anywhere(member: Member) -> str:
    return f"no active Procore user has {_named(member)} (if they left, remove this line)"


def _named(member: Member) -> str:
    return f"the login '{member.login}'" if member.login else f"the login id {member.login_id}"
