"""Cuts a view until its text fits into a number of characters: whole rows, additions first, everything counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.render.findings import FindingView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.render.persons import PersonView
    from reconciler.render.sections import PresetView, RowView, SectionView, Sign
    from reconciler.render.view import PlanView

__all__ = ["SMALLEST_BUDGET", "Budget", "fit"]

SMALLEST_BUDGET = 2000
LONGEST_COMPANY = 80
_SHORTEST_ROW = 30  # characters; no row of any text is shorter


class Budget(msgspec.Struct, frozen=True):
    """How long a text may be: ``limit`` characters, or bytes of UTF-8."""

    limit: int
    in_bytes: bool = False

    def holds(self, text: str) -> bool:
        """Tell whether a text is within the budget."""
        return (len(text.encode()) if self.in_bytes else len(text)) <= self.limit


def fit(
    view: PlanView,
    budget: Budget | None,
    render: Callable[[PlanView], str],
    whole: str,
    in_short: Callable[[], PlanView],
) -> str:
    """Give the text of a view within a budget (null: as long as it is).

    What goes first is what is already so, then what is withheld, then additions. Removals are never cut in silence:
    where not all have room line by line, people are told one by one before that (``in_short``), those who lose most
    first. Findings go when nothing else is left. Nothing is cut in its middle, and all that is left out is counted;
    ``whole`` says where all of it can be seen.
    """
    text = render(view)
    if budget is None or budget.holds(text):
        return text
    most = budget.limit // _SHORTEST_ROW
    rows = _by_priority(view)
    removals = sum(row[0] == 0 for row in rows)
    if not view.people and (removals > most or not budget.holds(render(_kept(view, 0, removals, whole)))):
        view = msgspec.structs.replace(view, people=in_short().people)
    people = _largest(min(len(view.people), most), lambda number: render(_kept(view, number, 0, whole)), budget)
    if people is not None:
        best = _largest(min(len(rows), most), lambda number: render(_kept(view, people, number, whole)), budget)
        return render(_kept(view, people, best or 0, whole))
    bare = _kept(view, 0, 0, whole)
    shown = _largest(len(view.findings), lambda number: render(_with_findings(bare, number)), budget)
    return render(_bare(bare) if shown is None else _with_findings(bare, shown))


def _largest(most: int, render: Callable[[int], str], budget: Budget) -> int | None:
    """Give how many parts fit at most, found by halving; null where not even none does."""
    low, high = 0, most
    best = None
    while low <= high:
        middle = (low + high) // 2
        if budget.holds(render(middle)):
            best, low = middle, middle + 1
        else:
            high = middle - 1
    return best


def _kept(view: PlanView, people: int, rows: int, whole: str) -> PlanView:
    """Keep so many people, each with the sentence alone, and so many rows."""
    told, people_left = _people_kept(view, people)
    sections, rows_left = _rows_kept(view, rows)
    parts = [f"Left out here: {people_left}."] if people_left else []
    if rows_left:
        words = "Told person by person alone" if told else "Left out here"
        parts.append(f"{words}: {rows_left}.")
    return msgspec.structs.replace(view, people=told, sections=sections, already=(), left_out=" ".join((*parts, whole)))


def _priority(section: SectionView, row: RowView) -> int:
    if section.half == "withheld":
        return 2
    return 1 if row.sign == "+" else 0


_Place = tuple[int, int, int]  # the number of a section, of a preset in it, of a row in that


def _by_priority(view: PlanView) -> list[tuple[int, int, int, int, int]]:
    """Give every row's priority, how many presets it tells of (negative), and its place, in this order."""
    return sorted(
        (_priority(section, row), -preset.presets, at, inside, index)
        for at, section in enumerate(view.sections)
        for inside, preset in enumerate(section.presets)
        for index, row in enumerate(preset.rows)
    )


def _rows_kept(view: PlanView, number: int) -> tuple[tuple[SectionView, ...], str]:
    """Keep so many rows: removals and changes of manager of both halves, then additions, then what is withheld."""
    keep = {place[2:] for place in _by_priority(view)[:number]}
    sections, counted = [], []
    for at, section in enumerate(view.sections):
        presets, gone = _presets_kept(section, at, keep)
        words = _counted(gone)
        if words:
            counted.append(f"{section.title}: {words}")
        if presets:
            sections.append(msgspec.structs.replace(section, presets=presets, left_out=words))
    left = "; ".join(counted)
    if len(left) > SMALLEST_BUDGET // 2:
        left = _counted(one for at, section in enumerate(view.sections) for one in _presets_kept(section, at, keep)[1])
    return tuple(sections), left


def _presets_kept(
    section: SectionView, at: int, keep: set[_Place]
) -> tuple[tuple[PresetView, ...], list[tuple[Sign, int]]]:
    presets, gone = [], []
    for inside, preset in enumerate(section.presets):
        rows = []
        for index, row in enumerate(preset.rows):
            if (at, inside, index) in keep:
                rows.append(row)
            else:
                gone.append((row.sign, preset.presets))
        if rows:
            presets.append(msgspec.structs.replace(preset, rows=tuple(rows)))
    return tuple(presets), gone


def _counted(gone: Iterable[tuple[Sign, int]]) -> str:
    listed = list(gone)
    parts = []
    for sign, noun in (("−", "removal"), ("+", "addition"), ("→", "change of workflow manager")):
        number = sum(times for one, times in listed if one == sign)
        if number:
            parts.append(f"{number:,} {_plural(noun, number)}")
    return ", ".join(parts)


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else noun.replace("change", "changes") if "change" in noun else f"{noun}s"


def _people_kept(view: PlanView, number: int) -> tuple[tuple[PersonView, ...], str]:
    gone = view.people[number:]
    counted = _counted((("−", sum(one.removals for one in gone)), ("+", sum(one.additions for one in gone))))
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
    return msgspec.structs.replace(view, findings=(*view.findings[:number], more), overrides=())


def _bare(view: PlanView) -> PlanView:
    """Keep the figures, the state and the digest alone; names that fill a page are not among them."""
    cut = _with_findings(view, 0)
    return msgspec.structs.replace(cut, company=f"{cut.company[:LONGEST_COMPANY]}…", source="", untouched="")
