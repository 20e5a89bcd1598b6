"""What an export reads, proves and writes; which words stand in the documents is decided elsewhere."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.clock import now
from reconciler.commands.files import document_mode, write_file
from reconciler.commands.observing import local_presets, observe, require_whole
from reconciler.commands.progress import correct_clock, show_progress, tell_silence, tell_waits
from reconciler.commands.readers import network_of
from reconciler.commands.workspace import problems
from reconciler.desired import read_repository
from reconciler.desired.exporting import choose
from reconciler.desired.repository import is_document
from reconciler.errors import DocumentsError, FileError, ReconcilerError
from reconciler.model.diagnostics import has_errors
from reconciler.model.exclusion import Exclusion
from reconciler.model.live import LiveState
from reconciler.planning import compare
from reconciler.planning.completeness import split_half_read
from reconciler.planning.coverage import judge_coverage
from reconciler.settings import FILE_NAME, read_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.commands.options import Common
    from reconciler.desired.exporting import Chosen
    from reconciler.live.account import AccountReader
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import SettingsDocument
    from reconciler.model.live import Account
    from reconciler.model.settings import Service

__all__ = ["prove", "read_account", "require_empty", "require_place", "write_documents"]


def read_account(
    service: Service, common: Common, projects: Sequence[str], templates: Sequence[str]
) -> tuple[LiveState, tuple[Diagnostic, ...]]:
    """Read the presets that are asked for, and say what is not exported.

    It takes the lists of tools, templates and projects, the versions, one list for each tool of a project, and one
    request for each preset. Raises IncompleteError where anything is missing: half an export would look whole.
    """
    from reconciler.live.account import AccountReader  # noqa: PLC0415 - heavy, and not needed for a refusal
    from reconciler.live.client import ServiceClient  # noqa: PLC0415 - the same

    credentials = read_credentials(os.environ, service)
    with (
        ServiceClient(
            service, credentials, network=network_of(service), waits=tell_waits(common), differs=correct_clock(common)
        ) as client,
        tell_silence(client, common),
        show_progress(common) as report,
    ):
        reader = AccountReader(client, report)
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


def prove(files: Mapping[str, str], settings: SettingsDocument, state: LiveState) -> None:
    """Read the documents as every command does, and compare them with what they were made from.

    Raises ReconcilerError (a defect) where they ask for anything that is not so.
    """
    from reconciler.live.snapshot import SnapshotReader  # noqa: PLC0415 - start-up is measured

    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        settings_file = Path(folder) / FILE_NAME
        write_documents(Path(folder), files)
        try:
            documents, diagnostics = read_repository(settings_file, settings, now().date())
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
        count = f"{len(changes):,} preset{'' if len(changes) == 1 else 's'}"
        raise ReconcilerError(
            f"a defect of reconciler: {count} would change, such as {changes[0].address}; nothing was written"
        )


def require_empty(out: Path) -> None:
    """Refuse a folder that holds documents already: they would contradict those to come."""
    found = (path for pattern in ("*.yaml", "*.yml") for path in out.rglob(pattern))
    for path in found:
        name = path.relative_to(out).as_posix()
        if name != FILE_NAME and is_document(name, Exclusion()):
            raise FileError(f"there are documents in {out} already, such as {name}; name an empty folder with --out")


def require_place(out: Path, files: Iterable[str], settings: SettingsDocument) -> None:
    """Refuse places where no document would be read, or from which a link leads out of the folder."""
    for name in files:
        if not is_document(name, settings.exclusion):
            raise FileError(f"{name} would not be read: 'exclude:' of {out / FILE_NAME} names it; change that first")
        for part in (out / name, *(out / name).parents):
            if part == out:
                break
            if part.is_symlink():
                raise FileError(f"{part} is a link, which would be followed out of {out}; name an empty folder")


def write_documents(out: Path, files: Mapping[str, str]) -> None:
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
