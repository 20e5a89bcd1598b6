"""Asks git where the documents stand, and at which revision; it changes nothing and needs no repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from reconciler.model.documents import Source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ask_git", "describe_source", "folder_in_work_tree"]

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


def folder_in_work_tree(root: Path) -> str:
    """Give the way from the root of the git work tree to ``root``, such as ``teams/approvals/``.

    It is empty at that root, without git, outside a work tree, and where git does not trust the folder.
    """
    git = shutil.which("git")
    answer = None if git is None else ask_git(git, root, "rev-parse", "--show-prefix")
    return "" if answer is None else os.fsdecode(answer.removesuffix(b"\n"))


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
