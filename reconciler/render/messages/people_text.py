"""The text of a run of ``reconciler people``: figures of sources, who comes and goes, and what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.people_lock import LOCK_FOLDER
from reconciler.model.phrases import counted
from reconciler.render.text.visible import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.people_report import PeopleReport, PersonChange, SourceFigures

__all__ = ["people_text"]

_LONGEST_REASON = 200
_SIGNS = {"add": "+", "remove": "−", None: " "}


def people_text(report: PeopleReport) -> str:
    """Return the whole text, held teams first; without any rule, what is said of that."""
    if not report.sources and report.diagnostics:
        return "".join(f"{one.message}\n" for one in report.diagnostics)
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: PeopleReport) -> Iterator[str]:
    for one in report.held:
        yield f"✗ {shortened(one.team)} is held: it {one.reason}, so it keeps its people, less those who left"
    if report.held:
        yield ""
    yield from (_source(one) for one in report.sources)
    team: str | None = ""
    for change in report.changes:
        if change.team != team or change is report.changes[0]:
            team = change.team
            yield ""
            yield "people" if team is None else shortened(team)
        yield f"  {_change(change)}"
    for file in report.tidied:
        yield ""
        if file.lines:
            yield f"{shortened(file.path)}: {counted(file.lines, 'line')} of people who left"
        yield from (f"  cannot be edited: {shortened(one, _LONGEST_REASON)}" for one in file.refused)
    yield ""
    yield _end(report)


def _source(one: SourceFigures) -> str:
    before = "the first reading, so nobody is taken out" if one.before is None else f"{one.before:,} in the lock"
    words = f"{one.source}: {counted(one.people, 'person', 'people')} ({before}), {one.left:,} left"
    missing = counted(one.missing, "person is", "people are")
    return f"{words}; {missing} missing in this reading and kept" if one.missing else words


def _change(change: PersonChange) -> str:
    person = change.person
    name = f"{shortened(person.name)}   " if person.name else ""
    reason = shortened(change.reason, _LONGEST_REASON)
    why = reason if reason.startswith(change.kind) else f"{change.kind}: {reason}"
    return f"{_SIGNS[change.direction]} {name}{shortened(person.login)}   {why}"


def _end(report: PeopleReport) -> str:
    if report.written:
        return f"{LOCK_FOLDER} is written: review the plan, and commit it"
    return f"{LOCK_FOLDER} would change; nothing written" if report.differs else f"{LOCK_FOLDER} is up to date"
