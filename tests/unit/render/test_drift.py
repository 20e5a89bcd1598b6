"""Whole outputs of drift reports in every format."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.drift import encode_report
from reconciler.model.drift import Notice
from reconciler.render.formats.html import render_drift_html
from reconciler.render.formats.markdown import fitted_view
from reconciler.render.formats.terminal import render_view
from reconciler.render.views.budget import Budget
from reconciler.render.views.drift_view import drift_view
from tests.support.cases import change, group, manager
from tests.support.drifts import Hidden, ending, entry, report
from tests.support.scenarios import HOSTILE

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from reconciler.model.drift import DriftReport

DAY = datetime.date(2026, 11, 24)


def nothing() -> DriftReport:
    """Live is as git has it."""
    return report([])


def everything() -> DriftReport:
    """New, known, acknowledged and resolved; a manager, the company, notices."""
    before = report([change(group(remove=[2, 3])), change(group("Legal", add=[9]), project="8")])
    return report(
        [
            change(group(remove=[2], add=[4]), group("Legal", remove=[5]), manager=manager(6, 7)),
            change(group("Finance", add=[8]), project=None, template="13"),
        ],
        before,
        DAY,
        [entry(5), entry(2, "2026-11-01")],
        notices=[
            Notice(kind="invalid-preset", address="projects/1042/templates/12", message="it is invalid"),
            Notice(kind="ends-soon", address="projects/1042/templates/12", message="it ends soon"),
        ],
    )


def many_alike() -> DriftReport:
    """The same in twenty presets."""
    return report([change(group(remove=[2]), project=str(number)) for number in range(20)])


def hostile() -> DriftReport:
    """Names that are markup."""
    changed = change(group(HOSTILE, remove=[2]))
    found = report([changed], acknowledged=[msgspec.structs.replace(entry(2), reason=HOSTILE, address="*")])
    return msgspec.structs.replace(found, company_name=HOSTILE)


def out_of_sight() -> DriftReport:
    """Unseen ones, acknowledged and not, beside one that is known; two that a line in git ended; notices."""
    changes = [
        change(group(remove=[2], add=[4]), group("Legal", remove=[5]), manager=manager(6, 7)),
        change(group(remove=[2]), project="8"),
        change(group(remove=[2]), project="9"),
    ]
    notices = [
        Notice(kind="inactive", address="projects/1042/templates/12", message="P2 is inactive"),
        Notice(kind="invalid-preset", address="projects/9/templates/12", message="it is invalid"),
    ]
    hidden = Hidden("projects/1042/templates/12", "projects/9/templates/12", reason="project-inactive")
    return report(
        changes[1:2],
        report(changes, notices=notices),
        DAY,
        [entry(5)],
        sight=hidden,
        released=[ending("projects/9/*")],
    )


def nothing_in_sight() -> DriftReport:
    """What was read is equal, and what was known was not read."""
    return report([], report([change(group(remove=[2]))]), DAY, sight=Hidden("projects/1042/templates/12"))


SCENARIOS = [nothing, everything, many_alike, hostile, out_of_sight, nothing_in_sight]


@pytest.mark.parametrize("shown_as", ["terminal", "markdown", "html", "json"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_drift_report(whole: SnapshotAssertion, scenario: object, shown_as: str) -> None:
    """As people and programs read it."""
    one: DriftReport = scenario()  # type: ignore[operator]
    view = drift_view(one)
    texts = {
        "terminal": lambda: render_view(view, color=False),
        "markdown": lambda: fitted_view(view, None, "", lambda: view),
        "html": lambda: render_drift_html(one),
        "json": lambda: encode_report(one).decode(),
    }
    assert texts[shown_as]() == whole


def test_figures_and_charts_of_a_page_agree() -> None:
    """The tiles, each chart and the matrix count the same, workflow managers included."""
    page = render_drift_html(everything())
    tiles = [re.search(rf"<dt>{side}</dt><dd>(\S+) ", page) for side in ("added in Procore", "removed in Procore")]
    assert [one and one[1] for one in tiles] == ["+3", "−3"]
    charts = re.findall(r'<table class="chart">.*?</table>', page, re.DOTALL)
    cells = [re.findall(r'class="number (?:removal|addition)">([+−])(\d+)', one) for one in charts]
    assert [(_total(one, "+"), _total(one, "−")) for one in cells] == [(3, 3), (3, 3)]
    matrix = re.findall(r">([+−])(\d+) (?:added|removed) in Procore<", page)
    assert (_total(matrix, "+"), _total(matrix, "−")) == (3, 3)


def _total(cells: list[tuple[str, str]], sign: str) -> int:
    return sum(int(number) for one, number in cells if one == sign)


def test_a_page_says_no_word_of_a_repair() -> None:
    """What happened, on which side: nobody is removed or loses anything by a report."""
    page = render_drift_html(everything())
    body = page[page.index("<main>") : page.index("<script>")]
    assert re.findall(r"\b(?:Removed|Added|loses|gains|changes?)\b", re.sub(r"<[^>]*>", " ", body)) == []


def test_an_addition_stays_where_there_is_no_room() -> None:
    """Somebody who has a role that git does not give is shown before all else, and what is over goes first."""
    before = report([change(group(remove=range(100, 160)))])
    changed = [change(group(remove=range(20), add=range(200, 260)), project=str(number)) for number in range(2)]
    view = drift_view(report(changed, before, DAY))
    text = fitted_view(view, Budget(6000), "The whole of it: the report.", lambda: view)
    assert len(text) <= 6000
    assert text.count("added in Procore | P") == 20, "of two presets that differ in the same way"
    assert "was added in Procore" not in text
    left = text[text.index("**Left out here") :]
    assert re.match(
        r"\*\*Left out here: new: Template 12: \d+ removed in Procore; resolved: Template 12: 60 added in Procore\.",
        left,
    )
