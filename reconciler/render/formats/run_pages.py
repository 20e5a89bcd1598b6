"""Shows what apply did, now or in past runs, on a terminal or in a pipe."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Column, Table
from rich.text import Text

from reconciler.model.phrases import counted
from reconciler.render.formats.terminal_page import TerminalPage
from reconciler.render.text.visible import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.model.outcomes import ApplyReport, ApplySummary, Move, RecordedPreset, RecordedRun
    from reconciler.model.plan import Cause
    from reconciler.model.selection import Selection

__all__ = ["render_apply", "render_run", "render_runs"]

_HALVES: dict[Cause, str] = {"drift": "drifted", "requested": "was requested"}
_STATUSES = {"applied": "green", "already": "dim", "stale": "yellow", "failed": "bold red",
             "unverified": "bold red", "skipped": "yellow"}  # fmt: skip
_LONGEST_REASON = 200
_LONGEST_ERROR = 1000


def render_apply(report: ApplyReport, names: Mapping[str, str], *, color: bool) -> str:
    """Return what apply did, a line a preset; ``names`` gives people's words for addresses."""
    page = TerminalPage(color=color)
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
    counts = [f"{count:,} {name}" for name in _STATUSES if (count := getattr(summary, name))]
    if summary.held:
        counts.append(f"{counted(summary.held, 'line')} held that no plan knows")
    return ", ".join(counts) or "0 applied"


def render_runs(runs: Sequence[RecordedRun], selection: Selection | None = None, *, color: bool) -> str:
    """Return past runs, the newest first; ``selection`` is what they were chosen by."""
    page = TerminalPage(color=color)
    if not runs:
        none = "no applies in the journal; history lists those alone, and no reports of drift"
        page.add(Text(none if selection is None else f"no apply in the journal touched {printable(str(selection))}"))
        return page.text()
    table = Table.grid(*(Column(no_wrap=True) for _ in range(5)), padding=(0, 3, 0, 0))
    table.add_row(*(Text(title, style="bold") for title in ("run", "started", "revision", "changes", "outcome")))
    for run in runs:
        table.add_row(
            Text(printable(run.run_id)),
            Text(printable(run.started_at)),
            Text(printable((run.revision or "-")[:12])),
            Text(f"{run.changes:,}"),
            Text(_outcome(run), style=""),
        )
    page.add(table)
    for run in runs:
        for part in _parts(run):
            page.add(Text(f"· {printable(run.run_id)}: {part}"))
        for address in run.open:
            line = (
                f"! {printable(run.run_id)}: {printable(address)} was intended and has no outcome; apply the plan again"
            )
            page.add(Text(line, style="yellow"))
    return page.text()


def render_run(run: RecordedRun, *, color: bool) -> str:
    """Return one run person by person: roles lost before roles gained, each with what became of its preset."""
    page = TerminalPage(color=color)
    _add_head(page, run)
    for person, moves in _by_person(run.presets or ()).items():
        page.add("", Text(printable(person), style="bold"))
        table = Table.grid(*(Column(no_wrap=True) for _ in range(3)), padding=(0, 3, 0, 0))
        for move, preset in moves:
            sign, style = ("+", "green") if move.gains else ("−", "red")
            table.add_row(
                Text(f"  {sign} {shortened(move.role or 'workflow manager')}", style=style),
                Text(shortened(preset.title, _LONGEST_REASON)),
                Text(preset.status, style=_STATUSES.get(preset.status, "yellow")),
            )
        page.add(table)
    errors = [(one, one.error) for one in run.presets or () if one.error is not None]
    if errors:
        page.add()
    for one, error in errors:
        place = f"{printable(one.title)} ({printable(one.address)})"
        page.add(Text(f"! {place}: {shortened(error, _LONGEST_ERROR)}", style="yellow"))
    page.add("", Text(_outcome(run), style="dim"), Text(f"digest {printable(run.digest)}", style="dim"))
    return page.text()


def _add_head(page: TerminalPage, run: RecordedRun) -> None:
    finished = printable(run.finished_at or "never: it was cut off")
    page.add(
        Text(f"run {printable(run.run_id)}", style="bold"),
        Text(f"started {printable(run.started_at)}, finished {finished}"),
        Text(f"revision {printable(run.revision or '-')}, company {printable(run.company_id)}"),
    )
    for line in _parts(run):
        page.add(Text(line))


def _parts(run: RecordedRun) -> Iterator[str]:
    """Yield what a run left alone."""
    if run.only is not None:
        yield f"only what {_HALVES[run.only]}, base {printable(run.base or '-')[:12]}"
    if run.shown is not None:
        yield f"shows only {printable(str(run.shown))}"
    if run.selection is not None:
        yield f"only the part {printable(str(run.selection))}"


def _outcome(run: RecordedRun) -> str:
    return _summary(run.summary) if run.summary else f"cut off after {len(run.outcomes):,}"


def _by_person(presets: Sequence[RecordedPreset]) -> dict[str, list[tuple[Move, RecordedPreset]]]:
    by_id: dict[str, list[tuple[Move, RecordedPreset]]] = {}
    for preset in presets:
        for move in preset.moves:
            by_id.setdefault(move.login_id, []).append((move, preset))
    shown = Counter(str(moves[0][0]) for moves in by_id.values())
    people = {}
    for login_id, moves in by_id.items():
        who = str(moves[0][0])
        people[f"{who} (login id {login_id})" if shown[who] > 1 else who] = moves
        moves.sort(key=lambda one: (one[0].gains, one[1].title, one[0].role is None, one[0].role or ""))
    return dict(sorted(people.items(), key=lambda one: one[0].casefold()))
