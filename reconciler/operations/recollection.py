"""Finds what was applied in the days before a plan, for guards that need it."""

from __future__ import annotations

import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from reconciler.clock import in_files
from reconciler.desired.git.earlier import DatedCommit, find_earlier, read_overrides_since
from reconciler.desired.git.revision import read_changed_documents
from reconciler.desired.git.tracked import find_tracked
from reconciler.errors import ReconcilerError
from reconciler.journal import read_removals
from reconciler.model.memory import DAYS_REMEMBERED, Memory
from reconciler.operations.comparison import Comparison
from reconciler.operations.dated_documents import read_base
from reconciler.planning.past import (
    managed_again,
    managed_groups,
    members_of,
    past_removals,
    with_groups,
    with_overrides,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base
    from reconciler.desired.git.earlier import Earlier
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

    ``asked`` is what the base asks for. Without a base the commit that is checked out takes its place. People are
    looked up among those already seen. Null where neither git nor the journal know anything.
    """
    since = workspace.run.clock.now() - datetime.timedelta(days=DAYS_REMEMBERED)
    journalled = _journalled(workspace, journal, since)
    by_runs = Memory(removals=_past({}, {}, journalled, observation))
    if base is None:
        base = _checked_out(workspace)
        asked = Comparison(base, workspace.service.company_id).asked(observation)
    if base is None or asked is None:
        return by_runs if journalled else None
    earlier = find_earlier(workspace.root, base.revision, since)
    if earlier.revision is None:
        return msgspec.structs.replace(by_runs, unknown=earlier.unknown)
    if earlier.revision == base.revision and not _ended_since(base, since.date(), workspace.run.today):
        return msgspec.structs.replace(by_runs, earlier=earlier.revision)
    history = _History(workspace, observation)
    try:
        # as of that day: people whose line expired since then were removed since then
        then = history.read(DatedCommit(earlier.revision, since.date()))
    except ReconcilerError as error:
        return msgspec.structs.replace(by_runs, unknown=error.message)
    managed = managed_groups(then.asked)
    adopted, unread = _adopted_since(history, managed_groups(asked) - managed, earlier.since)
    removals = _past(with_groups(then.asked, adopted), asked, journalled, observation)
    overrides = _overrides(workspace, (then.policy, _policy(base)), earlier.since)
    return Memory(
        earlier=earlier.revision,
        removals=_under_overrides(history, removals, overrides, (DatedCommit(earlier.revision, since.date()), earlier)),
        managed=managed,
        again=managed_again(managed, asked, observation.resolved, observation.state.versions),
        members=members_of(then.asked),
        overrides=overrides,
        unknown=then.unknown or unread,
    )


def _ended_since(base: Base, since: datetime.date, today: datetime.date) -> bool:
    """Return whether any line of a base expired in these days.

    Before its last day, the same documents asked for more.
    """
    if base.documents is None:
        return False
    lists = [team.members for team in base.documents.teams.values()]
    for document in base.documents.written:
        for groups in (document.groups, *(entry.groups for entry in document.entries)):
            lists.extend(group.members for group in groups.values())
    return any(one.until is not None and since <= one.until < today for members in lists for one in members)


def _checked_out(workspace: Workspace) -> Base | None:
    """Return the commit that is checked out; null where there is none."""
    try:
        return read_base(workspace.settings_file, "HEAD", workspace.run.today)
    except ReconcilerError:
        return None


class _Then(NamedTuple):
    """Requests of a revision (none where it is of another company), its policy, and what cannot be read of it."""

    asked: Mapping[str, BaseTarget]
    policy: Policy | None
    unknown: str | None


class _History:
    """Reads revisions, each once, as they stood on the day of their commit."""

    def __init__(self, workspace: Workspace, observation: Observation) -> None:
        self.workspace = workspace
        self._observation = observation
        self._read: dict[str, _Then] = {}

    def read(self, commit: DatedCommit) -> _Then:
        """Read a revision; raises ReconcilerError where that cannot be."""
        if commit.name not in self._read:
            self._read[commit.name] = self._read_anew(commit)
        return self._read[commit.name]

    def _read_anew(self, commit: DatedCommit) -> _Then:
        company_id = self.workspace.service.company_id
        base = read_base(self.workspace.settings_file, commit.name, commit.day)
        documents = base.documents_for(company_id)
        # before the company had a repository nothing was managed, so nobody was removed by it
        asked = Comparison(base, company_id).asked(self._observation) or {}
        unknown = None
        if base.errors:
            unknown = f"not all documents at {commit.name[:12]} can be read"
        elif base.settings is None and base.unknown:
            unknown = f"the settings stood elsewhere at {commit.name[:12]} ({', '.join(base.unknown)})"
        return _Then(asked, None if documents is None else documents.policy, unknown)

    def changes(self, commits: Iterable[DatedCommit]) -> Iterator[DatedCommit]:
        """Yield the commits (the newest first) that changed a document, the oldest first."""
        settings = self.workspace.settings_file.name
        for commit in reversed(tuple(commits)):
            if read_changed_documents(self.workspace.root, commit.name, settings=settings):
                yield commit


def _adopted_since(
    history: _History, groups: frozenset[GroupKey], commits: tuple[DatedCommit, ...]
) -> tuple[dict[GroupKey, BaseGroup], str | None]:
    """Return what each of these groups was asked for when it was first managed, and what was not looked at.

    ``commits`` are those since it was not, the newest first; those that changed no document are not read.
    """
    found: dict[GroupKey, BaseGroup] = {}
    if not groups:
        return found, None
    for read, commit in enumerate(history.changes(commits)):
        if groups <= found.keys():
            break
        if read == MOST_ADOPTIONS:
            return found, f"only the first {MOST_ADOPTIONS} changes of documents since then are looked at"
        asked = history.read(commit).asked
        for address, uuid in groups - found.keys():
            group = asked[address].groups.get(uuid) if address in asked else None
            if group is not None:
                found[address, uuid] = group
    return found, None


def _under_overrides(
    history: _History,
    removals: Mapping[GroupKey, tuple[PastRemoval, ...]],
    overrides: tuple[Override, ...],
    times: tuple[DatedCommit, Earlier],
) -> dict[GroupKey, tuple[PastRemoval, ...]]:
    """Return removals with the overrides that were in force at each; of very many changes with none.

    ``times`` are the revision of the days before and the commits since.
    """
    first, earlier = times
    lately = tuple(one for one in overrides if one.until >= first.day)
    if not removals or not lately:
        return dict(removals)
    changes = list(islice(history.changes(earlier.since), MOST_ADOPTIONS + 1))
    if len(changes) > MOST_ADOPTIONS:
        return dict(removals)
    revisions = []
    for commit in (first, *changes):
        then = history.read(commit)
        policy = () if then.policy is None else then.policy.overrides
        revisions.append((members_of(then.asked), tuple(one for one in policy if one.until >= commit.day)))
    return with_overrides(removals, revisions, lately)


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
    workspace: Workspace, policies: tuple[Policy | None, ...], commits: tuple[DatedCommit, ...]
) -> tuple[Override, ...]:
    """Return the overrides of the first and the last policy, and of those between."""
    known = [one for one in policies if one is not None]
    paths = {origin.path for one in known for origin in one.documents}
    between = read_overrides_since(workspace.root, tuple(one.name for one in commits), paths)
    return (*(override for one in known for override in one.overrides), *between)
