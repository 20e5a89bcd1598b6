"""Words of the pull request that proposes another people lock: held teams first, then who and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.phrases import counted
from reconciler.render.text.escapes import escape_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.people_report import PeopleReport, PersonChange

__all__ = ["request_body", "request_title"]

_KINDS = ("left", "moved", "joined", "renamed")
_SIGNS = {"add": "+", "remove": "−", None: ""}
_LONGEST_BODY = 60_000


def request_title(report: PeopleReport, roles: tuple[int, int] | None) -> str:
    """Return the title: distinct people by kind, and how many roles in how many presets, where that is known."""
    parts = []
    for kind in _KINDS:
        number = len({one.person.id or one.person.login for one in report.changes if one.kind == kind})
        if number:
            parts.append(f"{number:,} {kind}")
    people = f"People: {', '.join(parts) or 'figures of sources'}"
    if roles is None:
        return people
    return f"{people} ({counted(roles[0], 'role')} in {counted(roles[1], 'preset')})"


def request_body(report: PeopleReport) -> str:
    """Return the text of the request, cut where it would be too long for a forge."""
    lines: list[str] = []
    room = _LONGEST_BODY
    left = 0
    for line in _lines(report):
        if room < len(line) + 1:
            left += 1
            continue
        lines.append(line)
        room -= len(line) + 1
    if left:
        lines.append(f"… and {left:,} more lines: run `reconciler people --check` to see them")
    return "\n".join(lines)


def _lines(report: PeopleReport) -> Iterator[str]:
    for one in report.held:
        team, reason = escape_markdown(one.team), escape_markdown(one.reason)
        yield f"- **{team} is held**: it {reason}, so it keeps its people, less those who left"
    if report.held:
        yield ""
    for kind in _KINDS:
        found = [one for one in report.changes if one.kind == kind]
        if found:
            yield f"### {kind.capitalize()}"
            yield ""
            yield from _people(found)
            yield ""
    yield "| source | people | in the lock | left | missing |"
    yield "|---|---|---|---|---|"
    for source in report.sources:
        before = "first reading" if source.before is None else f"{source.before:,}"
        name = escape_markdown(source.source)
        yield f"| {name} | {source.people:,} | {before} | {source.left:,} | {source.missing:,} |"


def _people(changes: Iterable[PersonChange]) -> Iterator[str]:
    for one in changes:
        name = f"{escape_markdown(one.person.name)} " if one.person.name else ""
        team = "" if one.team is None else f" {_SIGNS[one.direction]} {escape_markdown(one.team)}"
        yield f"- {name}({escape_markdown(one.person.login)}){team}: {escape_markdown(one.reason)}"
