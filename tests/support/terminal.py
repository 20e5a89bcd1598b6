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

__all__ = ["answer_yes"]


def answer_yes(trial: Trial, *arguments: str, meanwhile: Callable[[], object]) -> tuple[int, str]:
    """Run a command, do something while it asks, answer yes; give the exit code and all that was shown."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=trial.folder,
        env={**clean_environment(), **trial.sandbox.environment, "TERM": "dumb"},
        stdin=other,
        stdout=other,
        stderr=other,
        close_fds=True,
    )
    os.close(other)
    shown = _read(main, "[y/N]")
    meanwhile()
    os.write(main, b"y\n")
    shown += _read(main, None)
    os.close(main)
    return process.wait(20), shown


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
