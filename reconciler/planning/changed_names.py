"""Finds names of a base that belong to something else now: what was made after it cannot be what it meant."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconciler.model.base import Newer
from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.base import BaseTarget
    from reconciler.model.scope import Claim, ResolvedTarget, Target

__all__ = ["judge_names", "newer_than"]

_NAMED = 5


def newer_than(target: Target, claims: Iterable[Claim], moment: datetime.datetime | None) -> Newer | None:
    """Return the name by which documents lead to a preset that was made after a moment; null where there is none.

    A project that is named by id is meant whatever it is called, and a ``where`` means every project that matches. The
    service gives no day for a project: that of its preset stands for it (docs/service.md section 3).
    """
    if moment is None or not _is_after(target.preset.created_at, moment):
        return None
    for claim in claims:
        reference = claim.entry.project
        if reference is not None and reference.id is None and target.project is not None:
            now = f"project {target.project.id}, whose preset was made"
            return Newer(f"project {reference}", now, target.preset.created_at or "")
        if claim.document.template.id is None and _is_after(target.template.created_at, moment):
            now = f"template {target.template.id}, which was made"
            return Newer(f"template {claim.document.template}", now, target.template.created_at or "")
    return None


def _is_after(text: str | None, moment: datetime.datetime) -> bool:
    try:
        made = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return False
    return (made if made.tzinfo else made.replace(tzinfo=datetime.UTC)) > moment


def judge_names(base: Mapping[str, BaseTarget], targets: Iterable[ResolvedTarget], revision: str) -> list[Diagnostic]:
    """Warn of every name that changed hands since the base, once, with the presets that are managed anew by it."""
    found: dict[Newer, list[ResolvedTarget]] = {}
    for one in targets:
        then = base.get(one.target.address)
        if then is not None and then.newer is not None:
            found.setdefault(then.newer, []).append(one)
    told = []
    for newer, presets in found.items():
        first = presets[0]
        origin = next(iter(first.groups.values())).origin if first.groups else None
        count = "1 preset is" if len(presets) == 1 else f"{len(presets):,} presets are"
        message = (
            f"the name changed hands: {newer.name} is now {newer.now} on {newer.made_at[:10]}, after {revision[:12]}, "
            f"so {count} managed for the first time: use {{id: …}} where a name may be given again"
        )
        told.append(Diagnostic(severity="warning", code="live/name-changed-hands", message=message, origin=origin))
    return told
