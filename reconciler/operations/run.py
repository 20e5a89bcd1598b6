"""Holds what one run has from outside: its environment, its clock, its folder, and whom it keeps informed."""

from __future__ import annotations

import datetime
from collections.abc import MutableMapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from reconciler.clock import Clock, OtherDayError
from reconciler.live.rate_windows import RateWindows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.outcomes import Outcome
    from reconciler.model.progress import Progress

__all__ = ["SILENT", "Reporter", "Run"]


class Reporter(Protocol):
    """Keeps people informed while an operation runs; results are returned instead."""

    def note(self, text: str) -> None:
        """Show a line that is not a result."""
        ...

    def fail(self, text: str, defect: Exception | None = None) -> None:
        """Show an error that does not end the run, even with --quiet; for a defect also its traceback, if asked."""
        ...

    def diagnose(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Show diagnostics that no result holds."""
        ...

    def wait(self, seconds: float) -> None:
        """Show that the run waits for the request limit of the service, for up to so many seconds."""
        ...

    def watch(self, heard_at: Callable[[], float]) -> AbstractContextManager[None]:
        """Show about every minute that the service does not answer, until the block ends.

        ``heard_at`` returns when it was last heard of, in seconds of the monotonic clock.
        """
        ...

    def follow(self) -> AbstractContextManager[Callable[[Progress], None]]:
        """Show how far the reading is, until the block ends: yield what takes each step."""
        ...

    def applied(self, done: int, total: int, place: str, outcome: Outcome) -> None:
        """Show what became of one preset of so many."""
        ...


class _Silent:
    """A reporter that shows nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""

    def fail(self, text: str, defect: Exception | None = None) -> None:
        """Show nothing."""

    def diagnose(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Show nothing."""

    def wait(self, seconds: float) -> None:
        """Show nothing."""

    def watch(self, heard_at: Callable[[], float]) -> AbstractContextManager[None]:  # noqa: ARG002 - nobody looks
        """Show nothing."""
        return nullcontext()

    def follow(self) -> AbstractContextManager[Callable[[Progress], None]]:
        """Show nothing."""
        return nullcontext(lambda _progress: None)

    def applied(self, done: int, total: int, place: str, outcome: Outcome) -> None:
        """Show nothing."""


SILENT: Reporter = _Silent()


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Surroundings of one run, given from outside.

    ``environment`` is this process's own if client libraries read it. ``folder`` is where it was started. ``today`` is
    its one day (UTC), also after midnight or after a correction of the clock within a day. ``reporter`` keeps people
    informed. ``windows`` are the request limits that all clients of the run share.
    """

    environment: MutableMapping[str, str]
    clock: Clock
    folder: Path
    today: datetime.date
    reporter: Reporter = SILENT
    windows: RateWindows = msgspec.field(default_factory=RateWindows)

    def heed(self, seconds: float) -> None:
        """Count by the service's clock, which is ``seconds`` ahead of this machine's, and report that once.

        Raises OtherDayError where it has another day.
        """
        is_other_day = self.clock.correct(seconds)
        if is_other_day is None:
            return
        where = "behind" if seconds > 0 else "ahead of"
        size = datetime.timedelta(minutes=abs(round(seconds / 60)))
        self.reporter.note(
            f"the clock of this machine is {size} {where} Procore's: dates count by Procore's, set the clock"
        )
        if is_other_day:
            raise OtherDayError
