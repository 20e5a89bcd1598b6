"""What every command takes, and the exit codes and streams all of them share; it holds no command."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.commands.files import write_file
from reconciler.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Common", "common_options", "emit", "journal_option", "note", "out_option", "text_or_json"]

Command = TypeVar("Command", bound="Callable[..., Any]")


class Common:
    """The options every command has: where the settings are, and how to talk."""

    def __init__(self, *, config: Path | None, verbose: bool, quiet: bool, no_color: bool) -> None:
        self.config = config
        self.verbose = verbose
        self.quiet = quiet
        self._no_color = no_color

    def color(self, stream: Any) -> bool:
        """Return whether a stream gets colours: a terminal does, unless told otherwise."""
        environment: Mapping[str, str] = os.environ
        refused = self._no_color or environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
        return bool(stream.isatty()) and not refused


def common_options(command: Command) -> Command:
    """Add ``--config``, ``--verbose``, ``--quiet`` and ``--no-color``; the command gets them as ``common``."""

    def collected(
        *arguments: Any, config: Path | None, verbose: bool, quiet: bool, no_color: bool, **options: Any
    ) -> Any:
        common = Common(config=config, verbose=verbose, quiet=quiet, no_color=no_color)
        if verbose:
            _log_requests()
        return command(*arguments, common=common, **options)

    collected.__doc__ = command.__doc__
    collected.__name__ = command.__name__
    collected.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    decorated: Any = collected
    for option in reversed(
        (
            click.option(
                "--config",
                type=click.Path(path_type=Path),
                help="Settings file or its folder [default: reconciler.yaml here or in a parent].",
            ),
            click.option("--verbose", "-v", is_flag=True, help="Tell every request, and show tracebacks."),
            click.option("--quiet", "-q", is_flag=True, help="Results and errors only."),
            click.option("--no-color", is_flag=True, help="No colours (as with NO_COLOR)."),
        )
    ):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


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


def emit(text: str, out: Path | None = None) -> None:
    """Write a result to stdout, or whole to a file; a reader that went away is no failure."""
    if out is not None:
        write_file(out, text.encode("utf-8"))
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
    except OSError as error:
        raise FileError(f"the result cannot be written to stdout: {error.strerror}") from error


def note(text: str, common: Common) -> None:
    """Print on stderr what is not a result."""
    if not common.quiet:
        sys.stderr.write(f"{text}\n")
