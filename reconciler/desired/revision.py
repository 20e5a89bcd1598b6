"""Asks git where the documents stand, and at which revision; it changes nothing and needs no repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.model.documents import Source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ask_git", "describe_source", "folder_in_work_tree", "read_changed_documents", "read_history"]

_PATIENCE_SECONDS = 30
# A folder under review may hold what looks like a repository of its own, with settings that run programs.
_CAREFUL = ("-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_DOCUMENTS = ("*.yaml", "*.yml")  # a saved plan or a journal changes no document
_NOT_HIDDEN = ":(exclude,glob)**/.*/**"  # a pipeline is no document either


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
    changes = _ask(git, root, "status", "--porcelain", "--untracked-files=all", "--", *_DOCUMENTS, _NOT_HIDDEN)
    # when git cannot tell, the files are taken to differ
    return Source(revision=revision, dirty=changes is None or bool(changes))


def read_history(root: Path, since: str | None, *, most: int | None = None) -> tuple[str, ...]:
    """Give the commits up to the one checked out in ``root``, the newest first, each merge with its first parent.

    ``since`` names the commit before the first of them, ``most`` how many at the most. Raises UsageError where git
    cannot tell.
    """
    git = shutil.which("git")
    if git is None:
        raise UsageError("this needs git, and there is none on this machine")
    first = "HEAD"
    if since is not None:
        named = _ask(git, root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}")
        if not named:
            raise UsageError(
                f"git knows no commit '{since}' here; name a branch, tag or commit, and fetch it first where the "
                "checkout is shallow"
            )
        first = f"{named}..HEAD"
    limit = () if most is None else (f"--max-count={most}",)
    listed = _ask(git, root, "rev-list", "--first-parent", *limit, first)
    if listed is None:
        raise UsageError(f"git has no history in {root}; commit first, or fetch it whole")
    return tuple(listed.split())


def read_changed_documents(root: Path, commit: str) -> bool:
    """Tell whether a commit changed any document below ``root``, against its first parent; in doubt it did."""
    git = shutil.which("git")
    if git is None:
        return True
    look = ("diff-tree", "--root", "-r", "-m", "--first-parent", "--name-only", "--no-commit-id", "-z", "--relative")
    # a document may be a link to a file of any name: where there is one, every file counts
    listed = ask_git(git, root, "ls-tree", "-r", "-z", commit)
    has_links = listed is None or any(line.startswith(b"120000 ") for line in listed.split(b"\0"))
    counting = () if has_links else ("--", *_DOCUMENTS, _NOT_HIDDEN)
    changed = ask_git(git, root, *look, commit, *counting)
    return changed is None or bool(changed.strip(b"\0\n"))


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
