"""From the arguments to a command to an exit code; every stream and code that ends a run is decided here."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from contextlib import nullcontext
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from reconciler import __version__
from reconciler.clock import OtherDayError
from reconciler.console.formats import ANNOTATION_FORMATS, annotate_failure
from reconciler.console.wall_clock import wall_clock
from reconciler.errors import ReconcilerError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

__all__ = ["COMMANDS", "main", "run"]

COMMANDS = {
    "validate": "documents only; no network",
    "plan": "what apply would change; read only",
    "show": "a saved plan again, in any format",
    "comment": "a plan on the pull request: comment, labels, status",
    "approved": "the approved plans of merged commits, from the forge",
    "apply": "carry out approved plans, or plan and confirm",
    "mark": "how an apply ended, as a status on its commits",
    "drift": "what differs between live and git; report only",
    "snapshot": "the live state of everything managed, for offline plans",
    "export": "live as documents, to start from what exists",
    "adopt": "chosen drift into the existing YAML, comments and order kept",
    "history": "past runs from the journal",
    "sandbox": "the service on loopback, seeded from a folder",
    "demo": "sandbox, example company, plan, apply and drift, in one go",
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
            from reconciler.model.suggestions import did_you_mean  # noqa: PLC0415 - start-up is measured

            hint = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"no command '{args[0]}'{hint}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try 'reconciler demo' first. Completion: eval \"$(_RECONCILER_COMPLETE=bash_source reconciler)\" "
    "(or zsh_source, fish_source).",
)
@click.version_option(__version__, message="reconciler %(version)s")
def main() -> None:
    """Keep the approval assignments of Procore Workflows as YAML in git, and make live follow.

    Exit codes: 0 done, 1 a defect, 2 changes or drift, 3 refused by policy, 4 partly applied, 5 stale or not the
    approved plan, 6 the service, 7 invalid documents or settings, 64 wrong usage, 130 interrupted.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; nothing but the command's result goes to stdout."""
    # A run builds large values that live to its end and hold no cycles: looking for some every 700 objects
    # costs a quarter of the time of a plan over 10,000 presets, and every 100,000 still a twentieth.
    gc.set_threshold(1_000_000, 20, 100)
    if sys.stderr is None:
        # else the next file that is opened, such as the journal, would be what libraries take for stderr
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
    if sys.stdout is None:
        _say("error: stdout is closed: send it to a file, or to /dev/null\n")
        return USAGE
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if hasattr(sys.stdout, "reconfigure") and (
        _given(arguments, "--format") in _FOR_PROGRAMS or not sys.stdout.isatty()
    ):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale's encoding, files and programs expect UTF-8
    with _streams(arguments):
        return _run(arguments)


def _streams(arguments: Sequence[str]) -> AbstractContextManager[None]:
    """Return what guards the streams where a runner reads commands in them, or where annotations are asked for."""
    shown_as = _given(arguments, "--format")
    if shown_as != "github" and not any(os.environ.get(name) for name in _RUNNERS):
        return nullcontext()
    from reconciler.console.streams import guarded_streams  # noqa: PLC0415 - start-up is measured

    return guarded_streams(shown_as)


def _invoke(arguments: Sequence[str]) -> Any:
    """Run the command, from its start once more where the service has another day than this machine."""
    clock = wall_clock()
    try:
        return main.main(args=list(arguments), prog_name="reconciler", standalone_mode=False, obj=clock)
    except OtherDayError:
        pass
    try:
        return main.main(args=list(arguments), prog_name="reconciler", standalone_mode=False, obj=clock)
    except OtherDayError:
        raise UnreachableError(
            "Procore's answers name different days, so last days cannot be counted: look at the proxy, and run it again"
        ) from None


def _run(arguments: Sequence[str]) -> int:
    try:
        result: Any = _invoke(arguments)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as error:
        return _wrong_usage(error, arguments)
    except (click.Abort, KeyboardInterrupt):
        message = _interrupted(arguments)
        _told_on_stdout(INTERRUPTED, message, (), arguments)
        _say(f"\n{message}\n")
        return INTERRUPTED
    except ReconcilerError as error:
        return _failed(error, arguments)
    except Exception as error:  # noqa: BLE001 - the last line of defence: one line, the code, no traceback
        return _defect(error, arguments)
    return result if isinstance(result, int) else 0


def _interrupted(arguments: Sequence[str]) -> str:
    """Describe what can have been written when a command was interrupted, and where to look."""
    if "apply" in arguments:
        return "interrupted; 'reconciler history' tells what is not known, and applying again is safe"
    if "adopt" in arguments or "export" in arguments:
        return "interrupted; nothing was written to the service, and 'git status' tells whether a document was"
    return "interrupted; nothing was written to the service"


def _wrong_usage(error: click.ClickException, arguments: Sequence[str]) -> int:
    if _told_on_stdout(USAGE, error.format_message(), (), arguments):
        return USAGE
    if isinstance(error, click.UsageError):
        error.show(sys.stderr)
    else:
        _say(f"error: {error.format_message()}\n")
    return USAGE


def _failed(error: ReconcilerError, arguments: Sequence[str]) -> int:
    if _wants_traceback(arguments):
        _say_traceback()
    if _told_on_stdout(error.exit_code, error.message, error.diagnostics, arguments):
        return error.exit_code
    from reconciler.render.text.escapes import printable  # noqa: PLC0415 - only for failures

    if error.diagnostics:
        from reconciler.console.options import Common  # noqa: PLC0415 - the same
        from reconciler.render.formats.terminal import render_diagnostics  # noqa: PLC0415 - the same

        color = Common(config=None, verbose=False, quiet=False, no_color="--no-color" in arguments).color(sys.stderr)
        _say(render_diagnostics(error.diagnostics, color=color))
    _say(f"error: {printable(error.message)}\n")
    return error.exit_code


def _defect(error: Exception, arguments: Sequence[str]) -> int:
    from reconciler.render.text.escapes import printable  # noqa: PLC0415 - only for failures

    message = f"a defect of reconciler: {type(error).__name__}: {printable(str(error))}"
    if _wants_traceback(arguments):
        _say_traceback()
    else:
        message += " (more with --verbose)"
    if not _told_on_stdout(1, message, (), arguments):
        _say(f"error: {message}\n")
    return 1


def _given(arguments: Sequence[str], option: str) -> str | None:
    """Return the value of an option, whatever else is wrong with the arguments; of several the last, as commands do."""
    value = None
    for argument, following in pairwise((*arguments, "")):
        if argument == option:
            value = following
        elif argument.startswith(f"{option}="):
            value = argument.removeprefix(f"{option}=")
    return value


def _wants_traceback(arguments: Sequence[str]) -> bool:
    return "--verbose" in arguments or "-v" in arguments


def _say_traceback() -> None:
    import traceback  # noqa: PLC0415 - only for failures

    _say(traceback.format_exc())


def _say(text: str) -> None:
    """Report people of a failure on stderr."""
    sys.stderr.write(text)


def _told_on_stdout(code: int, message: str, diagnostics: Sequence[Any], arguments: Sequence[str]) -> bool:
    """Write a failure in the format that is asked for, and tell whether nobody has to be told of it on stderr."""
    try:
        return _write_failure(code, message, diagnostics, arguments)
    except OSError:
        # a full disk, or a reader that went away: the failure itself is told on stderr, by its own code
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
        return False


def _write_failure(code: int, message: str, diagnostics: Sequence[Any], arguments: Sequence[str]) -> bool:
    shown_as = _given(arguments, "--format")
    if shown_as == "json":
        _write_json(code, message, diagnostics)
    elif shown_as in ANNOTATION_FORMATS:
        from pathlib import Path  # noqa: PLC0415 - only for failures

        config = _given(arguments, "--config")
        sys.stdout.write(annotate_failure(message, diagnostics, shown_as, None if config is None else Path(config)))
    sys.stdout.flush()
    return shown_as == "json"


def _as_text(text: str) -> str:
    """Return a text with visible escapes for bytes of an argument or a variable that are no text."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _write_json(code: int, message: str, diagnostics: Sequence[Any]) -> None:
    import msgspec  # noqa: PLC0415 - only for failures

    from reconciler.model.failure import FAILURE_FORMAT, Failure  # noqa: PLC0415 - the same

    told = tuple(msgspec.structs.replace(one, message=_as_text(one.message)) for one in diagnostics)
    failure = Failure(format=FAILURE_FORMAT, code=code, message=_as_text(message), diagnostics=told)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(failure), indent=2).decode() + "\n")
