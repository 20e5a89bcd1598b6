"""``reconciler help``: what a command does, as its ``--help``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.console.options import common_options
from reconciler.console.streams import emit
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from reconciler.console.options import Common

__all__ = ["help"]


@click.command(epilog="Examples: reconciler help; reconciler help plan")
@common_options
@click.argument("name", metavar="[COMMAND]", required=False)
def help(common: Common, name: str | None) -> int:  # noqa: A001, ARG001 - named like the command; all take the common options
    """Show what a command does and takes, or all commands."""
    root = click.get_current_context().find_root()
    group = root.command
    if name is None or not isinstance(group, click.Group):
        emit(root.get_help() + "\n")
        return 0
    found = group.get_command(root, name)
    if found is None:
        raise click.UsageError(f"no command '{name}'{did_you_mean(name, group.list_commands(root))}")
    with click.Context(found, info_name=name, parent=root) as context:
        emit(found.get_help(context) + "\n")
    return 0
