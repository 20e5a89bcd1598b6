"""Compares files of the work tree with those of the commit that is checked out; nothing is written."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from reconciler.desired.git.revision import find_revision, folder_in_work_tree
from reconciler.desired.git.tree import read_contents, read_tree
from reconciler.errors import UsageError
from reconciler.model.proposal import ProposedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["read_changed_files"]


def read_changed_files(
    root: Path, contents: Mapping[str, bytes], is_ours: Callable[[str], bool]
) -> tuple[str, tuple[ProposedFile, ...]]:
    """Return the commit that is checked out, and the files that differ from it.

    ``contents`` are files by their path below ``root``. A file of the commit goes if it is not among them and
    ``is_ours``. Raises UsageError where there is no commit, or where a content is not UTF-8.
    """
    git = shutil.which("git")
    commit = None if git is None else find_revision(git, root)
    if git is None or commit is None:
        raise UsageError(f"{root} is in no git repository with a commit, so there is nothing to propose a change of")
    tree = read_tree(git, root, commit)
    there = {name: entry for name, entry in tree.entries.items() if name in contents or is_ours(name)}
    before = read_contents(git, root, there)
    folder = folder_in_work_tree(root)
    changed = [
        ProposedFile(path=f"{folder}{name}", text=content.decode("utf-8"), is_there=name in before)
        for name, content in contents.items()
        if before.get(name) != content
    ]
    changed += [
        ProposedFile(path=f"{folder}{name}", text=None, is_there=True) for name in before if name not in contents
    ]
    return commit, tuple(sorted(changed, key=lambda one: one.path))
