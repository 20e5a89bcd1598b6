"""Checks documents by themselves; it opens no connection to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import RefusedError
from reconciler.model.diagnostics import Diagnostic, Origin, has_errors
from reconciler.model.phrases import counted
from reconciler.operations.bases import with_old_lines, with_power_of_base
from reconciler.operations.dated_documents import read_base
from reconciler.operations.repository_findings import loosening_findings
from reconciler.operations.workspace import journal_folder, open_workspace, read_documents
from reconciler.planning.guards.ends import judge_ends
from reconciler.planning.guards.offline import judge_documents
from reconciler.settings import untrusted_addresses

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.documents import Documents
    from reconciler.operations.run import Run

__all__ = ["validate_repository"]


def validate_repository(run: Run, settings_file: Path | None, base: str | None) -> tuple[Documents, list[Diagnostic]]:
    """Read every document, and return them with warnings and notes, in the order of their places.

    Raises DocumentsError for invalid documents, and RefusedError for what the policy forbids by itself.
    """
    workspace = open_workspace(run, settings_file)
    base_read = None if base is None else read_base(workspace.settings_file, base, run.today)
    workspace = with_old_lines(
        with_power_of_base(workspace, base_read), base_read, journal_folder(workspace.root, None)
    )
    documents, diagnostics = read_documents(workspace)
    judged = judge_documents(documents, run.today, own_account=workspace.settings.service_account)
    judged.extend(judge_ends(documents, run.today))
    judged.extend(loosening_findings(workspace, documents, base_read))
    untrusted = untrusted_addresses(workspace.service, run.environment)
    judged.extend(
        Diagnostic(severity="warning", code="settings/untrusted-host", message=message) for message in untrusted
    )
    diagnostics = sorted((*diagnostics, *judged), key=lambda one: one.origin or Origin("", 0, 0))
    if has_errors(diagnostics):
        count = sum(one.severity == "error" for one in diagnostics)
        words = counted(count, "demand")
        raise RefusedError(f"the documents are valid, but break {words} of the policy", diagnostics=diagnostics)
    return documents, diagnostics
