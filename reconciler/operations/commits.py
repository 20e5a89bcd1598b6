"""Finds the commits that wait to be applied, by their statuses on the forge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.git.revision import read_history, require_whole_history
from reconciler.model.review import BEGUN, NOT_PROVED, NOT_TRIED, apply_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.forge import Forge
    from reconciler.model.review import CommitStatus
    from reconciler.operations.workspace import Workspace

__all__ = ["MOST_COMMITS", "WaitingCommits", "find_waiting", "proved_status"]

MOST_COMMITS = 200


class WaitingCommits(msgspec.Struct, frozen=True, kw_only=True):
    """The commits after ``since``, the last one known as applied, the oldest first.

    If none is known (``since`` is null), ``commits`` is the one checked out. ``looked_at`` counts the commits whose
    statuses were read. ``failed`` are commits at which an apply that may have written did not end well. ``strangers``
    are the accounts of apply statuses that do not count.
    """

    since: str | None
    commits: tuple[str, ...]
    failed: frozenset[str] = frozenset()
    looked_at: int = 0
    strangers: tuple[str, ...] = ()


def proved_status(history: Sequence[CommitStatus]) -> CommitStatus | None:
    """Return the newest apply status of a commit that tells of a write, done or maybe done.

    ``history`` has the newest first. The status of a run that wrote nothing is skipped, with its mark that it began.
    """
    later_untried = False
    for one in history:
        untried = one.description.startswith((NOT_TRIED, NOT_PROVED)) and one.state != "success"
        if untried:
            later_untried = True
        elif later_untried and one.description.startswith(BEGUN):
            later_untried = False
        else:
            return one
    return None


def find_waiting(forge: Forge, workspace: Workspace) -> WaitingCommits:
    """Look for the newest commit with a successful apply status; raises UsageError where git cannot tell.

    It raises too if the history ends at the boundary of a shallow clone.
    """
    context = apply_context(workspace.settings.company_id)
    history = read_history(workspace.root, None, most=MOST_COMMITS)
    failed: set[str] = set()
    strangers: dict[str, None] = {}
    for index, commit in enumerate(history):
        # of our own account alone: who may set a plan's status may not say what was applied
        found = forge.status(commit, context)
        strangers.update(dict.fromkeys(found.strangers))
        status = proved_status(found.history)
        if status is None:
            continue
        if status.state == "success":
            waiting = tuple(reversed(history[:index]))
            return WaitingCommits(since=commit, commits=waiting, failed=frozenset(failed), looked_at=index + 1)
        failed.add(commit)
    if len(history) < MOST_COMMITS:
        require_whole_history(workspace.root, history)
    return WaitingCommits(
        since=None, commits=history[:1], failed=frozenset(failed), looked_at=len(history), strangers=tuple(strangers)
    )
