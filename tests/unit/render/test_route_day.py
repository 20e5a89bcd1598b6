"""Whole outputs of a day of routing in every format, and what stays where there is little room."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.console.day_formats import day_exit_code, day_text, days_text
from reconciler.console.plan_formats import Showing
from reconciler.errors import UsageError
from reconciler.model.routed_day import ListedDay
from reconciler.render.formats.day_markup import MOST_DECISIONS
from reconciler.render.text.visible import printable
from reconciler.render.views.budget import Budget
from reconciler.routing.day_summary import summarize_day
from tests.support.route_days import DAY, HOSTILE_TEXT, eventful, hostile, intended, many, noted, outcome, started

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from reconciler.model.routed import RouteLine
    from reconciler.model.routed_day import RoutedDay


def nothing() -> list[RouteLine]:
    """A process that found nothing that waits."""
    return [started()]


def observed() -> list[RouteLine]:
    """A routing that only observes."""
    return [
        started(),
        noted(1, "08:00:00", "observed", rule="small and matched", option=intended(1, "08:00:00").option),
    ]


def shown(day: RoutedDay, shown_as: Any, **showing: Any) -> str:
    """Return a day in a format."""
    return day_text(day, Showing(shown_as, **showing), color=False)


@pytest.mark.parametrize("shown_as", ["terminal", "markdown", "html", "json"])
@pytest.mark.parametrize("lines", [nothing, observed, eventful, hostile])
def test_a_day(whole: SnapshotAssertion, lines: Callable[[], list[RouteLine]], shown_as: str) -> None:
    """As people and programs read it."""
    assert shown(summarize_day(lines(), DAY), shown_as) == whole


def test_several_days(whole: SnapshotAssertion) -> None:
    """The figures of each in a row, and none of an empty journal."""
    days = [summarize_day(lines(), DAY) for lines in (eventful, observed)]
    listed = [ListedDay(day=one.day, summary=one.summary, latency=one.latency) for one in days]
    texts = [days_text(listed, "terminal", color=False), days_text([], "terminal", color=False)]
    assert "\n".join([*texts, days_text(listed, "json", color=False)]) == whole


def test_a_revision_that_is_not_known() -> None:
    """A process that was started on an earlier day says none in this file, and none is shown."""
    text = shown(summarize_day([noted(1, "08:00:00", "held", "a limit is reached")]), "terminal")
    assert "held · a limit is reached · instance 6501" in text
    assert "revision" not in text


def test_words_first() -> None:
    """One sentence says what the day was."""
    lines = [*many(41, 2), *(outcome(number, "08:00:02") for number in range(41))]
    text = shown(summarize_day(lines), "terminal").splitlines()[1]
    assert text == "41 steps answered by 1 rule, 2 left to people, half within 61 seconds"
    assert shown(summarize_day(nothing()), "terminal").splitlines()[1] == "0 steps answered, none left to people"


def test_hostile_texts_in_html() -> None:
    """Markup is text, and nothing invisible is left; the page has no script of any kind."""
    page = shown(summarize_day(hostile()), "html")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; =cmd() | `tick` @team \\u001b[31mred \\u202edrow" in page
    assert 'content="default-src &#39;none&#39;; style-src' in page
    invisible = {letter for letter in page if unicodedata.category(letter) in {"Cc", "Cf"}}
    assert invisible == {"\n"}


def test_hostile_texts_in_markdown() -> None:
    """No markup, mention, link or reference, and no cell or row more than there would be."""
    page = shown(summarize_day(hostile()), "markdown")
    assert "<script" not in page
    for row in page.splitlines():
        bare = re.sub(r"\\[\\`*_{}\[\]()#+!|~$]", "", row)
        assert bare.count("|") in {0, 7, 9}
        assert "`" not in bare
        assert not re.search(r"@\w|https?://|(?<!^)#\w", bare)
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_hostile_texts_on_a_terminal() -> None:
    """No escape sequence and no direction override, with colours or without."""
    day = summarize_day(hostile())
    assert "\x1b" not in shown(day, "terminal")
    colored = day_text(day, Showing("terminal"), color=True)
    assert not re.sub(r"\x1b\[[\d;]*m", "", colored).count("\x1b")
    assert "\x1b[31mred" not in colored
    assert printable(HOSTILE_TEXT)[:60] in colored
    assert "\u202e" not in colored


def test_hostile_texts_in_json() -> None:
    """They are there as they were, and what a terminal would obey is escaped."""
    text = shown(summarize_day(hostile()), "json")
    assert "\x1b" not in text
    assert {one["comment"] for one in json.loads(text)["steps"]} == {HOSTILE_TEXT}


def test_little_room() -> None:
    """Steps for people stay longest, and all that is left out is counted."""
    day = summarize_day(many(300, 20))
    text = shown(day, "markdown", budget=Budget(8000), link="https://ci.test/7")
    assert len(text) <= 8000
    assert text.count("| no-rule |") == 20
    (left,) = re.findall(r"\*\*Left out here: (\d+) decisions\. The whole of it:\*\* <https://ci\.test/7>\n\Z", text)
    assert int(left) == 300 - text.count("| answered |")
    assert 0 < int(left) < 300
    text = shown(day, "markdown", budget=Budget(2000))
    kept = text.count("| no-rule |")
    assert len(text) <= 2000
    assert f"**Left out here: {20 - kept} steps left to people, 1 line by rule, 300 decisions. The whole" in text
    assert "The whole of it: reconciler show, with the file of the day.**" in text


def test_room_for_all() -> None:
    """A text that fits is whole, and a link is named."""
    day = summarize_day(many(3))
    assert shown(day, "markdown", budget=Budget(65_536)) == shown(day, "markdown")
    assert shown(day, "markdown", link="https://ci.test/7").endswith("\nReport: <https://ci.test/7>\n")


def test_no_room_for_hostile_texts() -> None:
    """The smallest budget holds the words and figures, however long the texts are."""
    long = [intended(number, "08:00:00", comment="|" * 10_000, rule="`" * 10_000) for number in range(9)]
    text = shown(summarize_day([*hostile(), *long]), "markdown", budget=Budget(2000, in_bytes=True))
    assert len(text.encode()) <= 2000
    assert "Left out here" in text


def test_a_page_of_many_decisions() -> None:
    """Beyond some thousands the rest is counted; steps for people are all there."""
    page = shown(summarize_day(many(MOST_DECISIONS + 3, MOST_DECISIONS + 5)), "html")
    assert page.count('<span class="tag">answered</span>') == MOST_DECISIONS
    assert '<p class="more">and 3 more: ' in page
    assert page.count('<span class="tag">no-rule</span>') == MOST_DECISIONS + 5


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (many(1), 0),
        (many(1, 1), 2),
        ([intended(1, "08:00:00")], 2),
        ([intended(1, "08:00:00", day="2026-11-26"), started()], 2),
    ],
)
def test_exit_codes(lines: list[RouteLine], code: int) -> None:
    """Steps for people and responses without an outcome need somebody."""
    assert day_exit_code(summarize_day(lines, DAY)) == code


def test_other_formats() -> None:
    """Formats of problems are refused, and so is a view by person."""
    day = summarize_day(many(1))
    with pytest.raises(UsageError, match="is shown as terminal, markdown, html, json, not as sarif"):
        shown(day, "sarif")
    with pytest.raises(UsageError, match="is shown step by step, not by person"):
        shown(day, "html", by="person")
