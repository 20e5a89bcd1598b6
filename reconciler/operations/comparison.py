"""Describes what a base revision asks for of live, and refuses one that cannot tell who moved; it plans nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired import written_before
from reconciler.errors import UsageError
from reconciler.operations.documents import read_base
from reconciler.operations.observation import with_lists
from reconciler.planning.causes import base_targets
from reconciler.planning.held import Tolerance

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.desired import Base
    from reconciler.model.base import BaseTarget
    from reconciler.model.documents import Documents
    from reconciler.operations.observation import Observation
    from reconciler.operations.readers import LiveReader
    from reconciler.operations.workspace import Workspace
    from reconciler.planning import Restriction

__all__ = [
    "asked_by_base",
    "read_base_for",
    "with_old_lines",
    "with_people_of_base",
    "with_power_of_base",
]


def read_base_for(workspace: Workspace, revision: str, restriction: Restriction) -> Base:
    """Read a base for a plan that is whole or restricted.

    A whole plan takes any: what of it can be understood counts, and guards are the stricter for what cannot. What a
    restricted plan leaves alone hangs on all that the base asked for. Raises UsageError where that cannot be told: by
    documents with errors, without settings, or of another company, which would make everything requested.
    """
    base = read_base(workspace.settings_file, revision, workspace.run.today)
    if restriction.only is not None:
        _require_understood(base, workspace.service.company_id)
    return base


def with_power_of_base(workspace: Workspace, base: Base | None) -> Workspace:
    """Return the workspace with settings of the base that give power: ``exclude``, ``self_heal`` and ``policy_files``.

    A request that changes them is judged by the old values; the new ones count from the next request on. But a file is
    left out only where both exclude it: documents that a request brings in are in its own plan, as new ones. Addresses
    and company are compared instead, and both service accounts are guarded.
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

    Without a base, the last applied commit is the base for this, where the journal in ``folder`` or the forge know it.
    """

    @cache
    def known() -> tuple[Documents, ...] | None:
        if base is not None:
            documents = base.documents_for(workspace.service.company_id)
        else:
            from reconciler.operations.last_applied import documents_applied_last  # noqa: PLC0415 - only once needed

            documents = documents_applied_last(workspace, folder)
        return None if documents is None else (documents,)

    return msgspec.structs.replace(workspace, tolerance=Tolerance(known))


def asked_by_base(
    base: Base | None, company_id: str, observation: Observation, restriction: Restriction
) -> dict[str, BaseTarget] | None:
    """Return what the base asks for, by address; nothing where it is of another company, and null without one.

    Raises UsageError where a plan is restricted and the base names what cannot be found any more.
    """
    if base is None:
        return None
    asked, untold = base_targets(
        base.documents_for(company_id), observation.state, observation.index.find_surely, written_before(base)
    )
    if untold and restriction.only is not None:
        raise UsageError(
            _refusal(base, "name what cannot be found any more, or two things for one preset"), diagnostics=untold
        )
    return asked


def with_people_of_base(
    observation: Observation, reader: LiveReader, base: Base | None, company_id: str, restriction: Restriction
) -> Observation:
    """Look for people whom the base alone names, in groups that lose somebody: the cause of that hangs on who they are.

    That takes one list of possible assignees for each project and tool with such a group. Whoever is in none of them
    stays unseen, and nobody drifted beside them.
    """
    asked = asked_by_base(base, company_id, observation, restriction)
    wanted = set()
    for resolved in observation.resolved:
        target = resolved.target
        then = (asked or {}).get(target.address)
        if then is None:
            continue
        for membership in target.preset.groups:
            desired, before = resolved.groups.get(membership.uuid), then.groups.get(membership.uuid)
            unseen = before is not None and before.unseen
            if unseen and desired is not None and {one.id for one in membership.members} - desired.members.keys():
                wanted.add(target.place)
    return with_lists(observation, reader, wanted)


def _require_understood(base: Base, company_id: str) -> None:
    if base.settings is None:
        raise UsageError(_refusal(base, "have no usable settings"), diagnostics=base.errors)
    if base.settings.company_id != company_id:
        raise UsageError(_refusal(base, f"are those of another company ({base.settings.company_id})"))
    if base.errors:
        raise UsageError(_refusal(base, "have errors"), diagnostics=base.errors)


def _refusal(base: Base, why: str) -> str:
    return f"the documents at {base.revision[:12]} {why}; what drifted cannot be told by them; name another base"
