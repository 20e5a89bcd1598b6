"""Asks git for commits and what they changed; it changes nothing and needs no repository."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

from reconciler.desired.repository import is_document, may_hold_documents
from reconciler.errors import UsageError
from reconciler.model.exclusion import Exclusion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "LINK",
    "SUBMODULE",
    "ask_git",
    "find_revision",
    "folder_in_work_tree",
    "read_changed_documents",
    "read_history",
    "require_whole_history",
    "why_git_refuses",
]

LINK = "120000"
SUBMODULE = "160000"

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
_FETCH_WHOLE = "fetch the whole history (git fetch --unshallow; in a pipeline fetch-depth: 0, or GIT_DEPTH: 0)"


def find_revision(git: str, root: Path) -> str | None:
    """Return the commit checked out in ``root``; null outside a repository and before the first commit.

    git is not started where no folder from ``root`` up has a ``.git``: it would find no repository either, as it gets
    no ``GIT_DIR``.
    """
    here = Path(root).resolve()
    if not any(os.path.lexists(folder / ".git") for folder in (here, *here.parents)):
        return None
    return _ask(git, root, "rev-parse", "--verify", "--quiet", "HEAD") or None


def read_history(root: Path, since: str | None, *, most: int | None = None) -> tuple[str, ...]:
    """Return the commits up to the one checked out in ``root``, the newest first, each merge with its first parent.

    Args:
        root: A folder of the repository.
        since: The commit before the first of them; null for all.
        most: How many at the most. A history that is shorter may have been cut off by a shallow clone: whoever needs
            all of it asks ``require_whole_history``.

    Raises:
        UsageError: git cannot tell, or the clone is shallow and ends before ``since``, or before the first commit.

    """
    git = shutil.which("git")
    if git is None:
        raise UsageError("this needs git, and there is none on this machine")
    first, named = "HEAD", None
    if since is not None:
        named = _ask(git, root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}")
        if not named:
            refusal = why_git_refuses(git, root)
            raise UsageError(
                refusal
                or f"git knows no commit '{since}' here; name a branch, tag or commit, and fetch it first where the "
                "checkout is shallow"
            )
        first = f"{named}..HEAD"
    limit = () if most is None else (f"--max-count={most}",)
    listed = _ask(git, root, "rev-list", "--first-parent", *limit, first)
    if listed is None:
        refusal = why_git_refuses(git, root)
        raise UsageError(refusal or f"git has no history in {root}; commit first, or fetch it whole")
    history = tuple(listed.split())
    if most is None:
        _require_whole(git, root, history, named)
    return history


def require_whole_history(root: Path, history: Sequence[str]) -> None:
    """Raise UsageError where the oldest of these commits (the last) is where a shallow clone ends."""
    git = shutil.which("git")
    if git is not None:
        _require_whole(git, root, history, None)


def _require_whole(git: str, root: Path, history: Sequence[str], since: str | None) -> None:
    """Refuse a walk that ended because git has no more, unless the next commit is ``since``."""
    if not history:
        return
    oldest = history[-1]
    seen = _ask(git, root, "rev-list", "--max-count=1", "--parents", oldest)
    written = ask_git(git, root, "cat-file", "commit", oldest)
    if seen is None or written is None:
        raise UsageError(f"git cannot show the commit {oldest[:12]}; look at 'git fsck'")
    head = written.split(b"\n\n", 1)[0].decode("utf-8", "replace")
    parents = [line.removeprefix("parent ") for line in head.splitlines() if line.startswith("parent ")]
    if parents and seen.split() == [oldest] and parents[0] != since:
        raise UsageError(f"this clone is shallow and its history ends at {oldest[:12]}: {_FETCH_WHOLE}")


def read_changed_documents(root: Path, commit: str, *, settings: str = "reconciler.yaml") -> bool:
    """Return whether a commit changed any document below ``root``, against its first parent; in doubt it did.

    Content, executable bit and kind of a document count, links and submodules of any name that is not hidden, and
    every file where a document is a link, because the link may lead to it. At the end of a shallow clone every
    document counts as changed.
    """
    git = shutil.which("git")
    if git is None:
        return True
    # what 'ignore' of .gitmodules says must not hide a submodule
    look = ("--raw", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    commits = ("--root", "-r", "-m", "--first-parent", "--no-commit-id", "-z", "--relative", commit)
    answer = ask_git(git, root, "diff-tree", *look, *commits)
    if answer is None:
        return True
    changes = list(_changes(answer))
    if any(_counts(modes, name, settings) for modes, name in changes):
        return True
    return bool(changes) and _has_linked_documents(git, root, commit)


def _changes(answer: bytes) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the modes before and after of each file that changed, and its name."""
    parts = iter(answer.decode("utf-8", "surrogateescape").split("\0"))
    for about in parts:
        if about.startswith(":"):
            before, after = about[1:].split(" ")[:2]
            yield (before, after), next(parts)


def _counts(modes: tuple[str, str], name: str, settings: str) -> bool:
    if LINK in modes or SUBMODULE in modes:
        return may_hold_documents(name, Exclusion()) or name == settings
    return is_document(name, Exclusion()) or name == settings


def _has_linked_documents(git: str, root: Path, commit: str) -> bool:
    listed = ask_git(git, root, "ls-tree", "-r", "-z", commit)
    if listed is None:
        return True
    lines = (line.partition("\t") for line in listed.decode("utf-8", "surrogateescape").split("\0"))
    return any(about.startswith(f"{LINK} ") and is_document(name, Exclusion()) for about, _, name in lines)


def folder_in_work_tree(root: Path) -> str:
    """Return the way from the root of the git work tree to ``root``, such as ``teams/approvals/``.

    It is empty at that root, without git, outside a work tree, and where git does not trust the folder.
    """
    git = shutil.which("git")
    answer = None if git is None else ask_git(git, root, "rev-parse", "--show-prefix")
    return "" if answer is None else os.fsdecode(answer.removesuffix(b"\n"))


def _ask(git: str, root: Path, *arguments: str) -> str | None:
    answer = ask_git(git, root, *arguments)
    return None if answer is None else answer.decode("utf-8", "replace").strip()


def ask_git(git: str, root: Path, *arguments: str, told: bytes = b"") -> bytes | None:
    """Run git, with ``told`` on its stdin; nothing else in this package starts it.

    git gets no credentials from the environment, fetches nothing, and runs no hook. It has 30 seconds and 256 MiB of
    output. Returns null when it fails, or takes more.
    """
    code, answer = _run(git, root, *arguments, told=told)
    return answer if code == 0 else None


def why_git_refuses(git: str, root: Path) -> str | None:
    """Return what to tell where git does not trust a folder because it belongs to somebody else; else null."""
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
    """Run git and return its code, null where it could not start or was ended, and what it said."""
    passed_on = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("LC_")}
    if also_stderr:
        passed_on |= {"LC_ALL": "C", "LANGUAGE": ""}  # git speaks the language of the user
    with _stdin(told) as stdin:
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell
                [git, *_CAREFUL, *_trusted(os.environ), "-C", str(root), *arguments],
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
    """Yield a file to read these bytes from; a pipe would block both sides where git answers before it has read all."""
    if not told:
        yield subprocess.DEVNULL
        return
    import tempfile  # noqa: PLC0415 - start-up is measured

    with tempfile.TemporaryFile() as file:
        file.write(told)
        file.seek(0)
        yield file


def _answer(process: subprocess.Popen[bytes]) -> tuple[int | None, bytes]:
    """Read what a process answers, and end it with all that it started when that takes too long or too much.

    Its code is null where it was ended.
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
