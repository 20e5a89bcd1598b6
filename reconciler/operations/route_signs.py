"""Shows how a routing process goes: a file of its health, figures for Prometheus, messages to a service manager."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from reconciler.alerting import open_gauges
from reconciler.errors import FileError, UsageError
from reconciler.model.phrases import counted
from reconciler.operations.files import write_file
from reconciler.render.messages.route_metrics import route_metrics
from reconciler.routing.service_manager import ServiceManager

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from reconciler.model.routed import Health, RoutedStatus
    from reconciler.operations.run import Run

__all__ = ["LifeSigns", "Shown"]

PULSE_SECONDS: Final = 10.0
EARLIER_SECONDS: Final = 120.0
_FOR_PROBES = 0o644  # a probe runs as somebody else, and the file holds no names


class Shown(NamedTuple):
    """The state of a process: its health, and what became of steps since it began."""

    health: Health
    statuses: Mapping[RoutedStatus, int]
    company_id: str


class LifeSigns:
    """The signs of life of one process; ``health_at`` and ``metrics_at`` are files, null for none.

    They come from the thread that works, never from a timer: a process that hangs shows nothing. The watchdog of a
    service manager hears of a process only while it is healthy. Raises UsageError if the library for figures is
    missing.
    """

    def __init__(self, run: Run, health_at: Path | None, metrics_at: Path | None) -> None:
        self._health_at = health_at
        self._metrics_at = metrics_at
        self._gauges = None if metrics_at is None else open_gauges()
        self._manager = ServiceManager(run.environment)
        self._wanted = health_at is not None or metrics_at is not None or self._manager.listens
        self._steady = run.clock.steady
        self._now = run.clock.now
        self._shown_at = -math.inf
        self._state: Callable[[], Shown] | None = None

    def discard(self) -> None:
        """Remove the file of an earlier process: its health is not that of this one.

        A younger file may be that of a process which is still there, and writes it about every minute.
        """
        file = self._health_at
        with suppress(OSError):
            if file is not None and file.is_file() and not file.is_symlink():
                age = self._now().timestamp() - file.stat().st_mtime
                if age > EARLIER_SECONDS:
                    file.unlink()

    def begin(self, state: Callable[[], Shown]) -> None:
        """Show the first sign, once all is read that routing needs; ``state`` returns what later signs show."""
        self._state = state
        self._manager.tell("READY=1")
        self.show()

    def show(self) -> None:
        """Show a sign; raises FileError where a file cannot be written."""
        if self._state is None or not self._wanted:
            return
        self._shown_at = self._steady()
        health, statuses, company_id = self._state()
        if self._health_at is not None:
            content = msgspec.json.format(msgspec.json.encode(health), indent=2) + b"\n"
            write_file(self._health_at, content, mode=_FOR_PROBES)
        if self._metrics_at is not None and self._gauges is not None:
            text = self._gauges.text(route_metrics(health, statuses), company_id)
            write_file(self._metrics_at, text, mode=_FOR_PROBES)
        self._manager.tell(*(("WATCHDOG=1",) if health.healthy else ()), f"STATUS={_status(health)}")

    def pulse(self) -> None:
        """Show a sign within a look that takes long: between two instances, and while the service lets it wait.

        A file that cannot be written ends no answer under way: the sign after the look raises.
        """
        if self._steady() - self._shown_at >= PULSE_SECONDS:
            with suppress(FileError, UsageError):
                self.show()

    def end(self) -> None:
        """Send the service manager that the process ends."""
        self._manager.tell("STOPPING=1")


def _status(health: Health) -> str:
    """Return the health in one short line."""
    failed = f" ({health.queues_failed:,} failed)" if health.queues_failed else ""
    people = f" ({health.needs_person:,} for people)" if health.needs_person else ""
    return (
        f"{'' if health.healthy else 'not '}healthy: oldest look {health.oldest_look_seconds:.0f} s ago, "
        f"{counted(health.queues, 'queue')}{failed}, {counted(health.waiting, 'step')} waiting{people}"
    )
