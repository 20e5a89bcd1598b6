"""Tells of what the base revision managed and nobody manages any more; it compares no people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.base import BaseTarget
    from reconciler.model.live import Catalogue
    from reconciler.model.scope import ResolvedTarget

__all__ = ["judge_released"]

PLACES_NAMED = 5


def judge_released(
    base: Mapping[str, BaseTarget],
    targets: Iterable[ResolvedTarget],
    revision: str,
    catalogue: Catalogue,
) -> list[Diagnostic]:
    """Tell of what the base managed and nothing manages now: nobody is removed there, and nobody watches either."""
    now = {resolved.target.address: resolved.groups.keys() for resolved in targets}
    released = sorted(
        address for address, then in base.items() if address not in now or not then.groups.keys() <= now[address]
    )
    if not released:
        return []
    names = _Names(catalogue)
    few = ", ".join(names.of(address) for address in released[:PLACES_NAMED])
    more = f" and {len(released) - PLACES_NAMED:,} more" if len(released) > PLACES_NAMED else ""
    presets = "1 preset has" if len(released) == 1 else f"{len(released):,} presets have"
    message = (
        f"{presets} groups that {revision[:12]} manages and these documents do not: they keep whoever they hold, and "
        f"nothing watches over them any more ({few}{more}); restore the documents if that is not meant"
    )
    return [Diagnostic(severity="warning", code="policy/no-longer-managed", message=message)]


class _Names:
    """People's words for addresses."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._projects = {one.id: one.name for one in catalogue.projects}
        self._templates = {one.id: one.name for one in catalogue.templates}

    def of(self, address: str) -> str:
        """Give template and project, or company."""
        scope, _, template_id = address.partition("/templates/")
        project_id = scope.partition("/")[2]
        place = self._projects.get(project_id, project_id) or "company"
        return f"{self._templates.get(template_id, template_id)} · {place}"
