"""Runs for operations: a folder, an environment and a clock, without a terminal."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.clock import Clock
from reconciler.console.invocation import Invocation
from reconciler.console.options import Common
from reconciler.operations.run import SILENT, Run
from tests.support.values import TODAY

if TYPE_CHECKING:
    from pathlib import Path

from reconciler.operations.run import Reporter

__all__ = ["NOON", "make_common", "make_run", "now"]

NOON = datetime.datetime.combine(TODAY, datetime.time(12), datetime.UTC)


def now() -> datetime.datetime:
    """Return the moment by this machine's clock."""
    return datetime.datetime.now(datetime.UTC)


def make_run(folder: Path, *, moment: datetime.datetime = NOON, reporter: Reporter = SILENT, **environment: str) -> Run:
    """Return a run whose clock stands still, with this environment and no other."""
    return Run(
        environment=environment, clock=Clock(lambda: moment), folder=folder, today=moment.date(), reporter=reporter
    )


def make_common(*, quiet: bool = False, verbose: bool = False) -> Common:
    """Return what a command line without colours gives its command."""
    invocation = Invocation(Clock(now))
    invocation.quiet, invocation.verbose, invocation.no_color = quiet, verbose, True
    return Common(invocation)
