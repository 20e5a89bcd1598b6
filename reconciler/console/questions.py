"""Asks a person for a text, for one of a few answers, or for the differences to adopt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reconciler.errors import UsageError
from reconciler.model.titles import place_title
from reconciler.render.text.visible import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.model.drift import Drift

__all__ = ["ask_choice", "ask_text", "ask_which", "drift_words", "somebody_is_there"]

_MOST_PLACES = 3


def somebody_is_there() -> bool:
    """Return whether there is a terminal to ask on."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_text(question: str, check: Callable[[str], str]) -> str:
    """Ask for a text until ``check`` raises no UsageError, and return what ``check`` returned."""

    def convert(typed: str) -> str:
        try:
            return check(typed.strip())
        except UsageError as error:
            raise click.BadParameter(printable(error.message)) from None

    answer: str = click.prompt(question, value_proc=convert, err=True)
    return answer


def ask_choice(question: str, answers: Sequence[str], default: str) -> str:
    """Ask for one of these answers."""
    answer: str = click.prompt(question, type=click.Choice(answers), default=default, err=True)
    return answer


def ask_which(drifts: Sequence[Drift]) -> list[Drift]:
    """Ask about each kind of difference once: the same person in the same role, in all projects.

    The answer for all that follow leaves out acknowledged differences, as ``--all`` does.
    """
    kinds = _kinds(drifts)
    chosen: list[Drift] = []
    click.echo(
        "y: adopt, n: leave, a: adopt this and all that follow without an acknowledgement, q: ask no more", err=True
    )
    for number, alike in enumerate(kinds, 1):
        question = f"{number}/{len(kinds)} {_question(alike)}; adopt?"
        answer = click.prompt(question, type=click.Choice(["y", "n", "a", "q"]), default="n", err=True)
        if answer == "q":
            break
        if answer == "a":
            following = (one for kind in kinds[number:] for one in kind if one.state != "acknowledged")
            return [*chosen, *alike, *following]
        if answer == "y":
            chosen.extend(alike)
    return chosen


def _kinds(drifts: Sequence[Drift]) -> list[list[Drift]]:
    """Group equal differences; both halves of a change of workflow manager are in one group."""
    managers: dict[str, list[Drift]] = {}
    for one in drifts:
        if one.group is None:
            managers.setdefault(one.address, []).append(one)
    kinds: dict[object, list[Drift]] = {}
    for one in drifts:
        if one.group is not None:
            key: object = (one.template.id, one.group.name, one.person.id, one.direction, one.state)
        else:
            key = (one.template.id, tuple((half.person.id, half.direction) for half in managers[one.address]))
        kinds.setdefault(key, []).append(one)
    return list(kinds.values())


def _question(alike: Sequence[Drift]) -> str:
    first = alike[0]
    places = list(dict.fromkeys(place_title(one.project) for one in alike))
    more = f" and {len(places) - _MOST_PLACES:,} more" if len(places) > _MOST_PLACES else ""
    where = f"{', '.join(places[:_MOST_PLACES])}{more}"
    owner = f" (acknowledged by {first.owner} until {first.until})" if first.state == "acknowledged" else ""
    if first.group is not None:
        what = f"{first.group.name}: {first.person.with_login} {_side(first)}"
    else:
        halves = {one.direction: one for one in alike}
        what = "workflow manager: " + ", ".join(f"{one.person.with_login} {_side(one)}" for one in halves.values())
    return printable(f"{first.template.title} · {what} at {where}{owner}")


def _side(drift: Drift) -> str:
    return f"was {drift.side}"


def drift_words(drift: Drift) -> str:
    """Return a difference as one line."""
    role = drift.group.name if drift.group else "workflow manager"
    return printable(f"{drift.title} · {role}: {drift.person.with_login} {_side(drift)}")
