"""Runs git, with no secret in its environment and no program of the repository; nothing else here starts it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["ask_git", "why_git_refuses"]

_PATIENCE_SECONDS = 30
_LARGEST_ANSWER = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
_MOST_SETTINGS = 100
# A folder under review may hold what looks like a repository of its own, and any repository has settings that start
# programs. Commands that run filters, text conversion or external diffs (status, diff, add) are not used at all.
_CAREFUL = (
    "--no-pager",
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "protocol.allow=never"),
)
# git gets no variable that is not named here: credentials are in the environment of a pipeline
_PASSED_ON = frozenset(
    {
        "PATH",
        "HOME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "USER",
        "LOGNAME",
        "SUDO_UID",  # git compares it with the owner of the folder
        "LANG",
        "LANGUAGE",
        "TMPDIR",
        "TEMP",
        "TMP",
        "XDG_CONFIG_HOME",
        "SYSTEMROOT",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
    }
)
_FIXED = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",  # for versions of git that do not know the line above
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


def ask_git(git: str, root: Path, *arguments: str, told: bytes = b"") -> bytes | None:
    """Run git, with ``told`` on its stdin; nothing else in this package starts it.

    git gets no credentials from the environment, fetches nothing, and runs no hook. It has 30 seconds and 256 MiB of
    output. Returns null when it fails, or takes more.
    """
    code, answer = _run(git, root, *arguments, told=told)
    return answer if code == 0 else None


def why_git_refuses(git: str, root: Path) -> str | None:
    """Return what to do if git does not trust a folder because it belongs to somebody else; else null."""
    _, answer = _run(git, root, "rev-parse", "--git-dir", also_stderr=True)
    if b"dubious ownership" not in answer:
        return None
    return (
        f"git does not trust {root}, because the folder belongs to somebody else (dubious ownership): run "
        f"'git config --global --add safe.directory {root.resolve()}', or check it out as the user of this run"
    )


def _run(
    git: str, root: Path, *arguments: str, told: bytes = b"", also_stderr: bool = False
) -> tuple[int | None, bytes]:
    """Run git and return its code and output.

    The code is null if git did not start or answered too much.
    """
    environment = os.environ  # noqa: TID251 - git is a program of this machine; most of it is withheld
    passed_on = {name: value for name, value in environment.items() if name in _PASSED_ON or name.startswith("LC_")}
    if also_stderr:
        passed_on |= {"LC_ALL": "C", "LANGUAGE": ""}  # git speaks the language of the user
    with _stdin(told) as stdin:
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell
                [git, *_CAREFUL, *_trusted(environment), "-C", str(root), *arguments],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if also_stderr else subprocess.DEVNULL,
                env={**passed_on, **_FIXED},
                start_new_session=True,
            )
        except (OSError, ValueError):  # a revision out of a file can hold what no argument may, such as a null byte
            return None, b""
        return _answer(process)


def _trusted(environment: Mapping[str, str]) -> list[str]:
    """Return the folders that the environment lets git trust, as options; no other setting of it is passed on."""
    count = environment.get("GIT_CONFIG_COUNT", "")
    found: list[str] = []
    for number in range(min(int(count), _MOST_SETTINGS) if count.isdecimal() else 0):
        if environment.get(f"GIT_CONFIG_KEY_{number}", "").lower() == "safe.directory":
            found += ["-c", f"safe.directory={environment.get(f'GIT_CONFIG_VALUE_{number}', '')}"]
    return found


@contextlib.contextmanager
def _stdin(told: bytes) -> Iterator[IO[bytes] | int]:
    """Yield a file with these bytes, for stdin.

    A pipe would block both sides if git answers before it has read everything.
    """
    if not told:
        yield subprocess.DEVNULL
        return
    with _unnamed_file() as file:
        file.write(told)
        file.seek(0)
        yield file


def _unnamed_file() -> IO[bytes]:
    """Return a file that only this process and those that it starts have; in memory, where the system knows that."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("stdin"), "w+b")
    import tempfile  # noqa: PLC0415 - start-up is measured, and few systems need it

    return tempfile.TemporaryFile()


def _answer(process: subprocess.Popen[bytes]) -> tuple[int | None, bytes]:
    """Return the code and the output of a process.

    A process that takes too long or answers too much is ended, with all that it started. Its code is then negative or
    null.
    """
    timer = threading.Timer(_PATIENCE_SECONDS, _end, (process,))
    timer.start()
    parts: list[bytes] = []
    size = 0
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        with process.stdout as stdout:
            while size <= _LARGEST_ANSWER and (part := stdout.read1(_CHUNK)):  # type: ignore[attr-defined]
                parts.append(part)
                size += len(part)
        if size <= _LARGEST_ANSWER:
            process.wait()
    finally:
        timer.cancel()
        if process.returncode is None:
            _end(process)
            process.wait()
    return (process.returncode if size <= _LARGEST_ANSWER else None), b"".join(parts)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
