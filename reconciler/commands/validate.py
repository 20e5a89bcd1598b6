"""``reconciler validate``: documents only; it opens no connection."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal

import click

from reconciler.clock import now
from reconciler.commands.annotating import ANNOTATION_FORMATS, AnnotationFormat, annotate
from reconciler.commands.basing import with_old_lines, with_power_of_base
from reconciler.commands.files import require_writable
from reconciler.commands.options import common_options, emit, out_option
from reconciler.commands.repository_findings import loosening_findings
from reconciler.commands.workspace import journal_folder, open_workspace, read_documents
from reconciler.desired import read_base
from reconciler.errors import RefusedError
from reconciler.model.diagnostics import Diagnostic, Origin, has_errors
from reconciler.planning.guards import judge_documents, judge_ends
from reconciler.settings import untrusted_addresses

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.commands.options import Common
    from reconciler.model.documents import Documents

__all__ = ["validate"]

_SINGULAR = {"files": "file", "assignments": "assignment", "entries": "entry", "teams": "team", "groups": "group",
             "people": "person"}  # fmt: skip


@click.command(epilog="Examples: reconciler validate --config ./approvals; reconciler validate --base origin/main")
@common_options
@click.option(
    "--format",
    "shown_as",
    type=click.Choice(["terminal", "json", *ANNOTATION_FORMATS]),
    default="terminal",
    help="How to show it; the last three are for pipelines.",
)
@click.option("--base", metavar="REV", help="Hold what a last day left empty in lines that REV has too; read from git.")
@out_option
def validate(
    common: Common, shown_as: Literal["terminal", "json"] | AnnotationFormat, base: str | None, out: Path | None
) -> int:
    """Check every document of the repository, without asking the service anything.

    Every problem of every file is told in one run, each with file:line:column and what to write instead. What a
    policy forbids and documents ask for all the same is told too (exit code 3); invalid documents are 7.
    """
    if out is not None:
        require_writable(out)
    workspace = open_workspace(common)
    base_read = None if base is None else read_base(workspace.settings_file, base, now().date())
    workspace = with_old_lines(
        with_power_of_base(workspace, base_read), base_read, journal_folder(workspace.root, None)
    )
    documents, diagnostics = read_documents(workspace)
    judged = judge_documents(documents, now().date(), own_account=workspace.settings.service_account)
    judged.extend(judge_ends(documents, now().date()))
    judged.extend(loosening_findings(workspace, documents, base_read))
    untrusted = untrusted_addresses(workspace.service, os.environ)
    judged.extend(
        Diagnostic(severity="warning", code="settings/untrusted-host", message=message) for message in untrusted
    )
    diagnostics = sorted((*diagnostics, *judged), key=lambda one: one.origin or Origin("", 0, 0))
    if has_errors(diagnostics):
        count = sum(one.severity == "error" for one in diagnostics)
        words = "1 demand" if count == 1 else f"{count:,} demands"
        raise RefusedError(f"the documents are valid, but break {words} of the policy", diagnostics=diagnostics)
    if shown_as == "json":
        emit(_as_json(documents, diagnostics), out)
    elif shown_as in ANNOTATION_FORMATS:
        emit(annotate(diagnostics, shown_as, common.config), out)
    else:
        emit(_as_text(documents, diagnostics, color=out is None and common.color(sys.stdout)), out)
    return 0


def _counts(documents: Documents) -> dict[str, int]:
    groups = [
        group
        for document in documents.assignments
        for named in (document.groups, *(entry.groups for entry in document.entries))
        for group in named.values()
    ]
    people = {member.key for group in groups for member in group.members}
    return {
        "files": documents.files,
        "assignments": len(documents.assignments),
        "entries": sum(len(document.entries) for document in documents.assignments),
        "teams": len(documents.teams),
        "groups": len(groups),
        "people": len(people),
    }


def _as_text(documents: Documents, diagnostics: list[Diagnostic], *, color: bool) -> str:
    counts = _counts(documents)
    words = ", ".join(f"{count:,} {_SINGULAR[name] if count == 1 else name}" for name, count in counts.items())
    warnings = sum(one.severity == "warning" for one in diagnostics)
    told = "no problems" if not warnings else f"no errors, {warnings:,} warning{'' if warnings == 1 else 's'}"
    text = f"{told}: {words}\n"
    if diagnostics:
        from reconciler.render.terminal import render_diagnostics  # noqa: PLC0415 - start-up is measured

        text = render_diagnostics(diagnostics, color=color) + text
    return text


def _as_json(documents: Documents, diagnostics: list[Diagnostic]) -> str:
    import msgspec  # noqa: PLC0415 - start-up is measured

    answer = {"format": "reconciler/validate/1", "counts": _counts(documents), "diagnostics": diagnostics}
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n"
