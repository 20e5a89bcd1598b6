"""Files that git tracks in a folder: anyone who may send a commit can have written them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from reconciler.desired.git.program import ask_git, why_git_refuses

__all__ = ["find_tracked", "is_refused"]


def find_tracked(root: Path, folder: Path) -> frozenset[str]:
    """Return the names of the files in ``folder`` that git tracks.

    The folder is in the work tree around ``root``, or in a submodule of it. Symbolic links on the way to the folder are
    followed. The result is empty for a folder outside of that work tree, and without git. If git cannot answer for the
    folder, all of its files are returned.
    """
    git = shutil.which("git")
    answer = None if git is None else ask_git(git, root, "rev-parse", "--show-toplevel")
    real = folder.resolve()
    if git is None or answer is None or not real.is_dir():
        return frozenset()
    if not real.is_relative_to(Path(os.fsdecode(answer.removesuffix(b"\n"))).resolve()):
        return frozenset()
    listed = ask_git(git, real, "ls-files", "-z", "--cached", "--", ".")
    if listed is None:
        return frozenset(path.name for path in real.iterdir())
    return frozenset(os.fsdecode(name) for name in listed.split(b"\0") if name)


def is_refused(folder: Path) -> bool:
    """Return whether git does not trust the repository around a folder, so that nobody knows what it tracks."""
    git = shutil.which("git")
    return git is not None and why_git_refuses(git, folder) is not None
