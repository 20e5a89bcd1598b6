"""Finds the groups that lines which cannot be resolved may mean: a broader line must not take them over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.diagnostics import Diagnostic, Origin
from reconciler.model.phrases import counted
from reconciler.model.scope import Rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.live import PresetKey
    from reconciler.model.scope import LostEntry

__all__ = ["HELD_BROADER", "LostLines"]

HELD_BROADER = "documents/held-broader"
_PLACES_NAMED = 5
# means any template, and any project
_ANY = "*"


class _Line(NamedTuple):
    """How narrow a line is that names a group, and its place."""

    rank: Rank
    origin: Origin


class LostLines:
    """Lines with an unknown meaning, and the presets that are skipped because of each."""

    def __init__(self, lost: Iterable[LostEntry]) -> None:
        self._lines: dict[tuple[str, str | None], dict[str | None, _Line]] = {}
        self._left_alone: dict[Origin, set[str]] = {}
        for one in lost:
            projects: Iterable[str | None] = (_ANY,) if one.project_ids is None else one.project_ids
            for project_id in projects:
                self._add((one.template_id or _ANY, project_id), one)

    def _add(self, place: tuple[str, str | None], lost: LostEntry) -> None:
        entry = lost.entry
        line = _Line(Rank.NAMED if entry.where is None else Rank.WHERE, entry.origin)
        names: list[str | None] = [*entry.groups]
        if entry.workflow_manager is not None:
            names.append(None)
        lines = self._lines.setdefault(place, {})
        for name in names:
            lines[name] = max(line, lines.get(name, line))

    def uncertain(
        self, key: PresetKey, address: str, ranks: Mapping[str | None, Rank], unresolved: Mapping[Origin, Rank]
    ) -> set[str | None]:
        """Return the names of groups (null: the workflow manager) that a narrower line may apply to.

        ``ranks`` has the rank of the line that applies to each name of a preset. ``unresolved`` are lines for groups of
        this preset whose names cannot be found: each may mean any of its groups.
        """
        uncertain: set[str | None] = set()
        for name, rank in ranks.items():
            narrower = {line.origin for line in self._of(key, name) if line.rank > rank}
            if name is not None:
                narrower.update(origin for origin, other in unresolved.items() if other > rank)
            for origin in narrower:
                self._left_alone.setdefault(origin, set()).add(address)
            if narrower:
                uncertain.add(name)
        return uncertain

    def _of(self, key: PresetKey, name: str | None) -> Iterable[_Line]:
        projects = (None,) if key.project_id is None else (key.project_id, _ANY)
        for template_id in (key.template_id, _ANY):
            for project_id in projects:
                line = self._lines.get((template_id, project_id), {}).get(name)
                if line is not None:
                    yield line

    def told(self) -> Iterable[Diagnostic]:
        """Yield a warning for each line because of which presets are skipped that a broader line applies to."""
        for origin, addresses in sorted(self._left_alone.items()):
            few = ", ".join(sorted(addresses)[:_PLACES_NAMED])
            more = f" and {len(addresses) - _PLACES_NAMED:,} more" if len(addresses) > _PLACES_NAMED else ""
            presets = counted(len(addresses), "preset")
            message = (
                f"this line may mean {presets} that a broader line speaks for, so the groups it names stay as they are "
                f"there too ({few}{more})"
            )
            yield Diagnostic(severity="warning", code=HELD_BROADER, message=message, origin=origin)
