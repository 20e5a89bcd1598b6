"""Runs the real command line in a process of its own, and makes its output comparable."""

from __future__ import annotations

import gc
import io
import logging
import os
import re
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.cli import run
from tests.support.started import Started
from tests.support.starting import address as forking

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

__all__ = ["Ran", "clean_environment", "reconciler", "reconciler_here", "reconciler_process"]

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
_PATIENCE_SECONDS = 300  # a bound for what hangs; a busy machine is slow


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
    """Run ``reconciler`` in a folder, in this process; ``texts`` may hold what is typed (``typed=``).

    It has an environment, a folder and streams of its own, and nobody at a terminal. What the process itself is tested
    for, such as signals and crashes, needs ``reconciler_process``.
    """
    typed = io.TextIOWrapper(io.BytesIO(texts.get("typed", "").encode()), encoding="utf-8")
    told, said = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    with _own_process(folder, {**clean_environment(), **(environment or {})}):
        sys.stdin, sys.stdout, sys.stderr = typed, told, said
        code = run(arguments)
        for stream in {sys.stdout, sys.stderr} - {told, said}:
            stream.close()  # such as what stands for a stream whose reader went away
    texts_of = []
    for stream in (told, said):
        stream.flush()
        texts_of.append(stream.detach().getvalue().decode().replace(str(folder), "<folder>"))
    return Ran(code, *texts_of)


@contextmanager
def _own_process(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Let what a command does to this process end with it."""
    streams, thresholds = (sys.stdin, sys.stdout, sys.stderr), gc.get_threshold()
    before, here = dict(os.environ), Path.cwd()
    handlers, level = logging.root.handlers[:], logging.getLogger("httpx").level
    try:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of libraries, as any process does
            yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        os.environ.clear()
        os.environ.update(before)
        os.chdir(here)
        gc.set_threshold(*thresholds)
        logging.root.handlers[:] = handlers
        logging.getLogger("httpx").setLevel(level)


def reconciler_process(folder: Path, *arguments: str, environment: dict[str, str] | None = None, **texts: str) -> Ran:
    """Run ``reconciler`` in a folder, as a process of its own; ``texts`` may hold what is typed (``typed=``)."""
    with ThreadPoolExecutor(3) as threads:
        (typed, typing), (told, telling), (said, saying) = os.pipe(), os.pipe(), os.pipe()
        streams = typed, telling, saying
        started = Started(forking(), folder, arguments, {**clean_environment(), **(environment or {})}, streams)
        for descriptor in streams:
            os.close(descriptor)
        threads.submit(_write, typing, texts.get("typed", ""))
        stdout, stderr = threads.submit(_read, told), threads.submit(_read, said)
        code = started.wait(_PATIENCE_SECONDS)
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
