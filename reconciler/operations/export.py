"""Defines what an export reads, proves and writes; which words stand in the documents is decided elsewhere."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reconciler.desired.exporting import choose, export_documents
from reconciler.desired.repository import is_document, read_settings_document
from reconciler.desired.yaml.scalars import scalar
from reconciler.errors import DocumentsError, FileError, ReconcilerError, UsageError
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.diagnostics import has_errors
from reconciler.model.documents import SettingsDocument
from reconciler.model.live import LiveState
from reconciler.model.phrases import counted
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.files import document_mode, write_file
from reconciler.operations.observation import local_presets, observe, require_whole
from reconciler.operations.readers import open_client
from reconciler.operations.workspace import open_workspace, problems
from reconciler.planning.changes import compare
from reconciler.planning.completeness import split_half_read
from reconciler.planning.coverage import judge_coverage
from reconciler.settings import FILE_NAME, read_service, require_company_id

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.desired.exporting import Chosen, Exported
    from reconciler.live.account_reader import AccountReader
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.exclusion import Exclusion
    from reconciler.model.live import Account
    from reconciler.model.service import Service
    from reconciler.operations.run import Run

__all__ = ["ExportOrder", "Exportation", "export_account", "prove"]


class ExportOrder(NamedTuple):
    """Source and destination of an export: ``company`` is its id, where no settings name it."""

    out: Path
    settings_file: Path | None
    company: str | None
    projects: tuple[str, ...]
    templates: tuple[str, ...]


class Exportation(NamedTuple):
    """Documents written, what is left out, and the settings around the folder, where it got none of its own."""

    exported: Exported
    left_out: tuple[Diagnostic, ...]
    around: Path | None


def export_account(run: Run, order: ExportOrder) -> Exportation:
    """Read Procore, prove that a plan of its state as documents is empty, and write the documents."""
    out = order.out
    settings = _settings(run, order)
    around = _settings_around(out, settings)
    _require_empty(out, settings.exclusion)
    service = read_service(settings, run.environment)
    state, left_out = _read_account(service, run, order.projects, order.templates)
    exported = export_documents(state)
    _require_place(out, exported.files, settings)
    prove(exported.files, settings, state, run.today)
    beside = _beside(out, settings, service) if around is None else {}
    _write_documents(out, {**beside, **exported.files})
    return Exportation(exported, (*left_out, *exported.left_out), around)


def _settings(run: Run, order: ExportOrder) -> SettingsDocument:
    """Find out which company it is: the settings in the folder, those of ``--config`` or nearby, or a bare id."""
    out, company = order.out, order.company
    own = out / FILE_NAME
    if own.is_file():
        if company is not None or order.settings_file not in {None, own, out}:
            raise UsageError(f"{own} names the company already; leave out --company and --config")
        return open_workspace(run, own).settings
    if company is None:
        # what these exclude is about another folder
        return msgspec.structs.replace(open_workspace(run, order.settings_file).settings, exclude=())
    if order.settings_file is not None:
        raise UsageError("the settings of --config name the company already; leave out --company")
    return SettingsDocument(company_id=require_company_id(company))


def _settings_around(out: Path, settings: SettingsDocument) -> Path | None:
    """Return the settings of the repository that contains the folder: the folder then gets none of its own.

    Raises UsageError where they are of another company: the documents would be read by them.
    """
    folder = out.absolute()
    found = None if (folder / FILE_NAME).exists() else _nearest(folder.parents)
    if found is not None and read_settings_document(found).company_id != settings.company_id:
        raise UsageError(
            f"{out} is below {found}, the settings of another company; name a folder outside of it with --out"
        )
    return found


def _nearest(folders: Iterable[Path]) -> Path | None:
    return next((path for folder in folders if (path := folder / FILE_NAME).is_file()), None)


def _beside(out: Path, settings: SettingsDocument, service: Service) -> dict[str, str]:
    """Return what a folder of documents needs beside them and has not yet."""
    files = {FILE_NAME: _settings_text(settings, service), ".gitignore": ".reconciler/\n"}
    return {name: text for name, text in files.items() if not (out / name).exists()}


def _settings_text(settings: SettingsDocument, service: Service) -> str:
    lines = ["kind: settings", "version: 1", f'company_id: "{settings.company_id}"']
    defaults = SettingsDocument(company_id=settings.company_id)
    if settings.company_name is not None:
        lines.append(f"company_name: {scalar(settings.company_name)}")
    lines.extend(
        f"{name}: {address}"
        for name, address, usual in (
            ("api_url", service.api_url, defaults.api_url),
            ("auth_url", service.auth_url, defaults.auth_url),
        )
        if address != usual
    )
    return "\n".join(lines) + "\n"


def _read_account(
    service: Service, run: Run, projects: Sequence[str], templates: Sequence[str]
) -> tuple[LiveState, tuple[Diagnostic, ...]]:
    """Read the presets that are asked for, and say what is not exported.

    It requests the lists of tools, templates and projects, the versions, and one list for each tool of a project. Each
    preset takes one more request. Raises IncompleteError if anything is missing: half an export would look whole.
    """
    from reconciler.live.account_reader import AccountReader  # noqa: PLC0415 - heavy, and not needed for a refusal

    with (
        open_client(service, run) as client,
        run.reporter.watch(lambda: client.heard_at),
        run.reporter.follow() as report,
    ):
        reader = AccountReader(client, report, now=run.clock.now)
        account = reader.account()
        chosen = choose(account, projects, templates)
        state = _read(reader, account, chosen)
        return state, (*chosen.left_out, *judge_coverage(state))


def _read(reader: AccountReader, account: Account, chosen: Chosen) -> LiveState:
    presets, unreadable = reader.presets(chosen.wanted)
    require_whole(unreadable, "nothing was written")
    if not presets:
        raise DocumentsError("there are no presets there, so there is nothing to write; look at --project, --template")
    followed = {preset.version_id for preset in presets} - {None}
    used = {preset.template_id for preset in presets if preset.version_id is None}
    latest = {one.version_id for one in chosen.templates if one.id in used}
    versions = reader.versions_by_id(sorted(one for one in followed | latest if one is not None))
    presets, half = split_half_read(presets, chosen.templates, versions)
    require_whole(half, "nothing was written")
    return LiveState(
        observed_at=reader.observed_at,
        catalogue=account.catalogue,
        versions=tuple(versions),
        presets=tuple(presets),
        listed=chosen.wanted,
        local=local_presets(reader.others, account.catalogue, chosen.wanted),
        with_projects=True,
        inactive=frozenset(),
    )


def prove(files: Mapping[str, str], settings: SettingsDocument, state: LiveState, today: datetime.date) -> None:
    """Read the documents as every command does, and compare them with what they were made from.

    Raises ReconcilerError (a defect) if they ask for any change.
    """
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        settings_file = Path(folder) / FILE_NAME
        _write_documents(Path(folder), files)
        try:
            documents, diagnostics = read_repository(settings_file, settings, today)
            if has_errors(diagnostics):
                raise problems(diagnostics)
            observation = observe(documents, diagnostics, SnapshotReader(state))
        except DocumentsError as error:
            raise ReconcilerError(
                f"a defect of reconciler: the documents cannot be read back: {error.message}; nothing was written",
                diagnostics=error.diagnostics,
            ) from None
    changes = compare(observation.resolved, observation.state.versions)
    if changes:
        count = counted(len(changes), "preset")
        raise ReconcilerError(
            f"a defect of reconciler: {count} would change, such as {changes[0].address}; nothing was written"
        )


def _require_empty(out: Path, exclude: Exclusion) -> None:
    """Refuse a folder that holds documents already: they would contradict those to come. Excluded files cannot."""
    found = (path for pattern in ("*.yaml", "*.yml") for path in out.rglob(pattern))
    for path in found:
        name = path.relative_to(out).as_posix()
        if name != FILE_NAME and is_document(name, exclude):
            raise FileError(f"there are documents in {out} already, such as {name}; name an empty folder with --out")


def _require_place(out: Path, files: Iterable[str], settings: SettingsDocument) -> None:
    """Refuse places where no document would be read, or from which a link leads out of the folder."""
    for name in files:
        if not is_document(name, settings.exclusion):
            raise FileError(f"{name} would not be read: 'exclude:' of {out / FILE_NAME} names it; change that first")
        for part in (out / name, *(out / name).parents):
            if part == out:
                break
            if part.is_symlink():
                raise FileError(f"{part} is a link, which would be followed out of {out}; name an empty folder")


def _write_documents(out: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder, which is made where there is none; raises FileError when that fails."""
    for folder in dict.fromkeys((out / name).parent for name in files):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"cannot make the folder {folder}: {error.strerror}"
            raise FileError(f"{reason}; name another one with --out") from error
    for name, text in files.items():
        path = out / name
        write_file(path, text.encode("utf-8"), mode=document_mode(path))
