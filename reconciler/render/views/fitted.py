"""Cuts a view until its text fits into a number of characters: whole rows, additions first, everything counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from reconciler.model.phrases import counted
from reconciler.render.views.budget import SMALLEST_BUDGET
from reconciler.render.views.findings import FindingView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.model.drift import Side
    from reconciler.render.views.budget import Budget
    from reconciler.render.views.persons import PersonView
    from reconciler.render.views.rows import PresetView, RowView, SectionView, Sign
    from reconciler.render.views.view import PlanView

__all__ = ["fit", "largest"]

_SHORTEST_ROW = 30  # characters; no row of any text is shorter
_NOUNS: dict[Sign | Side, tuple[str, str]] = {
    "−": ("removal", "removals"),
    "+": ("addition", "additions"),
    "→": ("change of workflow manager", "changes of workflow manager"),
    "added in Procore": ("added in Procore", "added in Procore"),
    "removed in Procore": ("removed in Procore", "removed in Procore"),
}

_Place = tuple[int, int, int]  # the number of a section, of a preset in it, of a row in that
_Ordered = tuple[int, int, int, int, int]  # priority, how many presets a row tells of (negative), and its place


def fit(
    view: PlanView,
    budget: Budget | None,
    render: Callable[[PlanView], str],
    whole: str,
    in_short: Callable[[], PlanView],
) -> str:
    """Return the text of a view within a budget (null: as long as it is).

    The first to go is what is already applied, then what is withheld, resolved or released, then additions. Removals
    are never cut in silence. If they do not all have room line by line, people are listed one by one before that
    (``in_short``). Those who lose most come first. Findings go when nothing else is left. Nothing is cut in its middle,
    and all that is left out is counted. ``whole`` says where all of it can be seen.
    """
    text = render(view)
    if budget is None or budget.holds(text):
        return text
    whole_view = _with_room(view, budget, render, whole)
    order = _by_priority(whole_view)
    if not whole_view.people and not budget.holds(render(_kept(whole_view, 0, order, _removals(order), whole))):
        whole_view = msgspec.structs.replace(whole_view, people=in_short().people)
    most = budget.limit // _SHORTEST_ROW

    def cut(people: int, rows: int) -> str:
        return render(_kept(whole_view, people, order, rows, whole))

    people = largest(min(len(whole_view.people), most), lambda number: cut(number, 0), budget) or 0
    rows = largest(min(len(order), most), lambda number: cut(people, number), budget) or 0
    text = cut(people, rows)
    return text if budget.holds(text) else render(_bare(whole_view))


def _with_room(view: PlanView, budget: Budget, render: Callable[[PlanView], str], whole: str) -> PlanView:
    """Shorten overrides, then findings, where they alone would leave no half of the budget to people and rows."""
    more = view.sections or view.people
    half = msgspec.structs.replace(budget, limit=budget.limit // 2) if more else budget

    def bare(one: PlanView) -> str:
        return render(_kept(one, 0, [], 0, whole))

    if half.holds(bare(view)):
        return view
    if view.overrides:
        number = len(view.overrides)
        words = f"{counted(number, 'override is', 'overrides are')} used; there is no room for them here"
        view = msgspec.structs.replace(view, overrides=(words,))
    shown = largest(len(view.findings), lambda number: bare(_with_findings(view, number)), half)
    return _with_findings(view, shown or 0)


def _removals(order: Sequence[_Ordered]) -> int:
    """Count the rows that may not be cut in silence: they stand first."""
    return sum(one[0] == 0 for one in order)


def largest(most: int, render: Callable[[int], str], budget: Budget) -> int | None:
    """Return how many parts fit at most, found by halving; null where not even none does."""
    low, high = 0, most
    best = None
    while low <= high:
        middle = (low + high) // 2
        if budget.holds(render(middle)):
            best, low = middle, middle + 1
        else:
            high = middle - 1
    return best


def _kept(view: PlanView, people: int, order: Sequence[_Ordered], rows: int, whole: str) -> PlanView:
    """Keep so many people, each with the sentence alone, and so many rows, the first of this order."""
    told, people_left = _people_kept(view, people)
    sections, rows_left = _rows_kept(view, {one[2:] for one in order[:rows]})
    parts = [f"Left out here: {people_left}."] if people_left else []
    if rows_left:
        words = "Shown person by person alone" if told else "Left out here"
        parts.append(f"{words}: {rows_left}.")
    return msgspec.structs.replace(view, people=told, sections=sections, already=(), left_out=" ".join((*parts, whole)))


def _priority(section: SectionView, row: RowView) -> int:
    if section.half in ("withheld", "resolved", "released"):
        return 2
    return 1 if row.sign == "+" else 0


def _by_priority(view: PlanView) -> list[_Ordered]:
    """Return every row's priority, how many presets it tells of (negative), and its place, in this order."""
    return sorted(
        (_priority(section, row), -preset.presets, at, inside, index)
        for at, section in enumerate(view.sections)
        for inside, preset in enumerate(section.presets)
        for index, row in enumerate(preset.rows)
    )


def _rows_kept(view: PlanView, keep: set[_Place]) -> tuple[tuple[SectionView, ...], str]:
    """Keep the rows at these places, and count the others by section, or in all where there are many sections."""
    sections, counted = [], []
    all_gone: Counter[Sign | Side] = Counter()
    touched = {place[0] for place in keep}
    for at, section in enumerate(view.sections):
        presets, gone = _presets_kept(section, at, keep if at in touched else None)
        all_gone.update(gone)
        words = _counted(gone)
        if words:
            counted.append(f"{section.title}: {words}")
        if presets:
            sections.append(msgspec.structs.replace(section, presets=presets, left_out=words))
    left = "; ".join(counted)
    return tuple(sections), _counted(all_gone) if len(left) > SMALLEST_BUDGET // 4 else left


def _presets_kept(
    section: SectionView, at: int, keep: set[_Place] | None
) -> tuple[tuple[PresetView, ...], Counter[Sign | Side]]:
    """Keep the rows of one section; null keeps none."""
    presets = []
    gone: Counter[Sign | Side] = Counter()
    for inside, preset in enumerate(section.presets):
        rows = []
        for index, row in enumerate(preset.rows):
            if keep is not None and (at, inside, index) in keep:
                rows.append(row)
            else:
                gone[row.kind] += preset.presets
        if rows:
            presets.append(msgspec.structs.replace(preset, rows=tuple(rows)))
    return tuple(presets), gone


def _counted(gone: Mapping[Sign | Side, int]) -> str:
    return ", ".join(f"{gone[kind]:,} {words[gone[kind] != 1]}" for kind, words in _NOUNS.items() if gone.get(kind))


def _people_kept(view: PlanView, number: int) -> tuple[tuple[PersonView, ...], str]:
    gone = view.people[number:]
    counted = _counted({"−": sum(one.removals for one in gone), "+": sum(one.additions for one in gone)})
    words = f"{len(gone):,} {'person' if len(gone) == 1 else 'people'}{f' with {counted}' if counted else ''}"
    told = tuple(msgspec.structs.replace(one, rows=()) for one in view.people[:number])
    return told, words if gone else ""


def _with_findings(view: PlanView, number: int) -> PlanView:
    gone = view.findings[number:]
    if not gone:
        return view
    errors = sum(one.severity == "error" for one in gone)
    what = f"{len(gone):,} more, {errors:,} of them errors; there is no room for them here"
    more = FindingView(severity=gone[0].severity, code="", place="", what=what)
    return msgspec.structs.replace(view, findings=(*view.findings[:number], more))


def _bare(view: PlanView) -> PlanView:
    """Keep the figures, the state and the digest alone: nothing that anybody could have made long is among them."""
    return msgspec.structs.replace(
        _with_findings(view, 0),
        company="",
        overrides=(),
        sections=(),
        people=(),
        already=(),
        source="",
        untouched="",
        link="",
        left_out="There is no room for more here; reconciler show, with the plan file, shows everything.",
    )
