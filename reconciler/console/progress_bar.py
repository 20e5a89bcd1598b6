"""Shows progress on a terminal, and says on any stderr that the service does not answer."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.console.voice import Voice
    from reconciler.model.progress import Progress

__all__ = ["show_progress", "tell_silence"]

SILENT_SECONDS: Final = 45
_LOOKED_EVERY_SECONDS: Final = 5


@contextmanager
def tell_silence(heard_at: Callable[[], float], note: Callable[[str], None]) -> Iterator[None]:
    """Note about every minute that the service does not answer, so that the run does not look stuck.

    ``heard_at`` returns when it was last heard of, in seconds of the monotonic clock.
    """
    ended = threading.Event()

    def watch() -> None:
        started = told = heard_at()
        while not ended.wait(_LOOKED_EVERY_SECONDS):
            heard, now = heard_at(), time.monotonic()
            if heard > started:
                started = told = heard
            if now - told >= SILENT_SECONDS:
                told = now
                note(f"waiting for Procore, which has not answered for {round(now - started)} seconds")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


@contextmanager
def show_progress(voice: Voice) -> Iterator[Callable[[Progress], None]]:
    """Yield a function that takes each step; the bar goes when the work is over."""
    if voice.quiet or not sys.stderr.isatty():
        yield lambda _progress: None
        return
    from rich import console, progress  # noqa: PLC0415 - only where somebody looks

    terminal = console.Console(file=sys.stderr, no_color=not voice.color(sys.stderr))
    bar = progress.Progress(
        progress.TextColumn("reading {task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[requests]} requests, rate left {task.fields[rate_left]}"),
        progress.TextColumn("{task.fields[left]}"),
        console=terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None, requests=0, rate_left="?", left="")

        def show(step: Progress) -> None:
            rate_left = "?" if step.rate_left is None else f"{step.rate_left:,}"
            if step.done == 0:
                bar.reset(task, total=step.total or None)
            bar.update(
                task,
                description=step.step,
                completed=step.done,
                requests=f"{step.requests:,}",
                rate_left=rate_left,
                left=_time_left(step, bar.tasks[0].elapsed or 0.0),
            )

        yield show


def _time_left(progress: Progress, elapsed: float) -> str:
    """Return the time left in words: by the pace so far, or by the rate limits if they take longer."""
    if not progress.done or progress.done >= progress.total:
        return ""
    seconds = max(elapsed / progress.done * (progress.total - progress.done), progress.rate_seconds)
    minutes, rest = divmod(round(seconds), 60)
    return f"about {minutes}:{rest:02} left"
