"""Runs the real command line on a terminal, to be asked: what happens between the question and the answer is given."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.command_line import clean_environment
from tests.support.started import Started
from tests.support.starting import address as forking

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.support.trial import Trial

__all__ = ["answer", "answer_in", "answer_yes", "interrupt_in"]


def answer_yes(trial: Trial, *arguments: str, meanwhile: Callable[[], object]) -> tuple[int, str]:
    """Run a command, do something while it asks, answer yes; give the exit code and all that was shown."""
    return answer(trial, *arguments, typed="y\n", meanwhile=meanwhile)


def answer(
    trial: Trial, *arguments: str, typed: str, meanwhile: Callable[[], object] | None = None, kind: str = "dumb"
) -> tuple[int, str]:
    """Run a command on a terminal of a kind and type, perhaps after something that happens while it asks."""
    main, process = _forked(trial.folder, arguments, {**trial.sandbox.environment, "TERM": kind})
    shown = ""
    if meanwhile is not None:
        shown = _read(main, "[y/N]")
        meanwhile()
    os.write(main, typed.encode())
    shown += _read(main, None)
    os.close(main)
    return process.wait(60), shown


def answer_in(folder: Path, *arguments: str, typed: str, at: str = "") -> tuple[int, str]:
    """Run a command in a folder on a terminal, and type once it has shown a text; nothing of a service is set."""
    main, process = _forked(folder, arguments, {"TERM": "dumb"})
    shown = _read(main, at)
    os.write(main, typed.encode())
    shown += _read(main, None)
    os.close(main)
    return process.wait(60), shown


def interrupt_in(folder: Path, *arguments: str, at: str) -> tuple[int, str]:
    """Run a command in a folder on a terminal, and press Ctrl-C once it has shown a text."""
    main, process = _start(folder, arguments, {"TERM": "dumb"})
    shown = _read(main, at)
    process.send_signal(signal.SIGINT)
    # Python misses a signal between the question and the wait for the answer: press again, as a person does
    while not select.select([main], [], [], 2)[0]:
        process.send_signal(signal.SIGINT)
    shown += _read(main, None)
    os.close(main)
    return process.wait(60), shown


def _forked(folder: Path, arguments: Sequence[str], environment: dict[str, str]) -> tuple[int, Started]:
    """Start a command on a new terminal, forked; return what holds its other side, and the command."""
    main, other = pty.openpty()
    started = Started(forking(), folder, arguments, {**clean_environment(), **environment}, (other, other, other))
    os.close(other)
    return main, started


def _start(folder: Path, arguments: Sequence[str], environment: dict[str, str]) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a command on a new terminal; return what holds its other side, and the process."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=folder,
        env={**clean_environment(), **environment},
        stdin=other,
        stdout=other,
        stderr=other,
        close_fds=True,
        # who runs the tests may ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - one call
    )
    os.close(other)
    return main, process


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
