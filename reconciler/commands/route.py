"""``reconciler route``: answer running workflows as an integration, by the rules in git."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from reconciler.console.interrupts import first_interrupt_calls
from reconciler.console.options import common_options, journal_option, out_option, text_or_json
from reconciler.console.route_formats import explanation_text, route_exit_code, route_text, step_line
from reconciler.console.streams import emit
from reconciler.errors import UsageError
from reconciler.model.local_address import read_local_address
from reconciler.model.quantities import read_duration
from reconciler.operations.files import require_writable
from reconciler.operations.route import explain_steps, route_once
from reconciler.operations.route_loop import RouteOptions, route_until

if TYPE_CHECKING:
    from reconciler.console.options import Common
    from reconciler.model.routed import RoutedStep

__all__ = ["route"]


class _Duration(click.ParamType[int]):
    """Seconds, or a number with s, m, h or d behind it."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the seconds."""
        seconds = value if isinstance(value, int) else read_duration(f"{value}s" if str(value).isdecimal() else value)
        if not seconds:
            self.fail(f"'{value}' is not a duration; write 90s, 30m, 4h or 2d", param, ctx)
        return int(seconds)


class _WakeAddress(click.ParamType[tuple[str, int]]):
    """An address of this machine alone, with a port."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Return address and port."""
        try:
            return read_local_address(str(value))
        except ValueError:
            self.fail(f"'{value}' is not an address of this machine with a port; write 127.0.0.1:8321", param, ctx)


DURATION = _Duration()
WAKE_ADDRESS = _WakeAddress()


@click.command(
    epilog="Examples: reconciler route --once; reconciler route --interval 60s; reconciler route --explain 6501"
)
@common_options
@click.option("--once", is_flag=True, help="Look at every queue once, and answer what waits.")
@click.option(
    "--interval",
    type=DURATION,
    metavar="TIME",
    help="Look until it is stopped; the shortest time between two looks at one queue, such as 60s.",
)
@click.option("--oldest", type=DURATION, default="2h", show_default=True, help="No look is older, with --interval.")
@click.option(
    "--share",
    type=click.FloatRange(0.01, 1.0),
    default=0.5,
    show_default=True,
    help="The share of the request limit that routing may use, with --interval.",
)
@click.option(
    "--health",
    "health_at",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep a file that says how old the oldest look is, with --interval.",
)
@click.option(
    "--metrics",
    "metrics_at",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep figures for Prometheus (a .prom file), with --interval.",
)
@click.option(
    "--wake",
    "wake_at",
    type=WAKE_ADDRESS,
    metavar="127.0.0.1:PORT",
    help="Listen on this machine for requests to look at a queue now, with --interval.",
)
@click.option(
    "--explain",
    "explained",
    is_flag=False,
    flag_value="",
    metavar="[INSTANCE]",
    help="Show each rule with the values it saw, for all that waits or one instance; sends nothing.",
)
@journal_option
@text_or_json
@out_option
def route(  # noqa: PLR0913 - one parameter an option
    common: Common,
    *,
    once: bool,
    interval: int | None,
    oldest: int,
    share: float,
    health_at: Path | None,
    metrics_at: Path | None,
    wake_at: tuple[str, int] | None,
    explained: str | None,
    journal_at: Path | None,
    shown_as: Literal["terminal", "json"],
    out: Path | None,
) -> int:
    """Answer the steps that wait for an integration, by the routing documents.

    The credentials are of the integration itself: RECONCILER_ROUTE_CLIENT_ID and RECONCILER_ROUTE_CLIENT_SECRET, or
    the usual ones. Before each response the journal has what is sent. Afterwards the response is read back. After a
    crash the same response goes out, never a new decision.

    With --interval it goes on until SIGTERM or Ctrl-C, and shows each step whose status is new. The answer under way is
    finished first. Which queue is next follows from how often steps came there, within a share of the request limit.

    A routing with 'mode: observe' decides and reports. Only 'mode: answer' responds, and it needs committed documents.

    Exit codes: 0 nothing needs a person, 2 steps that no rule covers or that are overdue, 3 frozen, or held answers,
    4 some failed, 6 service, 7 documents, 64 not the integration, or another process routes.
    """
    if out is not None:
        require_writable(out)
    color = out is None and common.color(sys.stdout)
    _require_one_way(explained, interval, once=once, lasting=(health_at, metrics_at, wake_at), shown_as=shown_as)
    if explained is not None:
        steps = explain_steps(common.run, common.config, explained or None)
        emit(explanation_text(steps, shown_as, color=color), out)
        return 0
    if interval is not None:
        options = RouteOptions(
            interval=interval, oldest=oldest, share=share, health_at=health_at, metrics_at=metrics_at, wake_at=wake_at
        )
        _until_stopped(common, journal_at, options)
        return 0
    report = route_once(common.run, common.config, journal_at)
    emit(route_text(report, shown_as, color=color), out)
    return route_exit_code(report)


def _require_one_way(
    explained: str | None, interval: int | None, *, once: bool, lasting: tuple[object, ...], shown_as: str
) -> None:
    """Raise UsageError for options that do not fit together; ``lasting`` are those of a process that goes on."""
    lasts = any(one is not None for one in lasting)
    if explained is not None:
        if once or lasts or interval is not None:
            raise UsageError("--explain sends nothing: leave --once, --interval, --health, --metrics and --wake out")
        return
    if interval is None and lasts:
        raise UsageError("--health, --metrics and --wake need --interval: add it, or leave them out")
    if interval is not None and once:
        raise UsageError("--once and --interval exclude each other: one look at every queue, or look after look")
    if interval is not None and shown_as == "json":
        raise UsageError("--format json is for --once and --explain: with --interval, the journal has each step")
    if interval is None and not once:
        raise UsageError(
            "say how to look: --once looks at every queue once, --interval goes on, --explain only shows why"
        )


def _until_stopped(common: Common, journal_at: Path | None, options: RouteOptions) -> None:
    """Route until a signal comes, and show each step whose status is new."""
    for kept in (options.health_at, options.metrics_at):
        if kept is not None:
            require_writable(kept)
    stopped = threading.Event()

    def shown(step: RoutedStep) -> None:
        emit(step_line(common.run.clock.moment(), step), None)

    with first_interrupt_calls(stopped.set):
        route_until(common.run, common.config, journal_at, options, stopped=stopped, tell=shown)
