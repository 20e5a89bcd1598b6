"""Runs programs that decide: only from named folders, without a shell, within bounds of time and output."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from reconciler.routing.program_answer import LARGEST_ANSWER, ProgramFailedError, read_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.model.routed import ProgramAnswer

__all__ = [
    "FOLDERS_VARIABLE",
    "PROGRAM_SECONDS",
    "DecisionStoppedError",
    "find_program",
    "named_folders",
    "run_program",
]

FOLDERS_VARIABLE: Final = "RECONCILER_DECIDE_PATH"
PROGRAM_SECONDS: Final = 10.0
_PASSED_ON = ("PATH", "HOME", "LANG")
_CHUNK = 8192
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")  # a text would be compared as text


class DecisionStoppedError(Exception):
    """Nothing is decided any more: this process is to end, or to read other documents."""


def named_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the folders that may hold programs, as the environment names them; a request names none."""
    return tuple(Path(one) for one in environment.get(FOLDERS_VARIABLE, "").split(os.pathsep) if one.startswith("/"))


def find_program(named: str, folders: Iterable[Path]) -> Path:
    """Return the real file of a program, below one of the folders; raises ProgramFailedError for any other."""
    program = Path(named)
    try:
        real = program.resolve(strict=True)
        roots = [folder.resolve(strict=True) for folder in folders if folder.is_dir()]
    except (OSError, RuntimeError, ValueError):
        raise ProgramFailedError(f"the program {named} is not there: install it, or correct the path") from None
    if not any(real.is_relative_to(root) for root in roots):
        raise ProgramFailedError(
            f"the program {named} is in no folder of {FOLDERS_VARIABLE}: name its folder in the environment of route"
        )
    if not real.is_file() or not os.access(real, os.X_OK):
        raise ProgramFailedError(f"{named} is not a program that can be run: make it executable")
    return real


def run_program(
    command: Sequence[str],
    facts: Mapping[str, Any],
    folders: Iterable[Path],
    environment: Mapping[str, str],
    seconds: float = PROGRAM_SECONDS,
    stopped: Callable[[], bool] = lambda: False,
) -> ProgramAnswer:
    """Run a program with the facts as JSON, and return its answer.

    It gets PATH, HOME and LANG of the environment, and nothing else. Everything that it started ends with it. Raises
    ProgramFailedError if it cannot be run, fails, takes too long or prints anything but one answer. Raises
    DecisionStoppedError once ``stopped`` says that this process is to end: nothing is decided.
    """
    real = find_program(command[0], folders)
    passed_on = {name: environment[name] for name in _PASSED_ON if name in environment}
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell, and from a named folder
            [str(real), *command[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=passed_on,
            cwd="/",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ProgramFailedError(f"{command[0]} cannot be run: {reason}") from None
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    try:
        printed = _exchange(process, process.stdin, process.stdout, _ENCODER.encode(facts), _Limit(seconds, stopped))
    finally:
        _end(process)
    if process.returncode != 0:
        raise ProgramFailedError(f"{command[0]} failed (exit code {process.returncode})")
    return read_answer(printed)


class _Limit:
    """The time that a program may take, and whether this process is to end."""

    def __init__(self, seconds: float, stopped: Callable[[], bool]) -> None:
        self._seconds = seconds
        self._ends_at = time.monotonic() + seconds
        self._stopped = stopped

    def slice(self) -> float:
        """Return the seconds of the next wait; raises once the time is over, or this process is to end."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise ProgramFailedError(f"the program took longer than {self._seconds:g} s")
        if self._stopped():
            raise DecisionStoppedError
        return min(left, 0.1)


def _exchange(
    process: subprocess.Popen[bytes], stdin: IO[bytes], stdout: IO[bytes], given: bytes, limit: _Limit
) -> bytes:
    """Write what a program may read, and read what it prints until it ends; neither waits for the other."""
    printed = bytearray()
    with selectors.DefaultSelector() as selector:
        for stream, events in ((stdin, selectors.EVENT_WRITE), (stdout, selectors.EVENT_READ)):
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, events)
        while selector.get_map():
            for key, _ in selector.select(limit.slice()):
                if key.fileobj is stdin:
                    given = given[_written(stdin, given) :]
                    if not given:
                        selector.unregister(stdin)
                        stdin.close()
                elif not _read(stdout, printed):
                    selector.unregister(stdout)
            # something that it started may keep its output open: the program itself has ended
            if process.poll() is not None:
                _read_rest(stdout, printed)
                break
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(limit.slice())
    return bytes(printed)


def _written(stdin: IO[bytes], given: bytes) -> int:
    """Write what fits; a program that reads nothing loses the rest."""
    try:
        return os.write(stdin.fileno(), given[:_CHUNK])
    except BlockingIOError:
        return 0
    except OSError:
        return len(given)


def _read(stdout: IO[bytes], printed: bytearray) -> bool:
    """Read what is there; return whether there may be more."""
    try:
        chunk = os.read(stdout.fileno(), _CHUNK)
    except BlockingIOError:
        return False
    printed += chunk
    if len(printed) > LARGEST_ANSWER:
        raise ProgramFailedError(f"the program printed more than {LARGEST_ANSWER // 1024} KiB")
    return bool(chunk)


def _read_rest(stdout: IO[bytes], printed: bytearray) -> None:
    while _read(stdout, printed):
        pass


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and everything in its session."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
