"""Which commits wait to be applied, as the statuses on the forge tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.commands.trusted_accounts import trusted_before
from reconciler.desired import read_history, require_whole_history
from reconciler.model.review import NOT_PROVED, NOT_TRIED, apply_context

if TYPE_CHECKING:
    from reconciler.commands.workspace import Workspace
    from reconciler.forge import Forge

__all__ = ["MOST_COMMITS", "WaitingCommits", "find_waiting"]

MOST_COMMITS = 200


class WaitingCommits(msgspec.Struct, frozen=True, kw_only=True):
    """The commits after ``since``, the last one known as applied, the oldest first.

    If none is known (``since`` is null) ``commits`` is the one checked out, and ``looked_at`` counts those whose
    statuses were read. ``failed`` are those at which an apply wrote something and did not end well, ``strangers`` the
    accounts of apply statuses that do not count.
    """

    since: str | None
    commits: tuple[str, ...]
    failed: frozenset[str] = frozenset()
    looked_at: int = 0
    strangers: tuple[str, ...] = ()


def find_waiting(forge: Forge, workspace: Workspace) -> WaitingCommits:
    """Look for the newest commit with a successful apply status; raises UsageError where git cannot tell.

    A history that ends at the boundary of a shallow clone does not tell either.
    """
    context = apply_context(workspace.settings.company_id)
    history = read_history(workspace.root, None, most=MOST_COMMITS)
    failed: set[str] = set()
    strangers: dict[str, None] = {}
    for index, commit in enumerate(history):
        found = forge.status(commit, context, trusted_before(workspace.settings_file, commit))
        strangers.update(dict.fromkeys(found.strangers))
        status = found.status
        if status is None:
            continue
        if status.state == "success":
            waiting = tuple(reversed(history[:index]))
            return WaitingCommits(since=commit, commits=waiting, failed=frozenset(failed), looked_at=index + 1)
        if not status.description.startswith((NOT_TRIED, NOT_PROVED)):
            failed.add(commit)
    if len(history) < MOST_COMMITS:
        require_whole_history(workspace.root, history)
    return WaitingCommits(
        since=None, commits=history[:1], failed=frozenset(failed), looked_at=len(history), strangers=tuple(strangers)
    )
