"""Holds one command line: its command, the common options in any place, and the clock of its run."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from reconciler.console.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.clock import Clock

__all__ = ["Invocation", "given"]


class Invocation:
    """State of a command line while it is read: options set it, before or after the command."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.command: str | None = None
        self.config: Path | None = None
        self.verbose = False
        self.quiet = False
        self.no_color = False

    @property
    def voice(self) -> Voice:
        """How to talk."""
        return Voice(verbose=self.verbose, quiet=self.quiet, no_color=self.no_color)


def given(arguments: Sequence[str], option: str) -> str | None:
    """Return the value of an option, the last of several, even if other arguments are wrong."""
    value = None
    for argument, following in pairwise((*arguments, "")):
        if argument == option:
            value = following
        elif argument.startswith(f"{option}="):
            value = argument.removeprefix(f"{option}=")
    return value
