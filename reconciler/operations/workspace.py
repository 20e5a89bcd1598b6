"""Opens a configuration repository for a command: settings, documents, today; it asks the service nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.git.checkout import describe_source, find_unseen
from reconciler.desired.git.revision import folder_in_work_tree
from reconciler.desired.repository import read_settings_document
from reconciler.errors import DocumentsError
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.documents import Documents, SettingsDocument, Source
from reconciler.model.exclusion import Exclusion
from reconciler.model.phrases import counted
from reconciler.model.plan import PlanService
from reconciler.model.service import Service
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.run import Run
from reconciler.planning.held import STRICT, Tolerance, hold_empty_groups
from reconciler.settings import FILE_NAME, find_settings_file, read_service

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = [
    "Workspace",
    "find_settings_place",
    "journal_folder",
    "open_workspace",
    "problems",
    "read_documents",
    "source_of",
]


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration repository and the service it is for.

    ``settings`` are those in effect. If a base is known, settings that give power are those of the base. Then
    ``written`` holds the settings of the file; else it is null. ``tolerance`` says which lines that cannot be resolved
    are held.
    """

    settings_file: Path
    settings: SettingsDocument
    service: Service
    run: Run
    written: SettingsDocument | None = None
    tolerance: Tolerance = STRICT

    @property
    def written_settings(self) -> SettingsDocument:
        """The settings as the file has them."""
        return self.written or self.settings

    @property
    def root(self) -> Path:
        """The folder of the settings file."""
        return self.settings_file.parent

    @property
    def plan_service(self) -> PlanService:
        """The addresses and the account that plans record of the service."""
        account = self.settings.service_account
        return PlanService(
            api_url=self.service.api_url,
            auth_url=self.service.auth_url,
            account=None if account is None else ":".join(account.key),
        )


def open_workspace(run: Run, settings_file: Path | None = None) -> Workspace:
    """Find and read the settings: the given file or folder, or else the nearest from the run's folder up."""
    path = _settings_file(settings_file, run.folder)
    settings = read_settings_document(path)
    return Workspace(settings_file=path, settings=settings, service=read_service(settings, run.environment), run=run)


def _settings_file(given: Path | None, folder: Path) -> Path:
    """Find the settings; if git has them and they are not checked out, the error says so."""
    try:
        return find_settings_file(given, folder)
    except DocumentsError as error:
        place = folder if given is None else given.absolute()
        path = place / FILE_NAME if place.is_dir() else place
        unseen = find_unseen(path.parent, exclude=Exclusion.of("*"), settings=path.name) if path.parent.is_dir() else []
        raise DocumentsError(error.message, diagnostics=[one for one in unseen if one.severity == "error"]) from None


def find_settings_place(given: Path | None, folder: Path) -> tuple[str, str | None]:
    """Return the path of the settings file from the root of its git work tree, and its company id.

    Raises nothing: a file that is not found has its usual name. The company id is null if the file cannot be read.
    """
    try:
        file = find_settings_file(given, folder)
    except (DocumentsError, OSError):
        return FILE_NAME, None
    path = f"{folder_in_work_tree(file.parent)}{file.name}"
    try:
        return path, read_settings_document(file).company_id
    except (DocumentsError, OSError):
        return path, None


def read_documents(workspace: Workspace) -> tuple[Documents, list[Diagnostic]]:
    """Read all documents as they are today; groups that a last day left empty may be held.

    Raises DocumentsError with every problem of every file. Raises it too where git has documents that are not checked
    out: all documents are needed.
    """
    documents, diagnostics = read_repository(workspace.settings_file, workspace.settings, workspace.run.today)
    settings = workspace.settings_file.name
    unseen = find_unseen(workspace.root, exclude=workspace.settings.exclusion, settings=settings, read=documents.paths)
    diagnostics = [*unseen, *hold_empty_groups(diagnostics, documents, workspace.tolerance)]
    if has_errors(diagnostics):
        raise problems(diagnostics)
    return documents, diagnostics


def source_of(workspace: Workspace) -> Source:
    """Return the revision of the documents, and whether they differ from it."""
    settings = workspace.settings_file.name
    return describe_source(workspace.root, exclude=workspace.settings.exclusion, settings=settings)


def problems(diagnostics: Sequence[Diagnostic]) -> DocumentsError:
    """Return the error that shows these diagnostics."""
    errors = [one for one in diagnostics if one.severity == "error"]
    count = len(errors)
    files = len({one.origin.path for one in errors if one.origin})
    where = f" in {counted(files, 'file')}" if files else ""
    message = f"{counted(count, 'problem')}{where}"
    return DocumentsError(message, diagnostics=diagnostics)


def journal_folder(root: Path, given: Path | None) -> Path:
    """Return the folder of the journal."""
    return given if given is not None else root / ".reconciler" / "journal"
