"""Reads the revision that a plan is compared with, and the settings and lines of it that count now."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import UsageError
from reconciler.operations.dated_documents import read_base
from reconciler.planning.held import Tolerance

if TYPE_CHECKING:
    import datetime
    from pathlib import Path

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.documents import Documents
    from reconciler.operations.workspace import Workspace
    from reconciler.planning.restricting import Restriction

__all__ = ["read_base_for", "refusal", "with_old_lines", "with_power_of_base"]


def read_base_for(
    workspace: Workspace, revision: str, restriction: Restriction, day: datetime.date | None = None
) -> Base:
    """Read a base for a plan that is whole or restricted, as of a day (UTC; null: today).

    A whole plan takes any base. The parts that can be understood count, and guards are stricter for the others. All
    that the base asked for decides what a restricted plan skips. Raises UsageError where that is not known: documents
    with errors, without settings, or of another company. Such a base would make everything requested.
    """
    base = read_base(workspace.settings_file, revision, day or workspace.run.today)
    if restriction.only is not None:
        _require_understood(base, workspace.service.company_id)
    return base


def with_power_of_base(workspace: Workspace, base: Base | None) -> Workspace:
    """Return the workspace with settings of the base that give power: ``exclude``, ``self_heal`` and ``policy_files``.

    A request that changes them is judged by the old values; the new ones count from the next request on. But a file is
    left out only if both revisions exclude it. So documents that a request brings in are in its own plan, as new ones.
    Addresses and company are compared instead, and both service accounts are guarded.
    """
    if base is None or base.settings is None:
        return workspace
    written = workspace.written_settings
    then = base.settings
    settings = msgspec.structs.replace(
        written, excluded_at_base=then.exclude, self_heal=then.self_heal, policy_files=then.policy_files
    )
    return msgspec.structs.replace(workspace, settings=settings, written=written)


def with_old_lines(workspace: Workspace, base: Base | None, folder: Path) -> Workspace:
    """Return the workspace with lines of the base held where they cannot be resolved.

    Without a base, the last applied commit takes its place, if the journal in ``folder`` or the forge knows it.
    """

    @cache
    def known() -> tuple[Documents, ...] | None:
        if base is not None:
            documents = base.documents_for(workspace.service.company_id)
        else:
            # most runs never ask, and the journal and forges take as long to load as reading many documents
            from reconciler.operations.last_applied import documents_applied_last  # noqa: PLC0415 - start-up is measured

            documents = documents_applied_last(workspace, folder)
        return None if documents is None else (documents,)

    return msgspec.structs.replace(workspace, tolerance=Tolerance(known))


def _require_understood(base: Base, company_id: str) -> None:
    if base.settings is None:
        raise UsageError(refusal(base, "have no usable settings"), diagnostics=base.errors)
    if base.settings.company_id != company_id:
        raise UsageError(refusal(base, f"are those of another company ({base.settings.company_id})"))
    if base.errors:
        raise UsageError(refusal(base, "have errors"), diagnostics=base.errors)


def refusal(base: Base, why: str) -> str:
    """Return why a base cannot tell what drifted."""
    return f"the documents at {base.revision[:12]} {why}, so they cannot show what drifted: name another base"
