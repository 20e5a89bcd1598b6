"""The options that commands share."""

from __future__ import annotations

import os
import re
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from reconciler.console.format_names import PLAN_FORMATS
from reconciler.console.invocation import Invocation
from reconciler.console.options_everywhere import everywhere_options
from reconciler.console.reporter import ConsoleReporter
from reconciler.console.voice import Voice
from reconciler.console.wall_clock import wall_clock
from reconciler.errors import UsageError
from reconciler.operations.run import Run
from reconciler.render.views.budget import SMALLEST_BUDGET, Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.selection import Selection

__all__ = [
    "ALARM_OPTIONS",
    "Common",
    "alarm_options",
    "common_options",
    "journal_option",
    "markdown_options",
    "out_option",
    "plain_options",
    "require_all_for_alarms",
    "showing_options",
    "text_or_json",
]

Command = TypeVar("Command", bound="Callable[..., Any]")
ALARM_OPTIONS: Final = ("issue", "metrics_at", "gateway", "notify", "link")
_LINK = re.compile(r"(https?://[!#-;=?-Z_a-z~]{1,300})?")


class Common(Voice):
    """The options every command has: where the settings are, and how to talk."""

    def __init__(self, invocation: Invocation) -> None:
        super().__init__(verbose=invocation.verbose, quiet=invocation.quiet, no_color=invocation.no_color)
        self.config = invocation.config
        self._clock = invocation.clock

    @cached_property
    def run(self) -> Run:
        """Everything this run has from outside: the process's environment and folder, the clock, and stderr."""
        clock = self._clock
        return Run(
            environment=os.environ,
            clock=clock,
            folder=Path.cwd(),
            today=clock.now().date(),
            reporter=ConsoleReporter(self),
        )


def plain_options(command: Command) -> Command:
    """Add the same as ``common_options`` but ``--config``, for commands that read no settings."""
    return _common_options(command, reads_settings=False)


def common_options(command: Command) -> Command:
    """Add the options that stand before or behind the command; the command gets all of them as ``common``."""
    return _common_options(command, reads_settings=True)


def _common_options(command: Command, *, reads_settings: bool) -> Command:

    def collected(*arguments: Any, **options: Any) -> Any:
        context = click.get_current_context(silent=True)
        known = None if context is None else context.find_root().obj
        invocation = known if isinstance(known, Invocation) else Invocation(wall_clock())
        if invocation.verbose:
            _log_requests()
        return command(*arguments, common=Common(invocation), **options)

    collected.__doc__ = command.__doc__
    collected.__name__ = command.__name__
    collected.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return everywhere_options(collected, reads_settings=reads_settings)  # type: ignore[return-value]


def text_or_json(command: Command) -> Command:
    """Add ``--format`` with the two formats of results that are no plans."""
    formats = click.Choice(["terminal", "json"])
    decorated: Command = click.option("--format", "shown_as", type=formats, default="terminal", help="How to show it.")(
        command
    )
    return decorated


def journal_option(command: Command) -> Command:
    """Add ``--journal``; the command gets it as ``journal_at``, null for the usual folder."""
    decorated: Command = click.option(
        "--journal",
        "journal_at",
        type=click.Path(path_type=Path),
        help="Folder of the journal [default: .reconciler/journal].",
    )(command)
    return decorated


def out_option(command: Command) -> Command:
    """Add ``--out``."""
    path = click.Path(path_type=Path)
    decorated: Command = click.option("--out", type=path, help="Write the result to a file.")(command)
    return decorated


def _log_requests() -> None:
    import logging  # noqa: PLC0415 - start-up is measured

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.INFO)


class BudgetType(click.ParamType[Any]):
    """A number of characters, or of bytes with KiB or MiB behind it."""

    name = "budget"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the budget."""
        found = re.fullmatch(r"(\d{1,9})\s*(KiB|MiB)?", str(value), re.ASCII)
        if found is None:
            self.fail(f"'{value}' is not a budget; write 65536 (characters), 512KiB or 1MiB", param, ctx)
        limit = int(found[1]) * {None: 1, "KiB": 1024, "MiB": 1024 * 1024}[found[2]]
        if limit < SMALLEST_BUDGET:
            self.fail(
                f"{value} is too little for the figures and the digest; give {SMALLEST_BUDGET} or more", param, ctx
            )
        return Budget(limit, in_bytes=found[2] is not None)


def checked_link(_context: click.Context, _option: click.Parameter, link: str | None) -> str | None:
    """Return an address that can be linked to as it is, for an option; raises BadParameter for any other."""
    if link is not None and not _LINK.fullmatch(link):
        raise click.BadParameter(f"'{link}' is not an address that can be linked to; write https://… without blanks")
    return link or None


def showing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--format``, ``--by``, ``--budget`` and ``--link``."""
    shown_as = click.option(
        "--format",
        "shown_as",
        type=click.Choice(PLAN_FORMATS),
        default="terminal",
        help="How to show it; the last three are for pipelines, and hold problems alone.",
    )
    return shown_as(markdown_options(command))


def markdown_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--by``, ``--budget`` and ``--link``."""
    for option in reversed(
        (
            click.option(
                "--by",
                type=click.Choice(["preset", "person"]),
                default="preset",
                help="What comes first, where or who.",
            ),
            click.option(
                "--budget",
                type=BudgetType(),
                help="Most that Markdown may take: 65536 (characters; a comment), 1MiB (bytes; a job summary).",
            ),
            click.option(
                "--link",
                metavar="URL",
                callback=checked_link,
                help="Where all of it can be seen, for Markdown that was cut.",
            ),
        )
    ):
        command = option(command)
    return command


def require_all_for_alarms(selection: Selection | None, alarmed: Mapping[str, object]) -> None:
    """Refuse alarms beside a part: they would be of the part, and close what is open for the rest."""
    if selection is not None and any(alarmed.values()):
        raise UsageError(f"issues, figures and messages are of the whole: leave them out, or leave out {selection}")


def alarm_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--issue``, ``--metrics``, ``--push-metrics``, ``--notify`` and ``--link``."""
    for option in reversed(
        (
            click.option("--issue", is_flag=True, help="Keep one issue on the forge while something is wrong."),
            click.option("--metrics", "metrics_at", type=click.Path(path_type=Path), metavar="FILE",
                         help="Write figures for Prometheus (a .prom file)."),
            click.option("--push-metrics", "gateway", metavar="URL", help="Push the figures to a Pushgateway."),
            click.option("--notify", is_flag=True,
                         help="Tell the webhooks in RECONCILER_NOTIFY what is wrong, or resolved."),
            click.option("--link", metavar="URL", callback=checked_link,
                         help="Where all of it can be seen, for the issue and webhooks."),
        )
    ):  # fmt: skip
        command = option(command)
    return command
