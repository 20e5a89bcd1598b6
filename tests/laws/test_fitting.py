"""Laws of Markdown within a budget: it holds, the digest stays, and every removal is shown or counted."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.formats import markdown
from reconciler.render.formats.markdown import render_plan_markdown
from reconciler.render.views.budget import SMALLEST_BUDGET, Budget
from reconciler.render.views.fitted import fit
from tests.support import scenarios

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.plan import Plan
    from reconciler.render.views.rows import SectionView
    from reconciler.render.views.view import By, PlanView

NAMES = ["many_alike", "everything", "guards", "hostile_names", "awkward_names", "mixed_causes", "only_adding"]
BUDGETS = st.builds(Budget, st.integers(SMALLEST_BUDGET, 12_000), in_bytes=st.booleans())


@cache
def plan(name: str) -> Plan:
    """Return the plan of a scenario, made once."""
    with TemporaryDirectory() as folder:
        made: Plan = getattr(scenarios, name)(Path(folder))
        return made


LINK = f"https://ci.test/{'&' * 280}"


def fitted(one: Plan, by: By, budget: Budget, monkeypatch: pytest.MonkeyPatch) -> tuple[str, PlanView, PlanView]:
    """Return the text, the whole view, and the view that was cut to become the text."""
    seen: dict[str, PlanView] = {}
    wholes: list[PlanView] = []

    def watched(
        view: PlanView,
        within: Budget | None,
        render: Callable[[PlanView], str],
        whole: str,
        in_short: Callable[[], PlanView],
    ) -> str:
        wholes.append(view)

        def remembered(cut: PlanView) -> str:
            text = render(cut)
            seen[text] = cut
            return text

        return fit(view, within, remembered, whole, in_short)

    with monkeypatch.context() as patched:
        patched.setattr(markdown, "fit", watched)
        text = render_plan_markdown(one, by=by, budget=budget, link=LINK)
    return text, wholes[0], seen[text]


def removals(sections: tuple[SectionView, ...]) -> int:
    """Count removals in rows, withheld ones as well."""
    return sum(
        preset.presets * sum(row.sign == "−" for row in preset.rows)
        for section in sections
        for preset in section.presets
    )


def counted(words: str) -> int:
    """Count removals that words tell of."""
    return sum(int(number.replace(",", "")) for number in re.findall(r"([\d,]+) removals?\b", words))


def broken_laws(one: Plan, by: By, budget: Budget, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Name the laws that a text breaks."""
    text, whole, cut = fitted(one, by, budget, monkeypatch)
    people = re.match(r"Left out here: [\d,]+ (person|people)\b[^.]*\.", cut.left_out)
    by_person = sum(person.removals for person in cut.people) + (counted(people.group()) if people else 0)
    in_rows = removals(cut.sections) + counted(cut.left_out[people.end() if people else 0 :])
    laws = {
        "it is within the budget": budget.holds(text),
        "it names the digest": one.digest in text,
        "whatever folds is closed": text.count("<details") == text.count("</details>"),
        "every removal is of a person who is shown or counted": not (cut.people or people)
        or by_person == one.summary.removals,
        "every removal is in a row or counted": in_rows == removals(whole.sections),
        "people it points to are there": "Told person by person alone" not in cut.left_out or bool(cut.people),
    }
    return [law for law, holds in laws.items() if not holds]


@given(name=st.sampled_from(NAMES), by=st.sampled_from(["preset", "person"]), budget=BUDGETS)
def test_any_budget(name: str, by: By, budget: Budget) -> None:
    """Whatever the plan, whoever comes first, in characters or bytes."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert broken_laws(plan(name), by, budget, monkeypatch) == []


@pytest.mark.parametrize("by", ["preset", "person"])
@pytest.mark.parametrize("limit", [SMALLEST_BUDGET, 8_000, 65_536, 400_000])
def test_two_thousand_changes(by: By, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From what holds next to nothing to what holds them all."""
    assert broken_laws(plan("two_thousand"), by, Budget(limit), monkeypatch) == []


def test_what_goes_first() -> None:
    """The more room there is, the more is shown: first the people who lose, then removals, then additions."""
    one = plan("two_thousand")
    shown = [render_plan_markdown(one, budget=Budget(limit)) for limit in (20_000, 65_536, 200_000, 1_000_000)]
    counts = [(text.count("| loses "), text.count("| − |"), text.count("| \\+ |")) for text in shown]
    assert [name > 0 for name in counts[0]] == [True, False, False]
    assert counts[1][0] == len([person for person in one.people if person.loses])
    assert counts[1][1] > 0
    assert counts[1][2] == 0
    assert counts[2][1] > counts[1][1]
    assert counts[3][0] == 0
    assert (counts[3][1], counts[3][2]) == (574, 574)


@pytest.mark.parametrize("by", ["preset", "person"])
def test_names_that_fill_a_page(by: By) -> None:
    """Whoever has a name of ten thousand letters cannot push the figures and the digest out."""
    one = plan("guards")
    long = msgspec.structs.replace(
        one,
        company_name="C" * 10_000,
        diagnostics=tuple(
            msgspec.structs.replace(found, message="m" * 10_000, remedy=None) for found in one.diagnostics
        ),
        source=msgspec.structs.replace(one.source, revision="r" * 10_000),
    )
    text = render_plan_markdown(long, by=by, budget=Budget(SMALLEST_BUDGET), link="l" * 10_000)
    assert len(text) <= SMALLEST_BUDGET
    assert one.digest in text
    assert "2 roles added, 8 removed" in text.replace("\\", "")


@pytest.mark.parametrize("by", ["preset", "person"])
@pytest.mark.parametrize("reasons", [40, 400])
def test_overrides_that_fill_a_page(by: By, reasons: int) -> None:
    """They are counted, and leave room for the people who lose something."""
    one = plan("two_thousand")
    (override,) = one.overrides
    long = msgspec.structs.replace(
        one,
        company_name="&" * 200,
        overrides=tuple(msgspec.structs.replace(override, reason="&" * 900) for _ in range(reasons)),
    )
    text = render_plan_markdown(long, by=by, budget=Budget(65_000), link=LINK)
    assert len(text) <= 65_000
    assert f"- {reasons} overrides are used; there is no room for them here" in text
    assert text.count("| loses ") == len([person for person in one.people if person.loses])
    assert f"<{LINK}>" in text
