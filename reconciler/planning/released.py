"""Presets that the base revision managed and no document manages, or that cannot be found now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.live import preset_address
from reconciler.model.phrases import counted
from reconciler.planning.place_names import PlaceNames
from reconciler.planning.scope.claims import select

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from reconciler.model.base import BaseTarget
    from reconciler.model.diagnostics import Origin
    from reconciler.model.documents import Assignments, Documents, Entry
    from reconciler.model.live import Catalogue, LiveState
    from reconciler.model.scope import ResolvedTarget

__all__ = ["judge_released", "judge_unseen"]

PLACES_NAMED = 5


def judge_released(
    base: Mapping[str, BaseTarget],
    targets: Iterable[ResolvedTarget],
    revision: str,
    catalogue: Catalogue,
) -> list[Diagnostic]:
    """Report of what the base managed and nothing manages now: nobody is removed there, and nobody watches either."""
    now = {resolved.target.address: resolved.named for resolved in targets}
    released = sorted(
        address for address, then in base.items() if address not in now or not then.groups.keys() <= now[address]
    )
    if not released:
        return []
    names = PlaceNames(catalogue)
    few = ", ".join(names.of(address) for address in released[:PLACES_NAMED])
    more = f" and {len(released) - PLACES_NAMED:,} more" if len(released) > PLACES_NAMED else ""
    presets = counted(len(released), "preset has", "presets have")
    message = (
        f"{presets} groups that {revision[:12]} manages and these documents do not: their members stay, and drift no "
        f"longer looks at them ({few}{more}); restore the documents if that is not meant"
    )
    return [Diagnostic(severity="warning", code="policy/no-longer-managed", message=message)]


def judge_unseen(
    base: Documents | None, state: LiveState, revision: str, reported: Collection[str] = ()
) -> list[Diagnostic]:
    """Warn of presets that the base names and that cannot be found now: nothing is known of them.

    One kind are entries of the base whose template or project is not in the catalogue. The other are presets of a named
    project, or of the company, that were looked for and not listed. The presets that a ``where`` of the base selected
    on its day are not known. ``reported`` are messages already reported, such as those of held lines. A text that ends
    one of them is not repeated.
    """
    if base is None:
        return []
    named = tuple(_without_selections(document) for document in base.assignments)
    scope, lost = select(msgspec.structs.replace(base, assignments=named), state.catalogue)
    news = (one for one in lost if one.severity == "error" and not any(text.endswith(one.message) for text in reported))
    places = {one.origin for one in news if one.origin is not None}
    lost_entries = [name for document in base.assignments for name in _lost(document, places)]
    missing = {(one.project_id, template) for one in state.listed for template in one.template_ids}
    missing -= {(one.project_id, one.template_id) for one in state.presets}
    names = PlaceNames(state.catalogue)
    unread = (key for key in scope.claims if (key.project_id, key.template_id) in missing)
    unseen = sorted({*lost_entries, *(names.of(preset_address(key)) for key in unread)})
    if not unseen:
        return []
    few = ", ".join(unseen[:PLACES_NAMED])
    more = f" and {len(unseen) - PLACES_NAMED:,} more" if len(unseen) > PLACES_NAMED else ""
    presets = counted(len(unseen), "entry or preset", "entries or presets")
    message = (
        f"{presets} that {revision[:12]} manages cannot be found now, so nothing is known of the roles there "
        f"({few}{more}): check the access of the account, or where they were renamed, that these documents use the new "
        "names"
    )
    return [Diagnostic(severity="warning", code="live/unseen", message=message)]


def _without_selections(document: Assignments) -> Assignments:
    return msgspec.structs.replace(document, entries=tuple(one for one in document.entries if one.where is None))


def _lost(document: Assignments, places: set[Origin]) -> Iterator[str]:
    """Return people's words for the entries of a document whose names cannot be found."""
    gone = document.template.origin in places
    template = document.template.name or str(document.template)
    for entry in document.entries:
        if gone or (entry.project is not None and entry.project.origin in places):
            yield f"{template} · {_words(entry)}"


def _words(entry: Entry) -> str:
    if entry.project is None:
        return "company" if entry.where is None else "projects that match a 'where'"
    return entry.project.name or str(entry.project)
