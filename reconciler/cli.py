"""Runs a command line: finds the command, sets up the streams, and turns every ending into an exit code."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

import click

from reconciler import __version__
from reconciler.clock import OtherDayError
from reconciler.console.format_names import ANNOTATION_FORMATS
from reconciler.console.invocation import Invocation, given
from reconciler.console.options_everywhere import everywhere_options
from reconciler.console.wall_clock import wall_clock
from reconciler.errors import ReconcilerError, UnreachableError
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

__all__ = ["COMMANDS", "main", "run"]

COMMANDS = {
    "init": "a configuration repository to start with; overwrites nothing",
    "validate": "documents only; no network",
    "plan": "what apply would change; read only",
    "show": "a saved plan again, in any format",
    "comment": "a plan on the pull request: comment, labels, status",
    "approved": "the approved plans of merged commits, from the forge",
    "apply": "carry out approved plans, or plan and confirm",
    "mark": "how an apply ended, as a status on its commits",
    "drift": "what differs between Procore and git; report only",
    "snapshot": "the live state of everything managed, for offline plans",
    "export": "Procore as documents, to start from what exists",
    "adopt": "chosen drift into the existing YAML, comments and order kept",
    "who": "every role a person holds or would hold; read only",
    "people": "teams that follow the HR system: its people into people.lock",
    "route": "running workflows, answered by rules for an integration",
    "history": "past runs from the journal",
    "doctor": "what is wrong with a set-up, and what to do; writes nothing",
    "schema": "the JSON Schema of a document or format, for editors",
    "sandbox": "the service on loopback, seeded from a folder",
    "demo": "sandbox, example company, plan, apply and drift, in one go",
    "help": "what a command does, as its --help",
}

USAGE = 64
INTERRUPTED = 130
_RUNNERS = ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD")
_FOR_PROGRAMS = ("json", *ANNOTATION_FORMATS)


class _Commands(click.Group):
    """Loads a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"reconciler.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"no command '{args[0]}'{hint}")
        if args and isinstance(ctx.obj, Invocation):
            ctx.obj.command = args[0]
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try 'reconciler demo' first. Completion: eval \"$(_RECONCILER_COMPLETE=bash_source reconciler)\" "
    "(or zsh_source, fish_source).",
)
@everywhere_options
@click.version_option(__version__, message="reconciler %(version)s")
def main() -> None:
    """Keep the approval assignments of Procore Workflows as YAML in git, and make Procore follow.

    Exit codes: 0 done, 1 a defect, 2 changes or drift, 3 refused by policy, 4 partly applied, 5 stale or not the
    approved plan, 6 the service, 7 invalid documents or settings, 64 wrong usage, 130 interrupted.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; only the result of the command goes to stdout."""
    # A run builds large values that live to its end and hold no cycles: looking for some every 700 objects
    # costs a quarter of the time of a plan over 10,000 presets, and every 100,000 still a twentieth.
    gc.set_threshold(1_000_000, 20, 100)
    if sys.stderr is None:
        # else the next file that is opened, such as the journal, would be what libraries take for stderr
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
    if sys.stdout is None:
        sys.stderr.write("error: stdout is closed: send it to a file, or to /dev/null\n")
        return USAGE
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if hasattr(sys.stdout, "reconfigure") and (
        given(arguments, "--format") in _FOR_PROGRAMS or not sys.stdout.isatty()
    ):
        sys.stdout.reconfigure(encoding="utf-8")  # files and programs expect UTF-8, independent of the locale
    with _streams(arguments):
        return _run(arguments)


def _streams(arguments: Sequence[str]) -> AbstractContextManager[None]:
    """Return a guard for the streams of a runner that reads commands in them, or for annotations."""
    shown_as = given(arguments, "--format")
    if shown_as != "github" and not any(os.environ.get(name) for name in _RUNNERS):
        return nullcontext()
    from reconciler.console.log_streams import guarded_streams  # noqa: PLC0415 - start-up is measured

    return guarded_streams(shown_as)


def _invoke(arguments: Sequence[str], invocation: Invocation) -> Any:
    """Run the command, and run it again if the service has another day than this machine."""
    try:
        return main.main(args=list(arguments), prog_name="reconciler", standalone_mode=False, obj=invocation)
    except OtherDayError:
        pass
    try:
        return main.main(args=list(arguments), prog_name="reconciler", standalone_mode=False, obj=invocation)
    except OtherDayError:
        raise UnreachableError(
            "Procore's answers name different days, so last days cannot be counted: look at the proxy, and run it again"
        ) from None


def _run(arguments: Sequence[str]) -> int:
    invocation = Invocation(wall_clock())
    try:
        result: Any = _invoke(arguments, invocation)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last line of defence: one line, the code, no traceback
        return _ended(error, arguments, invocation)
    return result if isinstance(result, int) else 0


def _ended(error: BaseException, arguments: Sequence[str], invocation: Invocation) -> int:
    """Show why a run failed; return its exit code."""
    from reconciler.console import failures  # noqa: PLC0415 - start-up is measured

    if isinstance(error, click.Abort | KeyboardInterrupt):
        return failures.interrupt(INTERRUPTED, arguments, invocation)
    if isinstance(error, click.ClickException):
        if failures.show_failure(USAGE, error.format_message(), (), arguments):
            return USAGE
        if isinstance(error, click.UsageError):
            error.show(sys.stderr)
        else:
            sys.stderr.write(f"error: {error.format_message()}\n")
        return USAGE
    if isinstance(error, ReconcilerError):
        return failures.fail(error, arguments, invocation)
    return failures.fail_unexpectedly(cast("Exception", error), arguments, invocation)
