"""A command line that is forked is like one that an interpreter is started for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command_line import Ran, clean_environment, reconciler_process
from tests.support.started import Started
from tests.support.starting import address
from tests.support.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import RunningSandbox


def in_an_interpreter(folder: Path, *arguments: str, environment: dict[str, str], typed: str) -> Ran:
    """Run a command in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=folder,
        env={**clean_environment(), **environment},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told, said = (text.replace(str(folder), "<folder>") for text in (done.stdout, done.stderr))
    return Ran(done.returncode, told, said)


def test_it_shows_the_same(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """Exit code and both streams, with an answer on stdin, with variables of the environment, and with neither."""
    trial = Trial(tmp_path / "approvals", sandbox)
    for arguments, more in (
        (("--version",), {}),
        (("--help",), {"COLUMNS": "60"}),
        (("nothing",), {}),
        (("validate", "--format", "json"), {}),
        (("plan", "--detailed-exitcode"), {"TZ": "Asia/Tokyo"}),
        (("plan",), {"RECONCILER_CLIENT_SECRET": ""}),
        (("plan", "--format", "github"), {"GITHUB_ACTIONS": "true"}),
        (("apply",), {}),
    ):
        environment = {**sandbox.environment, **more}
        forked = reconciler_process(trial.folder, *arguments, environment=environment, typed="n\n")
        started = in_an_interpreter(trial.folder, *arguments, environment=environment, typed="n\n")
        assert forked.shown == started.shown


def test_a_signal_ends_it() -> None:
    """The exit code tells which one, as it does of any process."""
    nothing, waiting = os.pipe()
    started = Started(address(), ".", ["sandbox", "--port", "0"], os.environ, (nothing, waiting, waiting))
    os.kill(started.number, signal.SIGKILL)
    assert started.wait(20) == -signal.SIGKILL
    os.close(nothing)
    os.close(waiting)


@pytest.mark.parametrize("name", ["LANG", "LC_ALL", "PYTHONUTF8"])
def test_what_an_interpreter_reads_as_it_starts(tmp_path: Path, name: str) -> None:
    """It would be ignored, so it is refused."""
    ran = reconciler_process(tmp_path, "--version", environment={name: "something else"})
    assert ran.code == 1
    assert f"{name} is read when an interpreter starts" in ran.stderr
