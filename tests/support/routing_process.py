"""A process that routes until it is stopped, against a sandbox, with what it shows."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from tests.support.account import write_seed
from tests.support.command_line import clean_environment
from tests.support.routed_account import ROUTING, routed_seed
from tests.support.sandbox import running_sandbox
from tests.support.started import Started
from tests.support.starting import address as forking
from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox

__all__ = ["AS_BOT", "Routing", "routing"]

AS_BOT = {"RECONCILER_ROUTE_CLIENT_ID": "erp", "RECONCILER_ROUTE_CLIENT_SECRET": "erp"}


class Routing:
    """A process that routes, with what it has shown so far."""

    def __init__(self, trial: Trial, folder: Path, *options: str, **given: str) -> None:
        self.ended = False
        self.shown_at = folder / "shown.txt"
        self.health_at = folder / "health.json"
        self.journal_at = trial.folder / ".reconciler" / "journal" / "route"
        environment = {**clean_environment(), **trial.sandbox.environment, **AS_BOT, **given}
        arguments = ["route", "--interval", "1s", "--share", "1", "--health", str(self.health_at),
                     "--metrics", str(folder / "route.prom"), *options]  # fmt: skip
        with self.shown_at.open("w") as output:
            streams = (output.fileno(),) * 3
            self.process = Started(forking(), trial.folder, arguments, environment, streams)

    def health(self) -> dict[str, Any]:
        """Return the file of health."""
        found: dict[str, Any] = json.loads(self.health_at.read_text())
        return found

    def shows(self, text: str, seconds: float = 20.0) -> str:
        """Wait until it has shown a text; return all of it."""
        return self.waits(lambda: text in self.shown_at.read_text(), seconds)

    def waits(self, condition: Callable[[], bool], seconds: float = 20.0) -> str:
        """Wait for a condition; return what was shown."""
        ends_at = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < ends_at, self.shown_at.read_text()
            time.sleep(0.05)
        return self.shown_at.read_text()

    def end_anyway(self) -> None:
        """End it, whatever became of a test."""
        if not self.ended:
            with suppress(ProcessLookupError):
                os.kill(self.process.number, signal.SIGKILL)
            self.process.wait(30)

    def ends(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; return the exit code, and the seconds until the end."""
        began = time.monotonic()
        self.ended = True
        os.kill(self.process.number, number)
        return self.process.wait(30), time.monotonic() - began


@contextmanager
def routing(
    folder: Path, *options: str, rules: str = ROUTING, **given: str
) -> Iterator[tuple[Routing, RunningSandbox]]:
    """Yield a process that routes, and the service."""
    with running_sandbox(write_seed(folder / "seed", routed_seed())) as sandbox:
        trial = committed(folder / "approvals", sandbox, {"routing.yaml": rules})
        one = Routing(trial, folder, *options, **given)
        try:
            yield one, sandbox
        finally:
            one.end_anyway()
