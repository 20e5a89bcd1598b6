"""The options that stand before or behind the command, in any combination; each is read once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.console.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["everywhere_options"]

Command = TypeVar("Command", bound="Callable[..., Any]")


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Set the options that were given; others keep the value from before the command."""
    invocation = context.find_root().obj
    if value and isinstance(invocation, Invocation):
        setattr(invocation, str(option.name), value)


def everywhere_options(command: Command, *, reads_settings: bool = True) -> Command:
    """Add ``--verbose``, ``--quiet`` and ``--no-color``, and ``--config`` where settings are read; all are kept."""
    decorated: Any = command
    config = click.option(
        "--config",
        type=click.Path(path_type=Path),
        callback=_keep,
        expose_value=False,
        help="Settings file or its folder [default: reconciler.yaml here or in a parent].",
    )
    for option in reversed(
        (
            *((config,) if reads_settings else ()),
            _flag("--verbose", "-v", help="Tell every request, and show tracebacks."),
            _flag("--quiet", "-q", help="Results and errors only."),
            _flag("--no-color", help="No colours (as with NO_COLOR)."),
        )
    ):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def _flag(*names: str, help: str) -> Callable[..., Any]:  # noqa: A002 - as click names it
    # eager: also where another option is wrong, the run talks as it was asked to
    return click.option(*names, is_flag=True, is_eager=True, callback=_keep, expose_value=False, help=help)
