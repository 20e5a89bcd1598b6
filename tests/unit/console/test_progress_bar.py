"""Progress for people who look: requests, rate left, time left; nothing in a pipe."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from reconciler.console.progress_bar import show_progress
from reconciler.model.progress import Progress
from tests.support.runs import make_common

if TYPE_CHECKING:
    import pytest

    from reconciler.console.options import Common


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Report so."""
        return True


COMMON = make_common()


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, common: Common = COMMON) -> str:
    """Return what is shown for a few steps."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    with show_progress(common) as report:
        report(Progress(step="templates", done=0, total=0))
        report(Progress(step="presets", done=0, total=40, requests=3))
        report(Progress(step="presets", done=10, total=40, requests=1023, rate_left=1577, rate_seconds=754.0))
    return stream.getvalue()


def test_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The windows decide the time left where they are slower than the pace so far."""
    text = shown(monkeypatch, Terminal())
    assert "reading presets" in text
    assert "10/40" in text
    assert "1,023 requests, rate left 1,577" in text
    assert "about 12:34 left" in text


def test_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in a pipe, and nothing when quiet."""
    assert shown(monkeypatch, io.StringIO()) == ""
    quiet = make_common(quiet=True)
    assert shown(monkeypatch, Terminal(), quiet) == ""
