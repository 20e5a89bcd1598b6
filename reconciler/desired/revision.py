"""Asks git which revision the documents come from; it changes nothing and needs no repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.model.documents import Source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ask_git", "describe_source", "read_commits"]

_PATIENCE_SECONDS = 30
# A folder under review may hold what looks like a repository of its own, with settings that run programs.
_CAREFUL = ("-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_DOCUMENTS = ("*.yaml", "*.yml")  # a saved plan or a journal changes no document


def describe_source(root: Path) -> Source:
    """Give the revision checked out in ``root`` and whether its files differ from it.

    Without git, outside a repository, or before the first commit, the revision is null.
    """
    git = shutil.which("git")
    if git is None:
        return Source()
    revision = _ask(git, root, "rev-parse", "--verify", "--quiet", "HEAD")
    if not revision:
        return Source()
    changes = _ask(git, root, "status", "--porcelain", "--untracked-files=all", "--", *_DOCUMENTS)
    # when git cannot tell, the files are taken to differ
    return Source(revision=revision, dirty=changes is None or bool(changes))


def read_commits(root: Path, since: str) -> tuple[str, ...]:
    """Give the commits after ``since`` up to the one checked out in ``root``, the oldest first.

    Raises UsageError when git does not know the revision.
    """
    git = shutil.which("git")
    if git is None:
        raise UsageError("--since needs git, and there is none on this machine")
    named = _ask(git, root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}")
    listed = None if not named else _ask(git, root, "rev-list", "--reverse", f"{named}..HEAD")
    if listed is None:
        raise UsageError(
            f"git knows no commit '{since}' here; name a branch, tag or commit, and fetch it first where the "
            "checkout is shallow"
        )
    return tuple(listed.split())


def _ask(git: str, root: Path, *arguments: str) -> str | None:
    answer = ask_git(git, root, *arguments)
    return None if answer is None else answer.decode("utf-8", "replace").strip()


def ask_git(git: str, root: Path, *arguments: str, told: bytes = b"") -> bytes | None:
    """Ask git, with ``told`` on its stdin; null when it cannot answer."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    try:
        answer = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [git, *_CAREFUL, "-C", str(root), *arguments],
            input=told,
            capture_output=True,
            check=False,
            env=environment,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
