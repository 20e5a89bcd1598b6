"""Keeps people informed on stderr while an operation runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from reconciler.console.diagnostic_formats import diagnostics_text
from reconciler.console.progress_bar import show_progress, tell_silence
from reconciler.console.streams import note
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from reconciler.console.voice import Voice
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.outcomes import Outcome
    from reconciler.model.progress import Progress

__all__ = ["ConsoleReporter"]


class ConsoleReporter:
    """The reporter of command lines: it follows ``--quiet``, ``--verbose`` and what the stream is."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def note(self, text: str) -> None:
        """Print a line; nothing when quiet."""
        note(text, self._voice)

    def fail(self, text: str, defect: Exception | None = None) -> None:
        """Print an error, with the traceback of a defect where --verbose asks for it."""
        more = ""
        if defect is not None and self._voice.verbose:
            sys.__excepthook__(type(defect), defect, defect.__traceback__)
        elif defect is not None:
            more = " (more with --verbose)"
        sys.stderr.write(f"error: {printable(text)}{more}\n")

    def diagnose(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Print diagnostics; nothing when quiet."""
        if diagnostics and not self._voice.quiet:
            sys.stderr.write(diagnostics_text(diagnostics, color=self._voice.color(sys.stderr)))

    def wait(self, seconds: float) -> None:
        """Print how long the run waits, on a terminal and off it."""
        minutes, rest = divmod(round(seconds), 60)
        self.note(f"waiting up to {minutes}:{rest:02} for the request limit of Procore")

    def watch(self, heard_at: Callable[[], float]) -> AbstractContextManager[None]:
        """Print about every minute that the service does not answer, until the block ends."""
        return tell_silence(heard_at, self.note)

    def follow(self) -> AbstractContextManager[Callable[[Progress], None]]:
        """Show a bar on a terminal, until the block ends."""
        return show_progress(self._voice)

    def applied(self, done: int, total: int, place: str, outcome: Outcome) -> None:
        """Print what became of a preset, on a terminal alone."""
        if sys.stderr.isatty():
            self.note(f"{done}/{total} {printable(place)}: {outcome.status}")
