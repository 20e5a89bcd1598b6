"""Takes lines of people who left out of documents, and leaves every other letter as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.editing import apply_edits
from reconciler.errors import DocumentsError
from reconciler.model.adoption import EditList
from reconciler.model.diagnostics import has_errors
from reconciler.model.people_report import TidiedFile
from reconciler.model.spelling import login_key
from reconciler.operations.adopt import ChangedFile, read_document, write_adoption
from reconciler.operations.dated_documents import read_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import Documents
    from reconciler.model.member import Member
    from reconciler.operations.workspace import Workspace

__all__ = ["tidy_documents"]


def tidy_documents(workspace: Workspace, documents: Documents, *, check: bool) -> tuple[TidiedFile, ...]:
    """Take out every line of a list that names somebody who left; return how many in which file.

    A list that would be empty stays as it is: somebody must be named there. With ``check`` nothing is written. Raises
    DocumentsError where the documents would be wrong afterwards; then nothing is written.
    """
    left = documents.lock.left()
    edits: dict[str, list[EditList]] = {}
    for origin, members, is_group in _lists(documents):
        gone = {at: () for at, one in enumerate(members) if one.login is not None and login_key(one.login) in left}
        if gone and len(gone) < len(members):
            edit = EditList(origin=origin, replaced=dict(gone), appended=(), is_group=is_group)
            edits.setdefault(origin.path, []).append(edit)
    files = []
    tidied = []
    for path, several in sorted(edits.items()):
        before = read_document(workspace.root / path)
        edited = apply_edits(before, several)
        refused = {one.origin: reason for one, reason in edited.refused if isinstance(one, EditList)}
        lines = sum(len(one.replaced) for one in several if one.origin not in refused)
        tidied.append(TidiedFile(path=path, lines=lines, refused=tuple(f"{at}: {why}" for at, why in refused.items())))
        if edited.text != before:
            files.append(ChangedFile(path=path, before=before, after=edited.text, changed=edited.changed))
    _prove(workspace, files)
    if not check:
        write_adoption(files, workspace.root)
    return tuple(tidied)


def _lists(documents: Documents) -> Iterator[tuple[Origin, tuple[Member, ...], bool]]:
    for document in documents.written:
        for groups in (document.groups, *(entry.groups for entry in document.entries)):
            for group in groups.values():
                yield group.origin, group.members, True
    for team in documents.teams.values():
        yield team.origin, team.members, False


def _prove(workspace: Workspace, files: list[ChangedFile]) -> None:
    instead = {one.path: one.after.encode() for one in files}
    _, diagnostics = read_repository(workspace.settings_file, workspace.settings, workspace.run.today, instead=instead)
    if files and has_errors(diagnostics):
        raise DocumentsError(
            "the documents would be wrong without the lines of people who left: take them out by hand",
            diagnostics=diagnostics,
        )
