"""Finds the revision that held some days ago, and the overrides of all commits since."""

from __future__ import annotations

import datetime
import shutil
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.git.base_revision import read_documents_at
from reconciler.desired.git.program import ask_git
from reconciler.desired.git.revision import require_whole_history
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from reconciler.model.policy import Override

__all__ = ["DatedCommit", "Earlier", "find_earlier", "read_overrides_since"]

_MOST_COMMITS = 20_000
_MOST_POLICIES = 50  # each is read out of git


class DatedCommit(NamedTuple):
    """A commit, and the latest day (UTC) among it and all commits before it.

    So a date that was set back has no effect.
    """

    name: str
    day: datetime.date


class Earlier(NamedTuple):
    """The revision that held before the days asked for, and the commits since, the newest first.

    ``unknown`` says why the revision is not known; null where it is known.
    """

    revision: str | None
    since: tuple[DatedCommit, ...] = ()
    unknown: str | None = None


def find_earlier(root: Path, revision: str, moment: datetime.datetime) -> Earlier:
    """Return the revision that held at a moment, along the first parents of ``revision``.

    It is the commit before the oldest commit that was made after the moment. If all were made after it, it is the first
    commit of all. If none was, it is ``revision`` itself. A date that was set back does not shorten the days: older
    commits keep theirs.
    """
    git = shutil.which("git")
    listed = None
    if git is not None:
        limit = ("--first-parent", "--timestamp", f"--max-count={_MOST_COMMITS}")
        listed = ask_git(git, root, "rev-list", *limit, "--end-of-options", revision)
    lines = [line.split() for line in (listed or b"").decode("ascii").splitlines()]
    commits = [(int(at), name) for at, name in lines]
    if not commits:
        return Earlier(None, unknown="git cannot show the history")
    newer = [number for number, (at, _) in enumerate(commits) if at > moment.timestamp()]
    if not newer:
        return Earlier(revision)
    dated = _dated(commits)
    last = newer[-1] + 1
    if last < len(dated):
        return Earlier(dated[last].name, dated[:last])
    try:
        require_whole_history(root, tuple(one.name for one in dated))
    except UsageError as error:
        return Earlier(None, unknown=error.message)
    return Earlier(dated[-1].name, dated[:-1])


def _dated(commits: Sequence[tuple[int, str]]) -> tuple[DatedCommit, ...]:
    """Return commits (the newest first) with their days, none before that of an older one."""
    latest = 0
    found = []
    for at, name in reversed(commits):
        latest = max(latest, at)
        found.append(DatedCommit(name, datetime.datetime.fromtimestamp(latest, datetime.UTC).date()))
    return tuple(reversed(found))


def read_overrides_since(root: Path, commits: Collection[str], paths: Collection[str]) -> list[Override]:
    """Return the overrides of policies at these paths in each of the commits that changed one of them.

    Only the newest 50 such commits are read: an override that is not read lifts nothing.
    """
    git = shutil.which("git")
    if git is None or not commits or not paths:
        return []
    newest, oldest = next(iter(commits)), list(commits)[-1]
    look = ("--first-parent", f"--max-count={_MOST_POLICIES}", newest, f"^{oldest}^@")
    answer = ask_git(git, root, "--literal-pathspecs", "rev-list", *look, "--", *sorted(paths))
    found: list[Override] = []
    for commit in (answer or b"").decode("ascii").split():
        found.extend(read_documents_at(git, root, commit, paths).policy.overrides)
    return found
