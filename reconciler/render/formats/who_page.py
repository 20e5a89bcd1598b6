"""Roles by person as text, and as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from rich.table import Column, Table
from rich.text import Text

from reconciler.model.phrases import counted
from reconciler.render.formats.terminal_page import TerminalPage
from reconciler.render.text.visible import printable, shortened

if TYPE_CHECKING:
    from reconciler.model.who import HeldRole, RoleHolder, WhoReport

__all__ = ["render_who", "render_who_csv"]

_COLUMNS = ("login", "name", "project", "template", "group", "manager", "where", "origin", "via")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins like this
_LONGEST_REASON = 160
_WHERE = {"both": "", "documents": "not in Procore yet", "live": "in Procore alone"}


def render_who(report: WhoReport, *, color: bool) -> str:
    """Return everybody with their roles, a line each."""
    page = TerminalPage(color=color)
    if not report.people:
        page.add(Text("nobody holds such a role"))
    for holder in report.people:
        page.add(Text(_heading(holder), style="bold"))
        table = Table.grid(*(Column(no_wrap=True) for _ in range(4)), padding=(0, 3, 0, 0))
        for role in holder.roles:
            table.add_row(
                Text(f"  {shortened(role.template.name)}"),
                Text(shortened(_place(role))),
                Text(shortened(role.role)),
                Text(shortened(_why(role), _LONGEST_REASON), style="yellow" if role.where == "live" else ""),
            )
        page.add(table)
        page.add()
    number = sum(len(one.roles) for one in report.people)
    page.add(
        Text(
            f"{counted(len(report.people), 'person', 'people')}, {counted(number, 'role')} on {report.day}", style="dim"
        )
    )
    return page.text()


def _heading(holder: RoleHolder) -> str:
    return printable(str(holder.person))


def _place(role: HeldRole) -> str:
    return "company" if role.project is None else role.project.name


def _why(role: HeldRole) -> str:
    """Return by which line, team and absence, and where it is not the same on both sides."""
    parts = [] if role.origin is None else [f"{role.origin.path}:{role.origin.line}"]
    if role.via is not None:
        parts.append(f"by {role.via}")
    because = role.because
    if because is not None and because.kind == "absence" and because.person is not None:
        words = "is back, was replaced by" if because.ended else "replaces"
        parts.append(f"{words} {because.person} until {because.until}")
    if because is not None and because.kind == "left":
        parts.append(f"for {because.person}, who left")
    if role.address is not None and _WHERE[role.where]:
        parts.append(_WHERE[role.where])
    return ", ".join(parts)


def render_who_csv(report: WhoReport) -> str:
    """Return a row for each role. A text that a spreadsheet would compute gets an apostrophe in front."""
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(_COLUMNS)
    for holder in report.people:
        for role in holder.roles:
            person = holder.person
            cells = (
                person.login or person.id or "",
                person.name or "",
                _place(role),
                role.template.name,
                "" if role.group is None else role.group.name,
                "yes" if role.manager else "no",
                role.where,
                "" if role.origin is None else str(role.origin),
                role.via or "",
            )
            table.writerow([_safe(printable(one)) for one in cells])
    return file.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text
