"""Runs the real command line in a process of its own, and makes its output comparable."""

from __future__ import annotations

import gc
import io
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from reconciler.cli import run
from tests.support.started import Started
from tests.support.starting import address as forking

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

__all__ = ["Ran", "clean_environment", "reconciler", "reconciler_here"]

_CHANGING = (
    (re.compile(r"in \d+\.\d s\b"), "in <seconds> s"),
    (re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}"), "<run>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<moment>"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://<sandbox>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
    (re.compile(r"documents at [0-9a-f]{12}"), "documents at <revision>"),
    (re.compile(r"\b(base|that|at) [0-9a-f]{12}\b"), r"\1 <revision>"),
    (re.compile(r'"seconds": [\d.]+'), '"seconds": "<seconds>"'),
    (re.compile(r'"revision": "[0-9a-f]{40}"'), '"revision": "<revision>"'),
    (re.compile(r"(allow_removals: \d+, until: )\d{4}-\d\d-\d\d"), r"\1<in two weeks>"),
)


class Ran(NamedTuple):
    """What one command line did; ``shown`` is what a person saw, without what changes from run to run."""

    code: int
    stdout: str
    stderr: str

    @property
    def shown(self) -> str:
        """Return exit code and both streams as one comparable text."""
        text = f"exit {self.code}\n--- stdout\n{self.stdout}--- stderr\n{self.stderr}"
        for pattern, word in _CHANGING:
            text = pattern.sub(word, text)
        return text


def clean_environment() -> dict[str, str]:
    """Return the environment without anything that would lead a command elsewhere."""
    refused = (
        "RECONCILER_", "GIT_", "HTTP", "http", "ALL_PROXY", "all_proxy", "NO_COLOR", "FORCE_COLOR",
        "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD",
    )  # fmt: skip
    return {name: value for name, value in os.environ.items() if not name.startswith(refused)}


def reconciler(folder: Path, *arguments: str, environment: dict[str, str] | None = None, **texts: str) -> Ran:
    """Run ``reconciler`` in a folder; ``texts`` may hold what is typed (``typed=``)."""
    with ThreadPoolExecutor(3) as threads:
        (typed, typing), (told, telling), (said, saying) = os.pipe(), os.pipe(), os.pipe()
        streams = typed, telling, saying
        started = Started(forking(), folder, arguments, {**clean_environment(), **(environment or {})}, streams)
        for descriptor in streams:
            os.close(descriptor)
        threads.submit(_write, typing, texts.get("typed", ""))
        stdout, stderr = threads.submit(_read, told), threads.submit(_read, said)
        code = started.wait(60)
    here = str(folder)
    return Ran(code, stdout.result().replace(here, "<folder>"), stderr.result().replace(here, "<folder>"))


def _write(descriptor: int, text: str) -> None:
    """Write all of a text, or as much as is wanted."""
    with suppress(BrokenPipeError), os.fdopen(descriptor, "w") as stream:
        stream.write(text)


def _read(descriptor: int) -> str:
    """Return all that comes until the end."""
    with os.fdopen(descriptor) as stream:
        return stream.read()


def reconciler_here(
    folder: Path,
    *arguments: str,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Ran:
    """Run the command line in this process, as in a folder and an environment of its own, and nobody to ask.

    For what ends early: it spares the start of an interpreter, and shows the same.
    """
    thresholds = gc.get_threshold()
    capsys.readouterr()
    with monkeypatch.context() as patched:
        for name in os.environ.keys() - clean_environment().keys():
            patched.delenv(name)
        for name, value in environment.items():
            patched.setenv(name, value)
        patched.setattr(sys, "stdin", io.StringIO())
        patched.chdir(folder)
        code = run(arguments)
    gc.set_threshold(*thresholds)
    told = capsys.readouterr()
    return Ran(code, told.out.replace(str(folder), "<folder>"), told.err.replace(str(folder), "<folder>"))
