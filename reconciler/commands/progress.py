"""Shows progress on a terminal, on stderr, and says there how long a run waits, off a terminal too."""

from __future__ import annotations

import datetime
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.commands.options import Common
    from reconciler.live.client import ServiceClient
    from reconciler.model.progress import Progress

__all__ = ["correct_clock", "show_progress", "tell_silence", "tell_waits"]

SILENT_SECONDS: Final = 45
_LOOKED_EVERY_SECONDS: Final = 5


def correct_clock(common: Common) -> Callable[[float], None]:
    """Return what makes a run count by the service's clock, and says so on stderr."""

    def correct(seconds: float) -> None:
        from reconciler import clock  # noqa: PLC0415 - few clocks differ
        from reconciler.commands.options import note  # noqa: PLC0415 - the same

        is_other_day = clock.correct(seconds)
        if is_other_day is None:
            return
        where = "behind" if seconds > 0 else "ahead of"
        size = datetime.timedelta(minutes=abs(round(seconds / 60)))
        note(f"the clock of this machine is {size} {where} Procore's: dates count by Procore's, set the clock", common)
        if is_other_day:
            raise clock.OtherDayError

    return correct


def tell_waits(common: Common) -> Callable[[float], None]:
    """Return what says on stderr how long a run waits for the service, on a terminal and off it."""

    def tell(seconds: float) -> None:
        from reconciler.commands.options import note  # noqa: PLC0415 - few runs wait

        minutes, rest = divmod(round(seconds), 60)
        note(f"waiting up to {minutes}:{rest:02} for the request limit of Procore", common)

    return tell


@contextmanager
def tell_silence(client: ServiceClient, common: Common) -> Iterator[None]:
    """Write to stderr about every minute that the service does not answer, so that the run does not look stuck."""
    from reconciler.commands.options import note  # noqa: PLC0415 - with what speaks to the service alone

    ended = threading.Event()

    def watch() -> None:
        started = told = client.heard_at
        while not ended.wait(_LOOKED_EVERY_SECONDS):
            heard, now = client.heard_at, time.monotonic()
            if heard > started:
                started = told = heard
            if now - told >= SILENT_SECONDS:
                told = now
                note(f"waiting for Procore, which has not answered for {round(now - started)} seconds", common)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


@contextmanager
def show_progress(common: Common) -> Iterator[Callable[[Progress], None]]:
    """Yield a function that takes each step; the bar goes when the work is over."""
    if common.quiet or not sys.stderr.isatty():
        yield lambda _progress: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody looks
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    console = Console(file=sys.stderr, no_color=not common.color(sys.stderr))
    bar = Bar(
        TextColumn("reading {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[requests]} requests, rate left {task.fields[rate_left]}"),
        TextColumn("{task.fields[left]}"),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None, requests=0, rate_left="?", left="")

        def show(progress: Progress) -> None:
            rate_left = "?" if progress.rate_left is None else f"{progress.rate_left:,}"
            if progress.done == 0:
                bar.reset(task, total=progress.total or None)
            bar.update(
                task,
                description=progress.step,
                completed=progress.done,
                requests=f"{progress.requests:,}",
                rate_left=rate_left,
                left=_time_left(progress, bar.tasks[0].elapsed or 0.0),
            )

        yield show


def _time_left(progress: Progress, elapsed: float) -> str:
    """Describe how long the step may still take: at the pace so far, and at least as the rate windows want it."""
    if not progress.done or progress.done >= progress.total:
        return ""
    seconds = max(elapsed / progress.done * (progress.total - progress.done), progress.rate_seconds)
    minutes, rest = divmod(round(seconds), 60)
    return f"about {minutes}:{rest:02} left"
