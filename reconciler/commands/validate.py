"""``reconciler validate``: documents only; it opens no connection."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from reconciler.console.diagnostic_formats import annotate, diagnostics_text
from reconciler.console.format_names import ANNOTATION_FORMATS, AnnotationFormat
from reconciler.console.options import common_options, out_option
from reconciler.console.streams import emit
from reconciler.model.phrases import counted
from reconciler.operations.files import require_writable
from reconciler.operations.validate import validate_repository

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.console.options import Common
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents

__all__ = ["validate"]

_SINGULAR = {"files": "file", "assignments": "assignment", "entries": "entry", "teams": "team", "groups": "group",
             "people": "person", "routings": "routing"}  # fmt: skip


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

    Every problem of every file is shown in one run, each with file:line:column and what to write instead. It also
    shows documents that ask for what a policy forbids (exit code 3). Invalid documents end with 7.
    """
    if out is not None:
        require_writable(out)
    documents, diagnostics = validate_repository(common.run, common.config, base)
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
    counts = {
        "files": documents.files,
        "assignments": len(documents.assignments),
        "entries": sum(len(document.entries) for document in documents.assignments),
        "teams": len(documents.teams),
        "groups": len(groups),
        "people": len(people),
    }
    return counts | ({"routings": len(documents.routings)} if documents.routings else {})


def _as_text(documents: Documents, diagnostics: list[Diagnostic], *, color: bool) -> str:
    counts = _counts(documents)
    words = ", ".join(f"{count:,} {_SINGULAR[name] if count == 1 else name}" for name, count in counts.items())
    warnings = sum(one.severity == "warning" for one in diagnostics)
    told = "no problems" if not warnings else f"no errors, {counted(warnings, 'warning')}"
    text = f"{told}: {words}\n"
    if diagnostics:
        text = diagnostics_text(diagnostics, color=color) + text
    return text


def _as_json(documents: Documents, diagnostics: list[Diagnostic]) -> str:
    answer = {"format": "reconciler/validate/1", "counts": _counts(documents), "diagnostics": diagnostics}
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n"
