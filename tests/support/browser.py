"""A real browser without a window, and a page of it that remembers what it complained of and asked for."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page

__all__ = ["OpenedPage", "open_page", "running_browser"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _executable() -> str:
    """Return the browser of this machine; a check that must look at pages may not pass without one."""
    named = os.environ.get("RECONCILER_TEST_BROWSER")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is not None:
        return found
    if os.environ.get("CI"):
        pytest.fail("no browser: install Debian's chromium, or name one in RECONCILER_TEST_BROWSER")
    pytest.skip("no browser: install Debian's chromium, or name one in RECONCILER_TEST_BROWSER")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start a browser, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class OpenedPage:
    """A page with everything its console said and every address it asked for, itself aside."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(file.as_uri(), wait_until="load")
        self.asked.remove(file.as_uri())

    def _dismiss(self, dialog: Dialog) -> None:
        self.said.append(dialog.message)
        dialog.dismiss()

    def rows(self) -> list[str]:
        """Return the rows of changes that can be seen, their cells put together."""
        script = """() => [...document.querySelectorAll("#changes tbody tr")].filter((row) => row.checkVisibility())
            .map((row) => [...row.cells].map((cell) => cell.textContent).join(" | "))"""
        rows: list[str] = self.page.evaluate(script)
        return rows


@contextmanager
def open_page(browser: Browser, folder: Path, html: str, **how: object) -> Iterator[OpenedPage]:
    """Open HTML from a file, without any network; ``how`` is what a new page takes, such as ``color_scheme``."""
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900}, **how)  # type: ignore[arg-type]
    try:
        yield OpenedPage(context.new_page(), file)
    finally:
        context.close()
