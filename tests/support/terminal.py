"""Runs the real command line on a terminal, to be asked: what happens between the question and the answer is given."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.command_line import clean_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.trial import Trial

__all__ = ["answer", "answer_yes"]


def answer_yes(trial: Trial, *arguments: str, meanwhile: Callable[[], object]) -> tuple[int, str]:
    """Run a command, do something while it asks, answer yes; give the exit code and all that was shown."""
    return answer(trial, *arguments, typed="y\n", meanwhile=meanwhile)


def answer(
    trial: Trial, *arguments: str, typed: str, meanwhile: Callable[[], object] | None = None, kind: str = "dumb"
) -> tuple[int, str]:
    """Run a command on a terminal of a kind and type, perhaps after something that happens while it asks."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=trial.folder,
        env={**clean_environment(), **trial.sandbox.environment, "TERM": kind},
        stdin=other,
        stdout=other,
        stderr=other,
        close_fds=True,
    )
    os.close(other)
    shown = ""
    if meanwhile is not None:
        shown = _read(main, "[y/N]")
        meanwhile()
    os.write(main, typed.encode())
    shown += _read(main, None)
    os.close(main)
    return process.wait(60), shown


def _read(descriptor: int, word: str | None) -> str:
    """Read until a word, or until the end."""
    shown = ""
    while word is None or word not in shown:
        try:
            chunk = os.read(descriptor, 65536).decode()
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    return shown
