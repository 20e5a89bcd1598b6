"""Reads the sources of people, judges the readings, and writes the people lock; it asks the service nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.desired.git.base_revision import read_base
from reconciler.desired.git.checkout import find_unseen
from reconciler.desired.lock_files import encode_lock
from reconciler.desired.repository import read_repository
from reconciler.errors import DocumentsError, RefusedError, UsageError
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.people_report import PeopleReport, SourceFigures
from reconciler.model.suggestions import did_you_mean
from reconciler.operations.people_files import alone, read_lock_files, restore_lock_files, write_lock_files
from reconciler.operations.people_sources import key_of_ids, read_sources
from reconciler.operations.people_tidy import tidy_documents
from reconciler.operations.workspace import open_workspace, problems
from reconciler.people.new_lock import make_lock
from reconciler.people.rule_search import rules_of
from reconciler.people.whole_readings import has_moved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reconciler.model.documents import Documents
    from reconciler.model.people_lock import PeopleLock
    from reconciler.model.readings import Reading
    from reconciler.model.sources import PeopleSource
    from reconciler.operations.run import Run
    from reconciler.operations.workspace import Workspace
    from reconciler.people.new_lock import NewLock

__all__ = ["PeopleOrder", "update_people"]

_LOCK = "people/lock"
_NO_RULES = Diagnostic(
    severity="note",
    code="people/no-rules",
    message="no team or group has a rule, so there is nobody to find: write one as {from: SOURCE, where: {…}}",
)


class PeopleOrder(NamedTuple):
    """How people are to be updated.

    ``base`` is the revision whose lock readings are compared with (null: the lock here). With ``check`` nothing is
    written. ``source`` is the only one to read, null for all. ``tidy`` takes lines of people who left out of documents.
    """

    base: str | None = None
    check: bool = False
    source: str | None = None
    tidy: bool = False


def update_people(run: Run, settings_file: Path | None, order: PeopleOrder) -> PeopleReport:
    """Find the people of every rule, and write the lock where it differs.

    Raises:
        DocumentsError: Documents, rows or rules are wrong (7).
        UnreachableError: A source cannot be read, is too old, or is another kind of file (6).
        RefusedError: A reading has many people fewer, or much of an attribute is blank (3).
        UsageError: git does not know the base.

    """
    workspace = open_workspace(run, settings_file)
    with alone(workspace.root):
        restore_lock_files(workspace.root, check=order.check)
        report = _update(workspace, order)
        if not order.tidy:
            return report
        documents, _ = read_repository(workspace.settings_file, workspace.settings)
        return msgspec.structs.replace(report, tidied=tidy_documents(workspace, documents, check=order.check))


def _update(workspace: Workspace, order: PeopleOrder) -> PeopleReport:
    documents, check = _documents(workspace, order.base), order.check
    if order.source is not None and order.source not in documents.sources:
        raise UsageError(
            f"--source: no document defines '{order.source}'{did_you_mean(order.source, documents.sources)}"
        )
    if not rules_of(documents) and not documents.lock.people:
        return PeopleReport(sources=(), changes=(), held=(), differs=False, written=False, diagnostics=(_NO_RULES,))
    sources = documents.sources
    found = read_sources(workspace, documents, order.source)
    if found.refused:
        raise RefusedError("; ".join([*found.refused, "nothing written"]))
    readings = found.readings
    for note in (note for one in readings for note in one.notes):
        workspace.run.reporter.note(note)
    new = make_lock(
        documents,
        readings,
        workspace.run.today,
        keyed=key_of_ids(workspace),
        names=workspace.settings.names_of_people,
        joined=workspace.settings.joined_sources.sources,
    )
    if has_errors(new.diagnostics):
        raise problems(new.diagnostics)
    lock = _with_figures(new.lock, documents.lock, sources, readings)
    files = encode_lock(lock)
    differs = files != read_lock_files(workspace.root)
    if differs and not check:
        write_lock_files(workspace.root, files)
    return PeopleReport(
        sources=tuple(_figures(one, documents.lock, new) for one in readings),
        changes=new.changes,
        held=new.held,
        differs=differs,
        written=differs and not check,
        diagnostics=new.diagnostics,
    )


def _documents(workspace: Workspace, base: str | None) -> Documents:
    """Return the documents as written, with the lock to compare with."""
    documents, diagnostics = read_repository(workspace.settings_file, workspace.settings)
    settings = workspace.settings_file.name
    unseen = find_unseen(workspace.root, exclude=workspace.settings.exclusion, settings=settings, read=documents.paths)
    diagnostics = [*unseen, *diagnostics]
    lock = documents.lock
    if base is not None:
        at_base = read_base(workspace.settings_file, base)
        if at_base.documents is None or any(one.code == _LOCK for one in at_base.errors):
            raise UsageError(f"{base} has no documents with a people lock that can be read: name another revision")
        lock = at_base.documents.lock
        if not lock.sources:
            raise UsageError(f"{base} has no people lock to compare with: name another revision, or leave --base out")
        diagnostics = [one for one in diagnostics if one.code != _LOCK]
    if has_errors(diagnostics):
        found = problems(diagnostics)
        if any(one.code == _LOCK for one in diagnostics):
            raise DocumentsError(
                f"{found.message}: to write the lock again, name the revision to compare with, such as --base HEAD",
                diagnostics=found.diagnostics,
            )
        raise found
    return msgspec.structs.replace(documents, lock=lock)


def _with_figures(
    lock: PeopleLock, before: PeopleLock, sources: Mapping[str, PeopleSource], readings: Sequence[Reading]
) -> PeopleLock:
    """Return a lock with the figures of before where nothing else changed and they hardly moved."""
    kept = msgspec.structs.replace(lock, sources=before.sources)
    same = encode_lock(kept) == encode_lock(before)
    moved = any(has_moved(one, sources[one.source].limits, before) for one in readings)
    return kept if same and not moved else lock


def _figures(reading: Reading, before: PeopleLock, new: NewLock) -> SourceFigures:
    known = next((one.people for one in before.sources if one.source == reading.source), None)
    return SourceFigures(
        source=reading.source,
        people=reading.there,
        before=known,
        left=len(reading.records) - reading.there,
        missing=sum(one.id.startswith(f"{reading.source}:") for one in new.lock.missing),
        filled=reading.filled,
    )
