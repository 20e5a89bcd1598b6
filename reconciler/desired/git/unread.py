"""Finds files of a base that may have held a policy, cannot be read, and are not the same now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.desired.git.program import ask_git
from reconciler.desired.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Diagnostic

__all__ = ["Unread", "is_same_now", "moved_settings"]


class Unread:
    """Collects files that may have held a policy that cannot be read."""

    def __init__(self) -> None:
        self._unread: set[str] = set()
        self._possible: set[str] = set()

    def watch(
        self, read: Iterator[tuple[list[LocatedDocument], list[Diagnostic]]]
    ) -> Iterator[tuple[list[LocatedDocument], list[Diagnostic]]]:
        """Yield what is read; remember the files with errors, and those whose documents may be policies."""
        for located, found in read:
            self._unread.update(one.origin.path for one in found if one.severity == "error" and one.origin is not None)
            self._possible.update(one.path for one in located if _may_be_policy(one.data))
            yield located, found

    def names(self, errors: Iterable[Diagnostic]) -> set[str]:
        """Return the files that were not understood and may have held a policy."""
        wrong = {one.origin.path for one in errors if one.origin is not None}
        return self._unread | (wrong & self._possible)


def _may_be_policy(data: object) -> bool:
    """Return whether a document may be a policy: behind a filter, git can hold any text."""
    return not isinstance(data, dict) or data.get("kind") not in [one for one in KINDS if one != "policy"]


def is_same_now(git: str, root: Path, commit: str, name: str) -> bool:
    """Return whether a file or submodule of a commit is the same at HEAD, and is still here."""
    then, now = (
        ask_git(git, root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{one}:./{name}")
        for one in (commit, "HEAD")
    )
    return then is not None and then == now and os.path.lexists(root / name)


def moved_settings(git: str, root: Path, commit: str, file_name: str) -> tuple[str, ...]:
    """Return the paths of settings files that a commit has, anywhere in the repository, and HEAD has not."""
    then, now = (_places(git, root, one, file_name) for one in (commit, "HEAD"))
    return tuple(sorted(then - now))


def _places(git: str, root: Path, commit: str, file_name: str) -> set[str]:
    answer = ask_git(git, root, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    names = (answer or b"").decode("utf-8", "surrogateescape").split("\0")
    return {name for name in names if name.rpartition("/")[2] == file_name}
