"""Lines that cannot be resolved and that the base has too: what they touch is held, and nothing else waits for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.model.diagnostics import HELD, has_errors
from reconciler.model.live import preset_address
from reconciler.planning.base_lines import BaseLines, count_entries, entry_key, line_keys
from reconciler.planning.lost_lines import HELD_BROADER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.model.diagnostics import Diagnostic, Origin
    from reconciler.model.documents import Documents
    from reconciler.model.problem import Problem
    from reconciler.model.scope import Claim, Scope

__all__ = ["LENIENT", "LOOKING", "NOT_POSSIBLE", "STRICT", "Tolerance", "hold_empty_groups", "hold_unresolved"]

NOT_POSSIBLE = "policy/not-possible-assignee"
_EMPTY = "documents/empty-group"
# What the service, not the documents, can make wrong, and what must be the same at the base for a line to be old. The
# same codes are told of texts too; those are never held.
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
    """What is held instead of ending a command.

    ``base`` gives the documents whose lines count as old (null: none are known). It is asked only once something is
    wrong. With ``everything``, new lines are held as well: for an apply of approved plans, and for commands that only
    look (``looks``), which hold nobody for being no possible assignee.
    """

    base: Callable[[], Documents | None]
    everything: bool = False
    looks: bool = False


STRICT = Tolerance(lambda: None)
LENIENT = Tolerance(lambda: None, everything=True)
LOOKING = Tolerance(lambda: None, everything=True, looks=True)


def hold_empty_groups(
    diagnostics: Sequence[Diagnostic], documents: Documents, tolerance: Tolerance
) -> list[Diagnostic]:
    """Return diagnostics of reading, groups that a last day left empty as held where the tolerance allows it.

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
    lines = _lines(tolerance)
    keys = {} if lines is None else line_keys(documents)

    def is_old(origin: Origin | None) -> bool:
        return (
            lines is not None
            and origin is not None
            and lines.has(("group",), keys.get(origin, ()))
            and lines.is_empty(documents, origin)
        )

    held = {id(one) for one in wanted if tolerance.everything or is_old(one.origin)}
    return [_as_held(one) if id(one) in held else one for one in diagnostics]


def hold_unresolved(
    problems: Iterable[Problem], documents: Documents, scope: Scope, tolerance: Tolerance
) -> list[Diagnostic]:
    """Return diagnostics of resolving, those in lines of the base as held; the same line is told once."""
    problems = list(problems)
    if not any(one.severity == "error" for one, _ in problems):
        return [one for one, _ in problems]
    judge = _Judge(documents, scope, tolerance)
    judged = [_as_held(one.diagnostic) if judge.is_old(one) else one.diagnostic for one in problems]
    # where nothing is planned, nothing is left alone
    stopped = has_errors(judged)
    return [one for one in judged if not (stopped and one.code == HELD_BROADER)]


def _as_held(one: Diagnostic) -> Diagnostic:
    message = f"held until this line is corrected, and what it touches stays as it is: {one.message}"
    return msgspec.structs.replace(one, severity="warning", code=HELD, message=message)


def _lines(tolerance: Tolerance) -> BaseLines | None:
    base = None if tolerance.everything else tolerance.base()
    return None if base is None else BaseLines(base)


class _Judge:
    """Reports of problems whether the base has their lines too."""

    def __init__(self, documents: Documents, scope: Scope, tolerance: Tolerance) -> None:
        self._everything = tolerance.everything
        self._scope = scope
        self._lines = _lines(tolerance)
        self._keys = {} if self._lines is None else line_keys(documents)
        self._entries = Counter() if self._lines is None else count_entries(documents)

    def is_old(self, problem: Problem) -> bool:
        diagnostic, member = problem
        if diagnostic.severity != "error" or diagnostic.code not in _OLD_BY:
            return False
        if self._everything:
            return True
        if self._lines is None or diagnostic.origin is None:
            return False
        if diagnostic.code == "documents/conflict":
            claims = self._claims(diagnostic.address)
            return bool(claims) and all(map(self._has_entry, claims))
        if member is not None and member.via is not None:
            return self._lines.team_names(member.via.removeprefix("team:"), member)
        return self._lines.has(_OLD_BY[diagnostic.code], self._keys.get(diagnostic.origin, ()))

    def _claims(self, address: str | None) -> tuple[Claim, ...]:
        for key, claims in self._scope.claims.items():
            if preset_address(key) == address:
                return claims
        return ()

    def _has_entry(self, claim: Claim) -> bool:
        assert self._lines is not None  # noqa: S101 - asked only where there are lines
        document, entry = claim.document.origin, claim.entry.origin
        key = entry_key(claim.document, claim.entry)
        return (
            self._lines.has(("defaults",), self._keys.get(document, ()))
            and self._lines.has(("entry",), self._keys.get(entry, ()))
            and self._lines.has_as_often(key, self._entries[key])
        )
