"""Finds our own issue of a company among others and says what becomes of it; it speaks to no forge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.alerts import DriftIssue, IssueLine

__all__ = ["FoundIssue", "IssueTracker", "keep_issue"]

MOST_TOLD = 10
_TOLD = re.compile(r"<!-- told (all|in part): ([0-9a-f ]*) -->")

Own = TypeVar("Own")


class FoundIssue(Generic[Own]):
    """An issue of our own account; ``text`` is its body."""

    def __init__(self, issue: Own, number: int, title: str, text: str, *, opened: bool) -> None:
        self.issue = issue
        self.number = number
        self.title = title
        self.text = text
        self.opened = opened


class IssueTracker(Protocol[Own]):
    """Operations of a forge on issues of ours."""

    def own_issues(self, label: str | None) -> Iterable[FoundIssue[Own]]:
        """Return the issues of our own account with this label (null: all), open or closed, the oldest first."""
        ...

    def open_issue(self, title: str, body: str, label: str) -> int:
        """Make an issue, and give its number."""
        ...

    def edit_issue(self, found: FoundIssue[Own], title: str, body: str, *, opened: bool) -> None:
        """Replace title and body of an issue, and open or close it where it is not."""
        ...

    def say(self, found: FoundIssue[Own], text: str) -> None:
        """Comment on an issue."""
        ...


def keep_issue(forge: IssueTracker[Own], wanted: DriftIssue) -> str:
    """Open, update, close or re-open the one issue of a company; return what was done, in words.

    A comment says what is new before the body changes. If a run fails between the two, the news is written twice, but
    never lost. Further issues of ours, left by a repeated request, are closed. Issues of anyone else are never changed,
    no matter what they contain.
    """
    # by the label first, which is quick; but a forge may drop the label of an account that may not set any
    ours = _marked(forge.own_issues(wanted.label), wanted) or _marked(forge.own_issues(None), wanted)
    if not ours:
        if not wanted.lines:
            return "no issue: there is nothing to tell of"
        return f"issue {forge.open_issue(wanted.title, wanted.body, wanted.label)} opened"
    first, *others = ours
    done = _keep(forge, first, wanted)
    for one in others:
        if one.opened:
            forge.say(one, f"A duplicate of #{first.number}.")
            forge.edit_issue(one, one.title, one.text, opened=False)
    return done


def _marked(found: Iterable[FoundIssue[Own]], wanted: DriftIssue) -> list[FoundIssue[Own]]:
    return [one for one in found if one.text.lstrip().startswith(wanted.marker)]


def _keep(forge: IssueTracker[Own], found: FoundIssue[Own], wanted: DriftIssue) -> str:
    name = f"issue {found.number}"
    if not wanted.lines:
        if not found.opened:
            return f"{name} stays closed"
        forge.say(found, _said(wanted.closing, (), wanted.link))
        forge.edit_issue(found, wanted.title, wanted.body, opened=False)
        return f"{name} closed"
    if not found.opened:
        forge.say(found, _said(f"{wanted.back}: {counted(len(wanted.lines), wanted.noun)}.", wanted.lines, wanted.link))
        forge.edit_issue(found, wanted.title, wanted.body, opened=True)
        return f"{name} re-opened"
    untold = _untold(found.text, wanted.lines)
    if untold:
        forge.say(found, _said(f"{counted(len(untold), wanted.noun)} more:", untold, wanted.link))
    if (_plain(found.text), found.title) == (_plain(wanted.body), wanted.title):
        return f"{name} unchanged"
    forge.edit_issue(found, wanted.title, wanted.body, opened=True)
    return f"{name} updated{f', {counted(len(untold), wanted.noun)} more' if untold else ''}"


def _untold(body: str, lines: Sequence[IssueLine]) -> list[IssueLine]:
    """Return the lines that a body does not list yet; if it lacks keys, the report says which are new."""
    found = _TOLD.search(body)
    if found is None:
        return [one for one in lines if one.new]
    told = set(found[2].split())
    return [one for one in lines if one.key not in told and (found[1] == "all" or one.new)]


def _said(words: str, lines: Sequence[IssueLine], link: str) -> str:
    shown = [f"- {one.text}" for one in lines[:MOST_TOLD]]
    if len(lines) > MOST_TOLD:
        shown.append(f"- … and {len(lines) - MOST_TOLD:,} more")
    return "\n\n".join(part for part in (words, "\n".join(shown), link) if part)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
