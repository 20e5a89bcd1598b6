"""Tells when a document at a revision was written, by git's history of its file."""

from __future__ import annotations

import datetime
import shutil
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from reconciler.desired.git.program import ask_git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base

__all__ = ["DAYS_COMPARED", "written_before"]

DAYS_COMPARED: Final = 30  # what was made longer before the base is not looked up


def written_before(base: Base) -> Callable[[str, datetime.datetime], bool]:
    """Return a function that tells whether the file of a document at the base was last changed before a moment.

    git is asked only for moments of the 30 days before the base. For a later moment the answer is yes, for an earlier
    one no. If git cannot say when a file was changed, the answer is yes: the preset then counts as newly managed, which
    makes guards stricter.
    """

    @cache
    def changed_at(path: str) -> datetime.datetime | None:
        git = shutil.which("git")
        if git is None or base.root is None:
            return None
        return _changed_at(git, base.root, base.revision, path) or _changed_in_submodule(git, base, path)

    def is_before(path: str, moment: datetime.datetime) -> bool:
        if base.committed_at is None or base.committed_at - moment > datetime.timedelta(days=DAYS_COMPARED):
            return False
        if moment > base.committed_at:
            return True
        at = changed_at(path)
        return at is None or moment > at

    return is_before


def _changed_at(git: str, root: Path, revision: str, path: str) -> datetime.datetime | None:
    look = ("--max-count=1", "--first-parent", "--timestamp", revision, "--", path)
    answer = ask_git(git, root, "--literal-pathspecs", "rev-list", *look)
    return datetime.datetime.fromtimestamp(int(answer.split()[0]), datetime.UTC) if answer else None


def _changed_in_submodule(git: str, base: Base, path: str) -> datetime.datetime | None:
    """Return when a path in a submodule was changed, up to the commit that the base has; else null."""
    if base.root is None:
        return None
    for folder in PurePosixPath(path).parents:
        commit = ask_git(git, base.root, "rev-parse", "--verify", "--end-of-options", f"{base.revision}:./{folder}")
        here = base.root / folder
        if commit and (here / ".git").exists():
            return _changed_at(git, here, commit.decode("ascii").strip(), str(PurePosixPath(path).relative_to(folder)))
    return None
