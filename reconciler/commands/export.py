"""``reconciler export``: live as documents, to start from what exists; it cannot write to the service."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from reconciler.commands.exporting import prove, read_account, require_empty, require_place, write_documents
from reconciler.commands.files import require_folder
from reconciler.commands.options import common_options, emit
from reconciler.commands.workspace import open_workspace
from reconciler.desired import read_settings_document
from reconciler.desired.exporting import export_documents
from reconciler.errors import UsageError
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.documents import SettingsDocument
from reconciler.settings import FILE_NAME, read_service

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.commands.options import Common
    from reconciler.desired.exporting import Exported
    from reconciler.model.settings import Service

__all__ = ["export"]


@click.command(
    epilog="Examples: reconciler export --company 4211 --out approvals; reconciler export --out approvals "
    "--template 'Invoice Approval'; reconciler export --out harbor --project 'Harbor Bridge'"
)
@common_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder to write.")
@click.option("--company", metavar="ID", help="The company, where no reconciler.yaml names it yet.")
@click.option("--project", "projects", metavar="NAME", multiple=True, help="This project alone (name, number or id).")
@click.option("--template", "templates", metavar="NAME", multiple=True, help="This template alone (name or id).")
def export(
    common: Common, *, out: Path, company: str | None, projects: tuple[str, ...], templates: tuple[str, ...]
) -> int:
    """Write what is live as documents, to start from what exists.

    One file for each template, in an empty folder, with its settings. What most presets of a template have becomes
    its defaults, lists that are repeated become teams (their names are proposals), and names stand behind logins.
    Every role that can be named is managed from then on, empty ones too. The documents are tried before they are
    written: a plan of them is empty.

    Exit codes: 0 done, 6 not everything could be read (nothing is written), 64 the folder is not empty.
    """
    require_folder(out)
    settings = _settings(common, out, company)
    around = _settings_around(out, settings)
    require_empty(out)
    service = read_service(settings, os.environ)
    state, left_out = read_account(service, common, projects, templates)
    exported = export_documents(state)
    require_place(out, exported.files, settings)
    prove(exported.files, settings, state)
    beside = _beside(out, settings, service) if around is None else {}
    write_documents(out, {**beside, **exported.files})
    _tell((*left_out, *exported.left_out), common)
    emit(_told(exported, out, around))
    return 0


def _settings(common: Common, out: Path, company: str | None) -> SettingsDocument:
    """Find out which company it is: the settings in the folder, those of ``--config`` or nearby, or a bare id."""
    own = out / FILE_NAME
    if own.is_file():
        if company is not None or common.config not in {None, own, out}:
            raise UsageError(f"{own} names the company already; leave out --company and --config")
        return open_workspace(common, own).settings
    if company is None:
        # what these exclude is about another folder
        return msgspec.structs.replace(open_workspace(common).settings, exclude=())
    if common.config is not None:
        raise UsageError("the settings of --config name the company already; leave out --company")
    if not (company.isascii() and company.isdigit() and len(company) <= 32):  # noqa: PLR2004 - as the schema says
        raise UsageError(f"--company '{company}' is no company id; give its digits, such as 4211")
    return SettingsDocument(company_id=company)


def _settings_around(out: Path, settings: SettingsDocument) -> Path | None:
    """Return the settings of the repository that the folder stands in: it gets none of its own then.

    Raises UsageError where they are of another company, by which the documents would be read.
    """
    folder = out.absolute()
    found = None if (folder / FILE_NAME).exists() else _nearest(folder.parents)
    if found is not None and read_settings_document(found).company_id != settings.company_id:
        raise UsageError(
            f"{out} stands below {found}, the settings of another company; name a folder outside of it with --out"
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
        from reconciler.desired.scalars import scalar  # noqa: PLC0415 - rarely needed

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


def _tell(left_out: Sequence[Diagnostic], common: Common) -> None:
    if left_out and not common.quiet:
        told = Counter((one.severity, one.code, one.message) for one in left_out)
        left_out = [
            Diagnostic(severity=severity, code=code, message=f"{message}{f' (in {count:,} presets)' * (count > 1)}")
            for (severity, code, message), count in told.items()
        ]
        import sys  # noqa: PLC0415 - rarely needed

        from reconciler.render.terminal import render_diagnostics  # noqa: PLC0415 - start-up is measured

        sys.stderr.write(render_diagnostics(left_out, color=common.color(sys.stderr)))


def _told(exported: Exported, out: Path, around: Path | None) -> str:
    presets = f"{exported.presets:,} preset{'' if exported.presets == 1 else 's'}"
    count = len(exported.files)
    documents = f"{count:,} document{'' if count == 1 else 's'}"
    teams = f", {exported.teams:,} of their lists as teams" if exported.teams else ""
    after = "'reconciler plan' there is empty" if around is None else f"{around} holds the settings for it"
    return f"{presets} written to {out} as {documents}{teams}; {after}\n"
