"""``reconciler schema``: the JSON Schema of a document or format, for editors and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from reconciler.console.options import out_option, plain_options
from reconciler.console.streams import emit
from reconciler.operations.files import require_writable
from reconciler.operations.schema import find_schema, list_schemas

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.console.options import Common

__all__ = ["schema"]


def _complete(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:  # noqa: ARG001
    return [CompletionItem(kind) for kind in list_schemas() if kind.startswith(typed)]


@click.command(epilog="Examples: reconciler schema; reconciler schema document --path")
@plain_options
@click.argument("kind", metavar="[KIND]", required=False, shell_complete=_complete)
@click.option("--path", "as_path", is_flag=True, help="Print where the file is, for an editor, instead of its text.")
@out_option
def schema(common: Common, kind: str | None, as_path: bool, out: Path | None) -> int:  # noqa: ARG001, FBT001
    """Print the JSON Schema of a kind of document or a format, or list the kinds.

    The schema 'document' is for every kind of document, and chooses by 'kind:'. An editor completes and checks a
    document with this line at its head, where PATH is what --path prints:

    # yaml-language-server: $schema=PATH
    """
    if out is not None:
        require_writable(out)
    if kind is None:
        if as_path:
            raise click.UsageError("--path needs a kind, such as: reconciler schema document --path")
        emit("".join(f"{one}\n" for one in list_schemas()), out)
        return 0
    file = find_schema(kind)
    emit(f"{file}\n" if as_path else file.read_text(encoding="utf-8"), out)
    return 0
