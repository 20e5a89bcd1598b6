"""Options that choose a part of a plan or report: a cause, places, people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

from reconciler.errors import UsageError
from reconciler.model.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["leavers_option", "only_options", "selection_options"]


def only_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--only``, with its earlier names as hidden ones; the command gets ``only``."""
    return _with_options(
        command,
        _one_cause,
        click.option(
            "--only",
            type=click.Choice(["drift", "requested"]),
            multiple=True,
            help="Put back what drifted [base: HEAD], or do what documents newly ask for (needs --base), alone.",
        ),
        click.option("--only-drift", is_flag=True, hidden=True),
        click.option("--only-requested", is_flag=True, hidden=True),
    )


def _one_cause(options: dict[str, Any]) -> dict[str, Any]:
    found = set(options.pop("only"))
    found |= {cause for cause in ("drift", "requested") if options.pop(f"only_{cause}")}
    if len(found) > 1:
        raise UsageError("--only drift and --only requested exclude each other: leave both out to do all of it")
    return {"only": found.pop() if found else None}


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--within``, ``--project``, ``--template`` and ``--person``; the command gets ``selection``."""
    return _with_options(
        command,
        _selection,
        click.option(
            "--within", metavar="GLOB", multiple=True, help="Presets or roles with such an address; * matches / too."
        ),
        click.option("--address", metavar="GLOB", multiple=True, hidden=True),
        click.option(
            "--project", "projects", metavar="NAME", multiple=True, help="This project alone (name, number or id)."
        ),
        click.option(
            "--template", "templates", metavar="NAME", multiple=True, help="This template alone (name or id)."
        ),
        click.option(
            "--person", "people", metavar="LOGIN", multiple=True, help="This person alone (login or login id)."
        ),
    )


def leavers_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--leavers`` behind ``selection_options``; it becomes a part of ``selection``."""
    return _with_options(
        command,
        _with_leavers,
        click.option("--leavers", is_flag=True, help="People who left alone, and who comes in their place."),
    )


def _with_leavers(options: dict[str, Any]) -> dict[str, Any]:
    selection = options.pop("selection")
    if options.pop("leavers"):
        selection = msgspec.structs.replace(selection or Selection(), leavers=True)
    return {"selection": selection}


def _selection(options: dict[str, Any]) -> dict[str, Any]:
    within = (*options.pop("within"), *options.pop("address"))
    kinds = {name: options.pop(name) for name in ("projects", "templates", "people")}
    return {"selection": Selection(within=within, **kinds) or None}


def _with_options(
    command: Callable[..., Any], collect: Callable[[dict[str, Any]], dict[str, Any]], *options: Callable[..., Any]
) -> Callable[..., Any]:
    """Add options that reach the command as one value; ``collect`` takes them out and returns it by its name."""

    def collected(*arguments: Any, **given: Any) -> Any:
        made = collect(given)
        return command(*arguments, **made, **given)

    collected.__doc__ = command.__doc__
    collected.__name__ = command.__name__
    collected.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    decorated: Callable[..., Any] = collected
    for option in reversed(options):
        decorated = option(decorated)
    return decorated
