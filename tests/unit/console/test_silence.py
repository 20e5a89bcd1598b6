"""A service that does not answer: the run says so while it waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from reconciler.console import progress_bar as progress
from reconciler.console.reporter import ConsoleReporter
from tests.support.runs import make_common

if TYPE_CHECKING:
    import pytest


class Client:
    """Something that was heard of at a moment."""

    def __init__(self) -> None:
        self.heard_at = time.monotonic()


def test_silence_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """About as often as wanted while nothing is heard, and no more once something is; never with --quiet."""
    monkeypatch.setattr(progress, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(progress, "_LOOKED_EVERY_SECONDS", 0.02)
    client: Any = Client()
    for quiet, told in ((False, True), (True, False)):
        common = make_common(quiet=quiet)
        client.heard_at = time.monotonic()
        with ConsoleReporter(common).watch(lambda: client.heard_at):
            time.sleep(0.7)
        lines = capsys.readouterr().err.splitlines()
        assert bool(lines) is told
        assert len(lines) <= 4
        assert all(one.startswith("waiting for Procore, which has not answered for ") for one in lines)
    common = make_common()
    with ConsoleReporter(common).watch(lambda: client.heard_at):
        for _ in range(20):
            client.heard_at = time.monotonic()
            time.sleep(0.02)
    assert capsys.readouterr().err == ""
