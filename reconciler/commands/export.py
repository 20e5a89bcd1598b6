"""``reconciler export``: Procore as documents, to start from what exists; it cannot write to the service."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.console.options import common_options
from reconciler.console.streams import emit
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.phrases import counted
from reconciler.operations.export import ExportOrder, export_account
from reconciler.operations.files import require_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.console.options import Common
    from reconciler.operations.export import Exportation

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
    """Write the state of Procore as documents, to start from what exists.

    It writes one file for each template into an empty folder, and settings if there are none. Lists that most presets
    of a template have become its defaults. Repeated lists become teams, whose names are proposals. Names are comments
    beside the logins. Every role that can be named is managed from then on, empty ones too. The documents are tried
    before they are written: a plan of them is empty.

    Exit codes: 0 done, 6 not everything could be read (nothing is written), 64 the folder is not empty.
    """
    require_folder(out)
    done = export_account(common.run, ExportOrder(out, common.config, company, projects, templates))
    common.run.reporter.diagnose(_grouped(done.left_out))
    emit(_told(done, out))
    return 0


def _grouped(left_out: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return the findings, equal ones once with the number of presets."""
    told = Counter((one.severity, one.code, one.message) for one in left_out)
    return [
        Diagnostic(severity=severity, code=code, message=f"{message}{f' (in {count:,} presets)' * (count > 1)}")
        for (severity, code, message), count in told.items()
    ]


def _told(done: Exportation, out: Path) -> str:
    exported, around = done.exported, done.around
    presets = counted(exported.presets, "preset")
    count = len(exported.files)
    documents = counted(count, "document")
    teams = f", {exported.teams:,} of their lists as teams" if exported.teams else ""
    after = "'reconciler plan' there is empty" if around is None else f"{around} holds the settings for it"
    return f"{presets} written to {out} as {documents}{teams}; {after}\n"
