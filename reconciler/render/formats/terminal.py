"""Shows plans and reports on a terminal or in a pipe, with rich; it writes to no stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Column, Table
from rich.text import Text

from reconciler.render.formats.findings_page import add_findings
from reconciler.render.formats.terminal_page import TerminalPage
from reconciler.render.text.visible import printable, shortened
from reconciler.render.views.findings import named_few
from reconciler.render.views.view import plan_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.plan import Plan
    from reconciler.render.views.persons import PersonView
    from reconciler.render.views.rows import PresetView, RowView
    from reconciler.render.views.view import By, PlanView

__all__ = ["render_plan", "render_view"]

_SIGNS = {"−": "red", "+": "green", "→": "cyan"}
_SIDES = {"added in Procore": "red", "removed in Procore": "yellow"}
_LONGEST_REASON = 200
MOST_ALREADY = 20


def render_plan(plan: Plan, *, color: bool, by: By = "preset") -> str:
    """Return a plan as text for people: guards, then removals before additions, one person a line."""
    return render_view(plan_view(plan, by), color=color)


def render_view(view: PlanView, *, color: bool) -> str:
    """Return a view as text for people."""
    page = TerminalPage(color=color)
    head = Text(printable(view.company), style="bold")
    head.append(f"      {view.headline}", style="default")
    if view.counts:
        head.append(f"      {view.counts}")
    page.add(head)
    if view.state:
        page.add(Text(view.state, style="bold red"))
    if view.findings:
        page.add()
        add_findings(page, view.findings)
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


def _add_person(page: TerminalPage, person: PersonView) -> None:
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


def _add_already(page: TerminalPage, title: str, noun: str, already: Sequence[str]) -> None:
    if not already:
        return
    page.add("", Text(f"{title}:", style="dim"))
    page.add(*(Text(f"  {printable(one)}", style="dim") for one in already[:MOST_ALREADY]))
    if len(already) > MOST_ALREADY:
        page.add(Text(f"  and {len(already) - MOST_ALREADY:,} more {noun}", style="dim"))


def _add_section(page: TerminalPage, presets: Sequence[PresetView]) -> None:
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
