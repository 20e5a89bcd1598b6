"""What another revision of the documents managed, seen with today's live; it compares no people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import preset_address
from reconciler.planning.selecting import select
from reconciler.planning.targeting import find_targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.documents import Documents
    from reconciler.model.live import Catalogue, LiveState
    from reconciler.model.scope import ResolvedTarget

__all__ = ["judge_released", "managed_groups"]

PLACES_NAMED = 5


def managed_groups(base: Documents | None, state: LiveState) -> dict[str, frozenset[str]]:
    """Give the group uuids that the base managed, by address; none where it had no documents.

    Of a preset that nobody looked for, because it is no longer in scope, the address stands there without groups.
    What cannot be found any more was managed by nobody: that makes guards stricter, never laxer.
    """
    if base is None:
        return {}
    scope, _ = select(base, state.catalogue)
    targets, _ = find_targets(scope, state.catalogue, state.presets, state.versions)
    looked_for = {(one.project_id, template_id) for one in state.listed for template_id in one.template_ids}
    managed: dict[str, frozenset[str]] = {
        preset_address(key): frozenset() for key in scope.claims if (key.project_id, key.template_id) not in looked_for
    }
    managed.update({target.address: frozenset(target.groups) for target in targets})
    return managed


def judge_released(
    managed_before: Mapping[str, frozenset[str]],
    targets: Iterable[ResolvedTarget],
    revision: str,
    catalogue: Catalogue,
) -> list[Diagnostic]:
    """Tell of what the base managed and nothing manages now: nobody is removed there, and nobody watches either."""
    now = {resolved.target.address: resolved.groups.keys() for resolved in targets}
    released = sorted(
        address for address, groups in managed_before.items() if address not in now or not groups <= now[address]
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
