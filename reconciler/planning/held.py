"""Holds lines that cannot be resolved and that the base has too, so that everything else goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import HELD, HELD_UNAPPROVED, has_errors
from reconciler.model.live import preset_address
from reconciler.model.suggestions import IF_NEW
from reconciler.planning.base_lines import BaseLines, WrittenLines
from reconciler.planning.lost_lines import HELD_BROADER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import DesiredGroup, Documents
    from reconciler.model.problem import Problem
    from reconciler.model.scope import Claim, Scope

__all__ = ["LOOKING", "NOT_POSSIBLE", "STRICT", "Tolerance", "hold_empty_groups", "hold_unresolved"]

NOT_POSSIBLE = "policy/not-possible-assignee"
_EMPTY = "documents/empty-group"
# The problems that the service can cause, not the documents. A line is old if these parts are the same at the base.
# Problems of texts have the same codes; those are never held.
_OLD_BY: dict[str, tuple[str, ...]] = {
    "documents/ambiguous-group": ("group",),
    "documents/ambiguous-person": ("member", "manager"),
    "documents/ambiguous-project": ("entry",),
    "documents/ambiguous-template": ("document",),
    "documents/conflict": ("defaults", "entry"),
    "documents/duplicate-member": ("members",),
    "documents/dynamic-group": ("group",),
    "documents/no-preset": ("entry",),
    "documents/unknown-field": ("entry",),
    "documents/unknown-group": ("group",),
    "documents/unknown-person": ("member", "manager"),
    "documents/unknown-project": ("entry",),
    "documents/unknown-template": ("document",),
    "documents/unknown-tool": ("document",),
    "documents/unpublished-template": ("document",),
    NOT_POSSIBLE: ("member", "manager"),
}


class Tolerance(NamedTuple):
    """Rule for what is held instead of ending a command.

    ``known`` returns documents whose lines count as old, in any of them; null where none are known. It is called only
    once something is wrong. With ``everything``, new lines are held as well. An apply of approved plans does so, and
    reports new lines as ``documents/held-unapproved`` if old ones are known. Commands that only look (``looks``) do so
    too, and hold no line because somebody may not be assigned.
    """

    known: Callable[[], Sequence[Documents] | None]
    everything: bool = False
    looks: bool = False


STRICT = Tolerance(lambda: None)
LOOKING = Tolerance(lambda: None, everything=True, looks=True)


def hold_empty_groups(
    diagnostics: Sequence[Diagnostic], documents: Documents, tolerance: Tolerance
) -> list[Diagnostic]:
    """Return diagnostics of reading, with groups that a last day left empty as held where that is tolerated.

    A list that is written empty stays an error.
    """
    written = {
        group.origin: group
        for document in documents.written
        for groups in (document.groups, *(entry.groups for entry in document.entries))
        for group in groups.values()
    }
    wanted = [
        one for one in diagnostics if one.code == _EMPTY and one.origin in written and written[one.origin].members
    ]
    if not wanted:
        return list(diagnostics)
    known = _lines(tolerance)
    lines = WrittenLines(documents)

    def is_old(group: DesiredGroup) -> bool:
        return any(one.has(lines, group.origin, "group") and one.is_empty(lines, group) for one in known or ())

    codes = {
        id(one): _code(tolerance, known, old=one.origin is not None and is_old(written[one.origin])) for one in wanted
    }
    return [_held_as(one, codes.get(id(one))) for one in diagnostics]


def hold_unresolved(
    problems: Iterable[Problem], documents: Documents, scope: Scope, tolerance: Tolerance
) -> list[Diagnostic]:
    """Return diagnostics of resolving, with those in lines of the base as held.

    If any error is left, nothing is planned. Warnings that broader lines are held are dropped then.
    """
    problems = list(problems)
    if not any(one.severity == "error" for one, _ in problems):
        return [one for one, _ in problems]
    judge = _Judge(documents, scope, tolerance)
    judged = [_held_as(one.diagnostic, judge.code(one)) for one in problems]
    # where nothing is planned, nothing is left alone
    stopped = has_errors(judged)
    return [one for one in judged if not (stopped and one.code == HELD_BROADER)]


def _held_as(one: Diagnostic, code: str | None) -> Diagnostic:
    """Return a diagnostic as one of a held line, or as it is without a code for that."""
    if code is None:
        return one
    why = "no approved plan knows this line; " if code == HELD_UNAPPROVED else ""
    # nobody in a line that is there already is new
    cause = one.message.replace(IF_NEW, "") if code == HELD else one.message
    message = f"{why}held until this line is corrected, and what it touches stays as it is: {cause}"
    return msgspec.structs.replace(one, severity="warning", code=code, message=message)


def _lines(tolerance: Tolerance) -> tuple[BaseLines, ...] | None:
    known = tolerance.known()
    return None if known is None else tuple(map(BaseLines, known))


def _code(tolerance: Tolerance, known: Sequence[BaseLines] | None, *, old: bool) -> str | None:
    """Return the code by which a line is held, or null where it ends the command."""
    if old or (tolerance.everything and known is None):
        return HELD
    return HELD_UNAPPROVED if tolerance.everything else None


class _Judge:
    """Judges problems by whether older documents have their lines too."""

    def __init__(self, documents: Documents, scope: Scope, tolerance: Tolerance) -> None:
        self._tolerance = tolerance
        self._scope = scope
        self._known = _lines(tolerance)
        self._written = WrittenLines(documents)

    def code(self, problem: Problem) -> str | None:
        """Return the code by which the line of a problem is held, or null where it is not."""
        diagnostic = problem.diagnostic
        if diagnostic.severity != "error" or diagnostic.code not in _OLD_BY:
            return None
        old = any(self._is_old(problem, lines) for lines in self._known or ())
        return _code(self._tolerance, self._known, old=old)

    def _is_old(self, problem: Problem, lines: BaseLines) -> bool:
        diagnostic, member = problem
        if diagnostic.origin is None:
            return False
        if diagnostic.code == "documents/conflict":
            claims = self._claims(diagnostic.address)
            return bool(claims) and all(self._has_entry(claim, lines) for claim in claims)
        if member is not None and member.via is not None:
            return lines.team_has(self._written.documents, member.via.removeprefix("team:"), member)
        return lines.has(self._written, diagnostic.origin, *_OLD_BY[diagnostic.code])

    def _claims(self, address: str | None) -> tuple[Claim, ...]:
        for key, claims in self._scope.claims.items():
            if preset_address(key) == address:
                return claims
        return ()

    def _has_entry(self, claim: Claim, lines: BaseLines) -> bool:
        document, entry = claim.document, claim.entry
        # documents without defaults all say the same, and one more of them copies nothing
        bare = not document.groups and document.workflow_manager is None
        old = bare or lines.has(self._written, document.origin, "defaults")
        return old and lines.has(self._written, entry.origin, "entry")
