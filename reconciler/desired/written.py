"""Tells when a document at a revision was written, by git's history of its file."""

from __future__ import annotations

import datetime
import shutil
from functools import cache
from typing import TYPE_CHECKING, Final

from reconciler.desired.git import ask_git

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.desired.base import Base

__all__ = ["DAYS_COMPARED", "written_before"]

DAYS_COMPARED: Final = 30  # what was made longer before the base is not looked up


def written_before(base: Base) -> Callable[[str, datetime.datetime], bool]:
    """Return what tells whether the file of a document at the base was last changed before a moment.

    That is asked of git only for moments of the 30 days before the base: later ones are after every file.
    """

    @cache
    def changed_at(path: str) -> datetime.datetime | None:
        git = shutil.which("git")
        look = ("--max-count=1", "--first-parent", "--timestamp", base.revision, "--", path)
        answer = (
            None
            if git is None or base.root is None
            else ask_git(git, base.root, "--literal-pathspecs", "rev-list", *look)
        )
        return datetime.datetime.fromtimestamp(int(answer.split()[0]), datetime.UTC) if answer else None

    def is_before(path: str, moment: datetime.datetime) -> bool:
        if base.committed_at is None or base.committed_at - moment > datetime.timedelta(days=DAYS_COMPARED):
            return False
        if moment > base.committed_at:
            return True
        at = changed_at(path)
        return at is not None and moment > at

    return is_before
