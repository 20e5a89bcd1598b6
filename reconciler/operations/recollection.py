"""Looks at what was applied in the days before a plan, where guards ask for it; it judges nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from reconciler.clock import in_files
from reconciler.desired import find_earlier, find_tracked, read_base, read_changed_documents, read_overrides_since
from reconciler.errors import ReconcilerError
from reconciler.journal import read_removals
from reconciler.model.memory import DAYS_REMEMBERED, Memory
from reconciler.operations.comparison import asked_by_base
from reconciler.planning import WHOLE
from reconciler.planning.past import managed_again, managed_groups, past_removals, with_groups

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.desired import Base
    from reconciler.model.base import BaseGroup, BaseTarget
    from reconciler.model.memory import GroupKey, PastRemoval
    from reconciler.model.policy import Override, Policy
    from reconciler.operations.observation import Observation
    from reconciler.operations.workspace import Workspace

__all__ = ["remember"]

MOST_ADOPTIONS: Final = 50


def remember(
    workspace: Workspace,
    observation: Observation,
    base: Base | None,
    asked: Mapping[str, BaseTarget] | None,
    journal: Path,
) -> Memory | None:
    """Return what is known of the days before: by the revisions that led to the base, and by the journal.

    ``asked`` is what the base asks for. People are looked up among those already seen. Null without a base, of which
    plans say what they cannot tell.
    """
    since = workspace.run.clock.now() - datetime.timedelta(days=DAYS_REMEMBERED)
    journalled = _journalled(workspace, journal, since)
    by_runs = Memory(removals=_past({}, {}, journalled, observation))
    if base is None or asked is None:
        return by_runs if journalled else None
    earlier = find_earlier(workspace.root, base.revision, since)
    if earlier.revision is None:
        return msgspec.structs.replace(by_runs, unknown=earlier.unknown)
    if earlier.revision == base.revision:
        return msgspec.structs.replace(by_runs, earlier=earlier.revision)
    try:
        then = read_base(workspace.settings_file, earlier.revision, workspace.run.today)
    except ReconcilerError as error:
        return msgspec.structs.replace(by_runs, unknown=error.message)
    # what can be read counts, and what cannot is told
    unknown = f"not all documents at {earlier.revision[:12]} can be read" if then.errors else None
    documents = then.documents_for(workspace.service.company_id)
    # before the company had a repository nothing was managed, so nobody was removed by it
    asked_then = asked_by_base(then, workspace.service.company_id, observation, WHOLE) or {}
    managed = managed_groups(asked_then)
    adopted, unread = _adopted_since(workspace, observation, managed_groups(asked) - managed, earlier.since)
    return Memory(
        earlier=earlier.revision,
        removals=_past(with_groups(asked_then, adopted), asked, journalled, observation),
        managed=managed,
        again=managed_again(managed, asked, observation.resolved, observation.state.versions),
        overrides=_overrides(
            workspace, (None if documents is None else documents.policy, _policy(base)), earlier.since
        ),
        unknown=unknown or unread,
    )


def _adopted_since(
    workspace: Workspace, observation: Observation, groups: frozenset[GroupKey], commits: tuple[str, ...]
) -> tuple[dict[GroupKey, BaseGroup], str | None]:
    """Return what each of these groups was asked for when it was first managed, and what was not looked at.

    ``commits`` are those since it was not, the newest first; those that changed no document are not read.
    """
    found: dict[GroupKey, BaseGroup] = {}
    read = 0
    settings = workspace.settings_file.name
    for commit in reversed(commits):
        if groups <= found.keys():
            break
        if not read_changed_documents(workspace.root, commit, settings=settings):
            continue
        if read == MOST_ADOPTIONS:
            return found, f"only the first {MOST_ADOPTIONS} changes of documents since then are looked at"
        read += 1
        base = read_base(workspace.settings_file, commit, workspace.run.today)
        asked = asked_by_base(base, workspace.service.company_id, observation, WHOLE) or {}
        for address, uuid in groups - found.keys():
            group = asked[address].groups.get(uuid) if address in asked else None
            if group is not None:
                found[address, uuid] = group
    return found, None


def _journalled(workspace: Workspace, folder: Path, since: datetime.datetime) -> Mapping[GroupKey, frozenset[str]]:
    """Ask the journal, but for files that git tracks: a request can bring such a file."""
    at = in_files(since)
    return read_removals(folder, workspace.service.company_id, at, find_tracked(workspace.root, folder))


def _past(
    then: Mapping[str, BaseTarget],
    asked: Mapping[str, BaseTarget],
    journalled: Mapping[GroupKey, frozenset[str]],
    observation: Observation,
) -> dict[GroupKey, tuple[PastRemoval, ...]]:
    return past_removals(
        then, asked, journalled, observation.resolved, observation.state.versions, observation.index.find_id
    )


def _policy(base: Base) -> Policy | None:
    return None if base.documents is None else base.documents.policy


def _overrides(
    workspace: Workspace, policies: tuple[Policy | None, ...], commits: tuple[str, ...]
) -> tuple[Override, ...]:
    """Return the overrides of the first and the last policy, and of those between."""
    known = [one for one in policies if one is not None]
    paths = {origin.path for one in known for origin in one.documents}
    between = read_overrides_since(workspace.root, commits, paths, workspace.run.today)
    return (*(override for one in known for override in one.overrides), *between)
