"""The condition of a clone: what git knows here, and what commands that compare revisions will miss."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.git.program import ask_git, why_git_refuses
from reconciler.desired.git.revision import find_revision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["CloneCondition", "describe_clone"]


class CloneCondition(NamedTuple):
    """A clone: ``refusal`` says why git does not trust the folder, ``revision`` is null before the first commit.

    ``remote`` is ``origin``, or else the first remote. ``base`` is the first wanted branch of it that git has here.
    ``missing`` is the first wanted branch, if git has none of them. Each is null where there is none.
    """

    has_git: bool = False
    is_work_tree: bool = False
    refusal: str | None = None
    revision: str | None = None
    is_shallow: bool = False
    remote: str | None = None
    base: str | None = None
    missing: str | None = None


def describe_clone(root: Path, branches: Sequence[str]) -> CloneCondition:
    """Return what git knows around a folder; ``branches`` are wanted of its remote, the first one found counts."""
    git = shutil.which("git")
    if git is None:
        return CloneCondition()
    if ask_git(git, root, "rev-parse", "--is-inside-work-tree") != b"true\n":
        return CloneCondition(has_git=True, refusal=why_git_refuses(git, root))
    remotes = (ask_git(git, root, "remote") or b"").decode("utf-8", "replace").split()
    remote = "origin" if "origin" in remotes else next(iter(remotes), None)
    wanted = [] if remote is None else [f"{remote}/{branch}" for branch in branches]
    base = next((one for one in wanted if _is_commit(git, root, f"refs/remotes/{one}")), None)
    return CloneCondition(
        has_git=True,
        is_work_tree=True,
        revision=find_revision(git, root),
        is_shallow=ask_git(git, root, "rev-parse", "--is-shallow-repository") == b"true\n",
        remote=remote,
        base=base,
        missing=wanted[0] if wanted and base is None else None,
    )


def _is_commit(git: str, root: Path, name: str) -> bool:
    return ask_git(git, root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}") is not None
