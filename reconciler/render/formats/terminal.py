"""Shows plans, reports, runs and problems on a terminal or in a pipe, with rich; it writes to no stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from reconciler.render.text.escapes import printable, shortened
from reconciler.render.views.findings import each, named_few
from reconciler.render.views.view import plan_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.outcomes import ApplyReport, ApplySummary, RecordedRun
    from reconciler.model.plan import Cause, Plan
    from reconciler.render.views.findings import FindingView
    from reconciler.render.views.persons import PersonView
    from reconciler.render.views.rows import PresetView, RowView
    from reconciler.render.views.view import By, PlanView

__all__ = ["render_apply", "render_diagnostics", "render_plan", "render_runs", "render_view"]

_SYMBOLS = {"error": ("✗", "bold red"), "warning": ("!", "yellow"), "note": ("·", "dim")}
_HALVES: dict[Cause, str] = {"drift": "drifted", "requested": "was requested"}
_SIGNS = {"−": "red", "+": "green", "→": "cyan"}
_SIDES = {"live only": "red", "git only": "yellow"}
_STATUSES = {"applied": "green", "already": "dim", "stale": "yellow", "failed": "bold red",
             "unverified": "bold red", "skipped": "yellow"}  # fmt: skip
_WIDE_ENOUGH = 100_000  # every table takes the width of its cells, which are shortened
_LONGEST_REASON = 200
_LONGEST_ERROR = 1000
MOST_ALREADY = 20


class _Page:
    """Collects what is shown and gives it as one text, without blanks at the ends of lines."""

    def __init__(self, *, color: bool) -> None:
        self._file = io.StringIO()
        self._console = Console(
            file=self._file,
            width=_WIDE_ENOUGH,
            force_terminal=color,
            color_system="standard" if color else None,
            no_color=not color,
            highlight=False,
            emoji=False,
            markup=False,
            legacy_windows=False,
            _environ={},
        )

    def add(self, *parts: RenderableType) -> None:
        for part in parts or ("",):
            self._console.print(part, soft_wrap=isinstance(part, str | Text))

    def text(self) -> str:
        lines = (line.rstrip() for line in self._file.getvalue().splitlines())
        return "\n".join(lines).rstrip("\n") + "\n"


def render_plan(plan: Plan, *, color: bool, by: By = "preset") -> str:
    """Return a plan as text for people: guards, then removals before additions, one person a line."""
    return render_view(plan_view(plan, by), color=color)


def render_view(view: PlanView, *, color: bool) -> str:
    """Return a view as text for people."""
    page = _Page(color=color)
    head = Text(printable(view.company), style="bold")
    head.append(f"      {view.headline}", style="default")
    if view.counts:
        head.append(f"      {view.counts}")
    page.add(head)
    if view.state:
        page.add(Text(view.state, style="bold red"))
    if view.findings:
        page.add()
        _add_findings(page, view.findings)
    if view.overrides:
        page.add()
        page.add(*(Text(printable(one), style="yellow") for one in view.overrides))
    for person in view.people:
        page.add()
        _add_person(page, person)
    for section in view.sections:
        page.add("", Text(printable(section.title), style="bold"))
        _add_section(page, section.presets)
    _add_already(page, view.already_title, view.already_noun, view.already)
    if view.untouched:
        page.add("", Text(view.untouched, style="dim"))
    page.add("", Text(printable(f"{view.source} · {view.cost}"), style="dim"))
    if view.digest:
        page.add(Text(printable(f"digest {view.digest}"), style="dim"))
    return page.text()


def _add_person(page: _Page, person: PersonView) -> None:
    page.add(
        Text(f"{printable(person.name)} ({printable(person.login)}): ", style="bold").append(
            printable(person.sentence), style="default"
        )
    )
    table = Table.grid(*(Column(no_wrap=True) for _ in range(4)), padding=(0, 3, 0, 0))
    for row in person.rows:
        table.add_row(
            Text(f"  {row.sign} {shortened(row.label)}", style=_SIGNS[row.sign]),
            Text(shortened(row.template)),
            Text(shortened(named_few(row.places), _LONGEST_REASON)),
            Text(shortened(row.reason, _LONGEST_REASON), style="dim"),
        )
    page.add(table)


def _add_already(page: _Page, title: str, noun: str, already: Sequence[str]) -> None:
    if not already:
        return
    page.add("", Text(f"{title}:", style="dim"))
    page.add(*(Text(f"  {printable(one)}", style="dim") for one in already[:MOST_ALREADY]))
    if len(already) > MOST_ALREADY:
        page.add(Text(f"  and {len(already) - MOST_ALREADY:,} more {noun}", style="dim"))


def _add_section(page: _Page, presets: Sequence[PresetView]) -> None:
    """Show the presets of one template with their columns in line."""
    cells = [[_cells(row, row.label) for row in preset.rows] for preset in presets]
    columns = zip(*(row for rows in cells for row in rows), strict=True)
    widths = [max(cell.cell_len for cell in column) for column in columns]
    for preset in presets:
        name = Text(f"  {printable(preset.name)}")
        page.add(name.append(f"   {printable(preset.address)}", style="dim") if preset.address else name)
        table = Table.grid(*(Column(min_width=width, no_wrap=True) for width in widths), padding=(0, 3, 0, 0))
        label = None
        for row in preset.rows:
            table.add_row(*_cells(row, "" if row.label == label else row.label))
            label = row.label
        page.add(table)
        if preset.same:
            page.add(Text(f"    {preset.others}: {printable(named_few(preset.same))}", style="dim"))


def _cells(row: RowView, label: str) -> list[Text]:
    sign = "  " if row.sign == "→" else f"{row.sign} "
    who = [Text(f"{sign}{shortened(row.name)}", style=_SIGNS[row.sign])]
    if row.side is not None:
        who = [Text(row.shown, style=_SIDES[row.side]), Text(shortened(row.name))]
    return [
        Text(f"    {shortened(label)}"),
        *who,
        Text(shortened(row.login)),
        Text(shortened(row.reason, _LONGEST_REASON), style="dim"),
    ]


def render_diagnostics(diagnostics: Iterable[Diagnostic], *, color: bool) -> str:
    """Return problems as text, each with its place, its sentence and its code."""
    page = _Page(color=color)
    _add_findings(page, each(diagnostics))
    return page.text()


def _add_findings(page: _Page, findings: Iterable[FindingView]) -> None:
    for one in findings:
        symbol, style = _SYMBOLS[one.severity]
        line = Text(f"{symbol} ", style=style)
        if one.place:
            line.append(f"{printable(one.place)}: ", style="bold")
        line.append(printable(one.what), style="default")
        line.append(f"  [{printable(one.code)}]", style="dim")
        page.add(line)
        if one.remedy:
            page.add(Text(f"    to allow it: {printable(one.remedy)}"))


def render_apply(report: ApplyReport, names: Mapping[str, str], *, color: bool) -> str:
    """Return what apply did, a line a preset; ``names`` gives people's words for addresses."""
    page = _Page(color=color)
    table = Table.grid(*(Column(no_wrap=True) for _ in range(3)), padding=(0, 3, 0, 0))
    for outcome in report.outcomes:
        error = shortened(outcome.error or "", _LONGEST_ERROR)
        table.add_row(
            Text(f"  {outcome.status}", style=_STATUSES[outcome.status]),
            Text(shortened(names.get(outcome.address, outcome.address), _LONGEST_REASON)),
            Text(error, style="red" if outcome.status in {"failed", "unverified"} else ""),
        )
    if report.outcomes:
        page.add(table)
    else:
        page.add(Text("nothing to apply"))
    page.add(
        Text(
            f"{_summary(report.summary)} · run {printable(report.run_id)} · digest {printable(report.digest)}",
            style="dim",
        )
    )
    return page.text()


def _summary(summary: ApplySummary) -> str:
    counts = [(name, getattr(summary, name)) for name in _STATUSES]
    counts.append((f"line{'' if summary.held == 1 else 's'} held that no plan knows", summary.held))
    return ", ".join(f"{count:,} {name}" for name, count in counts if count) or "0 applied"


def render_runs(runs: Sequence[RecordedRun], *, color: bool) -> str:
    """Return past runs, the newest first."""
    page = _Page(color=color)
    if not runs:
        page.add(Text("no applies in the journal; history lists those alone, and no reports of drift"))
        return page.text()
    table = Table.grid(*(Column(no_wrap=True) for _ in range(5)), padding=(0, 3, 0, 0))
    table.add_row(*(Text(title, style="bold") for title in ("run", "started", "revision", "changes", "outcome")))
    for run in runs:
        table.add_row(
            Text(printable(run.run_id)),
            Text(printable(run.started_at)),
            Text(printable((run.revision or "-")[:12])),
            Text(f"{run.changes:,}"),
            Text(_summary(run.summary) if run.summary else f"cut off after {len(run.outcomes):,}", style=""),
        )
    page.add(table)
    for run in runs:
        if run.only is not None:
            line = f"· {printable(run.run_id)}: only what {_HALVES[run.only]}, base {printable(run.base or '-')[:12]}"
            page.add(Text(line))
        for address in run.open:
            line = (
                f"! {printable(run.run_id)}: {printable(address)} was intended and has no outcome; apply the plan again"
            )
            page.add(Text(line, style="yellow"))
    return page.text()
