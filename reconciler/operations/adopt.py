"""Turns chosen differences into changed documents, proves the result, and writes them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.desired.editing import Placed, Roster, apply_edits, place_wishes
from reconciler.desired.names import Names
from reconciler.drift import acknowledge, compare_with, find_drifts
from reconciler.errors import DocumentsError, FileError, StaleError
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.adoption import ChangedLines, TeamOffer, Wish
from reconciler.model.diagnostics import Origin, has_errors
from reconciler.model.drift import Drift
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.files import document_mode, write_file
from reconciler.operations.observation import observe, require_whole
from reconciler.operations.readers import open_reader
from reconciler.operations.workspace import read_documents
from reconciler.people.expansion import expand_members
from reconciler.planning.changes import compare
from reconciler.planning.held import LOOKING
from reconciler.planning.notes import judge_age
from reconciler.planning.scope.claims import select

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from reconciler.model.adoption import Edit
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents
    from reconciler.model.live import LiveState, Person
    from reconciler.operations.observation import Observation
    from reconciler.operations.workspace import Workspace

_MOST_TRIED = 50  # roles, each with a look at all documents

__all__ = [
    "Adoption",
    "ChangedFile",
    "Ground",
    "adopt_drifts",
    "find_differences",
    "judge_ground",
    "open_ground",
    "read_document",
    "write_adoption",
]  # fmt: skip


class ChangedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file, by its path below the root, with its content before and after."""

    path: str
    before: str
    after: str
    changed: tuple[ChangedLines, ...]


class Adoption(msgspec.Struct, frozen=True, kw_only=True):
    """Effect that adopting would have: files, the adopted differences, and those it cannot adopt with the reasons.

    ``left_alone`` are lists that apply to no preset afterwards.
    """

    files: tuple[ChangedFile, ...]
    adopted: tuple[Drift, ...]
    refused: tuple[tuple[Drift, str], ...]
    offers: tuple[TeamOffer, ...]
    left_alone: tuple[Origin, ...] = ()


class Ground(NamedTuple):
    """The basis for adopting: the documents, their workspace, and Procore as it was observed for them."""

    observation: Observation
    documents: Documents
    workspace: Workspace


def open_ground(workspace: Workspace, snapshot: Path | None) -> Ground:
    """Observe all that the documents manage, for adopting; raises IncompleteError for a part of it."""
    documents, diagnostics = read_documents(msgspec.structs.replace(workspace, tolerance=LOOKING))
    with open_reader(workspace, snapshot) as reader:
        observation = observe(
            documents, diagnostics, reader, own_account=workspace.settings.service_account, tolerance=LOOKING
        )
    require_whole(observation.state.unreadable, "nothing is said of drift")
    return Ground(observation, documents, workspace)


def judge_ground(ground: Ground) -> list[Diagnostic]:
    """Return a warning if Procore was observed more than a day ago."""
    return judge_age(ground.observation.state.observed_at, ground.workspace.run.clock.now())


def find_differences(ground: Ground) -> tuple[Drift, ...]:
    """Return the differences; those with an acknowledgement say so."""
    observation = ground.observation
    found = find_drifts(compare(observation.resolved, observation.state.versions))
    drifts, _ = compare_with(None, found, (), "")
    return acknowledge(drifts, observation.acknowledged, ground.workspace.run.today).drifts


def adopt_drifts(chosen: Sequence[Drift], ground: Ground, accepted: Collection[TeamOffer] = ()) -> Adoption:
    """Change the documents to match Procore for the chosen differences, and change nothing else.

    If the result is anything else, each role is tried alone, and those that fail are refused. Raises DocumentsError if
    all fail, if none fails alone, or if they are too many to try. Then nothing may be written.
    """
    try:
        return _adopt(chosen, ground, accepted)
    except DocumentsError as error:
        places = list(dict.fromkeys(map(_drift_place, chosen)))
        if not 1 < len(places) <= _MOST_TRIED:
            raise
        failed = error
    good: list[Drift] = []
    bad: list[tuple[Drift, str]] = []
    for place in places:
        alone = [one for one in chosen if _drift_place(one) == place]
        try:
            _adopt(alone, ground)
        except DocumentsError as error:
            bad.extend((one, error.message) for one in alone)
        else:
            good.extend(alone)
    if not good or not bad:
        raise failed
    rest = _adopt(good, ground)
    return msgspec.structs.replace(rest, refused=(*rest.refused, *bad))


def _adopt(chosen: Sequence[Drift], ground: Ground, accepted: Collection[TeamOffer] = ()) -> Adoption:
    observation, documents, workspace = ground
    state = observation.state
    today = workspace.run.today
    roster = Roster(
        documents.teams,
        observation.index.find,
        today,
        lambda members, teams: expand_members(members, teams, today, documents.lock, documents.sources),
    )
    placement = place_wishes(
        _wishes(chosen),
        [one.target for one in observation.resolved],
        documents,
        select(documents, state.catalogue)[0].claims,
        roster=roster,
        names=_names(state),
        accepted=accepted,
    )
    files, failed = _changed(placement.placed, workspace.root)
    if failed and accepted:
        # a team that cannot be changed, or a list beside it, leaves wishes half fulfilled: without teams none are
        return _adopt(chosen, ground)
    reasons = {_place(wish): reason for wish, reason in (*placement.refused, *failed)}
    refused = tuple((one, reasons[_drift_place(one)]) for one in chosen if _drift_place(one) in reasons)
    adopted = tuple(one for one in chosen if _drift_place(one) not in reasons)
    if files:
        _prove(files, adopted, ground)
    left_alone = placement.left_alone
    return Adoption(files=files, adopted=adopted, refused=refused, offers=placement.offers, left_alone=left_alone)


def _wishes(chosen: Iterable[Drift]) -> list[Wish]:
    """Join the differences of each role into one wish."""
    add: dict[tuple[str, str | None], list[Person]] = {}
    remove: dict[tuple[str, str | None], list[Person]] = {}
    for drift in chosen:
        place = _drift_place(drift)
        for people, direction in ((add, "live-only"), (remove, "git-only")):
            people.setdefault(place, []).extend([drift.person] if drift.direction == direction else [])
    return [
        Wish(address=address, group=group, add=tuple(people), remove=tuple(remove[address, group]))
        for (address, group), people in add.items()
    ]


def _place(wish: Wish) -> tuple[str, str | None]:
    return wish.address, wish.group


def _drift_place(drift: Drift) -> tuple[str, str | None]:
    return drift.address, drift.group.uuid if drift.group else None


def _names(state: LiveState) -> Names:
    listed = (person for people in (*state.assignees, *state.managers) for person in people.people)
    return Names(state.catalogue, chain(state.everybody(), listed))


def _changed(placed: Sequence[Placed], root: Path) -> tuple[tuple[ChangedFile, ...], list[tuple[Wish, str]]]:
    """Make the edits, file by file."""
    by_file: dict[str, list[Placed]] = {}
    for one in placed:
        by_file.setdefault(one.path, []).append(one)
    files = []
    failed: list[tuple[Wish, str]] = []
    for path, several in sorted(by_file.items()):
        before = read_document(root / path)
        edited = apply_edits(before, [one.edit for one in several])
        if edited.text != before:
            files.append(ChangedFile(path=path, before=before, after=edited.text, changed=edited.changed))
        failed.extend(_failed(edited.refused, several))
    return tuple(files), failed


def _failed(refused: Iterable[tuple[Edit, str]], placed: Sequence[Placed]) -> Iterator[tuple[Wish, str]]:
    for edit, reason in refused:
        for one in placed:
            if one.edit is edit:
                yield from ((wish, f"{edit.origin}: {reason}") for wish in one.wishes)


def read_document(path: Path) -> str:
    """Read a document with its line ends as they are, and without the mark of its encoding.

    Raises FileError when it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def _prove(files: Iterable[ChangedFile], adopted: Sequence[Drift], ground: Ground) -> None:
    """Check the changed documents against the same state: the adopted differences are gone, all others are the same."""
    observation, _, workspace = ground
    instead = {one.path: one.after.encode() for one in files}
    documents, diagnostics = read_repository(
        workspace.settings_file, workspace.settings, workspace.run.today, instead=instead
    )
    if has_errors(diagnostics):
        raise DocumentsError(
            "the documents would be wrong afterwards, so nothing was written; adopt less, or edit them by hand",
            diagnostics=diagnostics,
        )
    reader = SnapshotReader(observation.state)
    after = observe(documents, diagnostics, reader, own_account=workspace.settings.service_account, tolerance=LOOKING)
    before = {one.key for one in find_drifts(compare(observation.resolved, observation.state.versions))}
    left = {one.key for one in find_drifts(compare(after.resolved, after.state.versions))}
    if left != before - {one.key for one in adopted} or _managed(after) != _managed(observation):
        raise DocumentsError(
            "the documents would say more, or less, than what was chosen, so nothing was written; adopt one role at a "
            "time, or edit them by hand"
        )


def _managed(observation: Observation) -> set[tuple[str, str]]:
    return {(one.target.address, uuid) for one in observation.resolved for uuid in one.target.groups} | {
        (one.target.address, "") for one in observation.resolved if one.target.manager is not None
    }


def write_adoption(files: Sequence[ChangedFile], root: Path) -> None:
    """Write changed documents below a root, where none of them changed since they were read.

    Raises StaleError if one did. Raises FileError if one cannot be written, with the files already written.
    """
    for one in files:
        if read_document(root / one.path) != one.before:
            raise StaleError(f"{one.path} changed on disk in the meantime, nothing was written: run adopt again")
    for number, one in enumerate(files):
        path = (root / one.path).resolve()
        mark = b"\xef\xbb\xbf" if path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
        try:
            write_file(path, mark + one.after.encode(), mode=document_mode(path))
        except FileError as error:
            written = ", ".join(done.path for done in files[:number]) or "no other file"
            raise FileError(f"{error.message}; written before: {written}") from error
