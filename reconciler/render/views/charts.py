"""Counts changes for the drawings of a page: by project, by template, roles against projects; it draws nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.titles import place_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.plan import PresetChange
    from reconciler.model.titles import Named

__all__ = ["CHART_WIDTH", "ChartView", "MatrixView", "charts", "matrix"]

MOST_BARS = 15
MOST_MATRIX_ROWS = 500
CHART_WIDTH = 320  # units of the drawing, for the longest bar


class BarView(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of a chart: removals and additions of a project or template, with lengths in units of the drawing.

    Of drift, removals are what was added in Procore, additions what was removed there.
    """

    name: str
    removals: int
    additions: int
    removed_width: float
    added_width: float


class ChartView(msgspec.Struct, frozen=True, kw_only=True):
    """The projects or templates with the most changes; ``more`` counts those without a bar."""

    title: str
    bars: tuple[BarView, ...]
    more: int


class MatrixRow(msgspec.Struct, frozen=True, kw_only=True):
    """One project; a cell for each role: how many people lose it and gain it there."""

    name: str
    cells: tuple[tuple[int, int], ...]


class MatrixView(msgspec.Struct, frozen=True, kw_only=True):
    """Roles against projects; ``more`` counts the projects without a row."""

    roles: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    more: int


def charts(changes: Sequence[PresetChange]) -> tuple[ChartView, ...]:
    """Count removals and additions by project and by template, those with most removals first."""
    projects = _counts((one.project, one) for one in changes)
    templates = _counts((one.template, one) for one in changes)
    return (_chart("By project", projects), _chart("By template", templates))


def _counts(named: Iterable[tuple[Named | None, PresetChange]]) -> list[tuple[str, tuple[int, int]]]:
    """Return removals and additions with the title of each; two of one name stay two."""
    removals: Counter[str] = Counter()
    additions: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for one, change in named:
        key = _key(one)
        titles[key] = place_title(one)
        removals[key] += sum(len(group.remove) for group in change.groups)
        additions[key] += sum(len(group.add) for group in change.groups)
    return [(titles[key], (removals[key], additions[key])) for key in titles if removals[key] or additions[key]]


def _key(one: Named | None) -> str:
    return "" if one is None else one.id


def _dangerous_first(item: tuple[str, tuple[int, int]]) -> tuple[int, int, str]:
    name, (removals, additions) = item
    return -removals, -additions, name


def _chart(title: str, counts: Sequence[tuple[str, tuple[int, int]]]) -> ChartView:
    ordered = sorted(counts, key=_dangerous_first)
    most = max((sum(one) for _, one in counts), default=1)
    bars = tuple(
        BarView(
            name=name,
            removals=removals,
            additions=additions,
            removed_width=round(removals / most * CHART_WIDTH, 1),
            added_width=round(additions / most * CHART_WIDTH, 1),
        )
        for name, (removals, additions) in ordered[:MOST_BARS]
    )
    return ChartView(title=title, bars=bars, more=max(len(ordered) - MOST_BARS, 0))


def matrix(changes: Sequence[PresetChange]) -> MatrixView:
    """Count removals and additions of each role in each project."""
    cells: dict[str, dict[str, tuple[int, int]]] = {}
    titles: dict[str, str] = {}
    for change in changes:
        key = _key(change.project)
        titles[key] = place_title(change.project)
        row = cells.setdefault(key, {})
        for group in change.groups:
            removals, additions = row.get(group.name, (0, 0))
            row[group.name] = (removals + len(group.remove), additions + len(group.add))
    roles = tuple(sorted({role for row in cells.values() for role in row}))
    totals = sorted(
        (-sum(one[0] for one in row.values()), -sum(one[1] for one in row.values()), titles[key], key)
        for key, row in cells.items()
        if row
    )
    ordered = [key for *_, key in totals]
    rows = tuple(
        MatrixRow(name=titles[key], cells=tuple(cells[key].get(role, (0, 0)) for role in roles))
        for key in ordered[:MOST_MATRIX_ROWS]
    )
    return MatrixView(roles=roles, rows=rows, more=max(len(ordered) - MOST_MATRIX_ROWS, 0))
