"""Finds names of a base that now belong to something made after it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from reconciler.model.base import Newer
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.base import BaseTarget
    from reconciler.model.scope import Claim, ResolvedTarget, Target

__all__ = ["WrittenBefore", "judge_names", "newer_than"]

WrittenBefore = Callable[[str, datetime.datetime], bool]


def newer_than(target: Target, claims: Iterable[Claim], written_before: WrittenBefore | None) -> Newer | None:
    """Return the name by which documents lead to a preset that was made after they were written, else null.

    ``written_before`` says whether the file at a path was last changed before a moment. A project that is named by id
    is meant under any name. A ``where`` means every project that matches. The service gives no day for a project, so
    the day of its preset is used (docs/service.md section 3).
    """
    made_at = _moment(target.preset.created_at)
    if written_before is None or made_at is None:
        return None
    for claim in claims:
        if not written_before(claim.entry.origin.path, made_at):
            continue
        reference = claim.entry.project
        if reference is not None and reference.id is None and target.project is not None:
            now = f"project {target.project.id}, whose preset was made"
            return Newer(f"project {reference}", now, target.preset.created_at or "")
        template_at = _moment(target.template.created_at)
        named = claim.document.template
        if named.id is None and template_at is not None and written_before(claim.entry.origin.path, template_at):
            return Newer(
                f"template {named}", f"template {target.template.id}, which was made", target.template.created_at or ""
            )
    return None


def _moment(text: str | None) -> datetime.datetime | None:
    try:
        made = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return made if made.tzinfo else made.replace(tzinfo=datetime.UTC)


def judge_names(base: Mapping[str, BaseTarget], targets: Iterable[ResolvedTarget], revision: str) -> list[Diagnostic]:
    """Warn once of every name that changed hands since the base, with the presets that are newly managed by it."""
    found: dict[Newer, list[ResolvedTarget]] = {}
    for one in targets:
        then = base.get(one.target.address)
        if then is not None and then.newer is not None:
            found.setdefault(then.newer, []).append(one)
    told = []
    for newer, presets in found.items():
        first = presets[0]
        origin = next(iter(first.groups.values())).origin if first.groups else None
        count = counted(len(presets), "preset is", "presets are")
        message = (
            f"the name changed hands: {newer.name} is now {newer.now} on {newer.made_at[:10]}, after {revision[:12]}, "
            f"so {count} managed for the first time: use {{id: …}} where a name may be given again"
        )
        told.append(Diagnostic(severity="warning", code="live/name-changed-hands", message=message, origin=origin))
    return told
