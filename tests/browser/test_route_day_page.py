"""The page of a day of routing in a real browser: narrow, dark, inert, without any script."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.render.formats.day_markup import render_day_html
from reconciler.routing.day_summary import summarize_day
from tests.support.browser import open_page, running_browser
from tests.support.route_days import eventful, hostile, intended, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from reconciler.model.routed import RouteLine

LONG = "W" * 400


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages."""
    with running_browser() as running:
        yield running


def unbroken() -> list[RouteLine]:
    """Texts without a blank, wherever a text can be."""
    fields: dict[str, Any] = {
        "comment": LONG,
        "rule": LONG,
        "seen": {LONG: LONG},
        "step": LONG,
        "address": LONG,
        "item_id": LONG,
    }
    intent = intended(1, "08:00:00", "07:59:00", **fields)
    return [intent, outcome(1, "08:00:01", reason=LONG), intended(2, "08:00:00", **fields)]


@pytest.mark.parametrize("lines", [eventful, hostile, unbroken])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen(browser: Browser, tmp_path: Path, lines: Callable[[], list[RouteLine]], scheme: str) -> None:
    """At 375 px nothing scrolls sideways, in light and in dark."""
    page = render_day_html(summarize_day(lines()))
    with open_page(browser, tmp_path, page, color_scheme=scheme) as opened:
        opened.page.set_viewport_size({"width": 375, "height": 800})
        width, room = opened.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert room == 375
        assert width <= room
        color = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert color == {"light": "rgb(251, 251, 250)", "dark": "rgb(23, 24, 26)"}[scheme]


def test_hostile_texts_are_text(browser: Browser, tmp_path: Path) -> None:
    """Markup shows as markup, runs nothing and asks for nothing."""
    with open_page(browser, tmp_path, render_day_html(summarize_day(hostile()))) as opened:
        assert opened.page.locator("main script, main a").count() == 0
        assert "<script>alert(1)</script> =cmd() | `tick` @team \\u001b[31mred" in opened.page.inner_text("#left")
        assert (opened.said, opened.asked) == ([], [])


def test_a_script_that_got_in_would_not_run(browser: Browser, tmp_path: Path) -> None:
    """Should escaping ever fail, the page's own policy stops scripts and requests."""
    page = render_day_html(summarize_day(eventful()))
    evil = "<script>document.title = 'taken'</script><img src='http://127.0.0.1:9/x'>"
    with open_page(browser, tmp_path, page.replace("</main>", f"{evil}</main>")) as opened:
        assert "taken" not in opened.page.title()
        assert len(opened.said) == 2
        assert all("Content Security Policy" in one for one in opened.said)


def test_without_any_script(browser: Browser, tmp_path: Path) -> None:
    """Words come first, then steps for people, rules and decisions; headings nest and tables have heads."""
    html = render_day_html(summarize_day(eventful()))
    with open_page(browser, tmp_path, html, java_script_enabled=False) as opened:
        page = opened.page
        assert page.inner_text("header .headline").startswith("3 steps answered by 2 rules")
        titles = page.locator("h2").all_inner_texts()
        assert titles == [
            "Left to people 5", "Without an outcome 2", "Escalations 2", "Outcomes of an earlier file 1", "By rule",
            "Decisions 6",
        ]  # fmt: skip
        assert page.locator(".step:visible").count() == 13
    with open_page(browser, tmp_path, html) as opened:
        tags = opened.page.eval_on_selector_all("h1,h2,h3", "all => all.map((one) => one.tagName)")
        assert all(int(after[1]) - int(before[1]) <= 1 for before, after in pairwise(tags))
        assert opened.page.locator("table:not(:has(thead th[scope=col]))").count() == 0
