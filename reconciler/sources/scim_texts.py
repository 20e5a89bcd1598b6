"""Texts of SCIM attributes, found by their paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sources.attribute_texts import as_text, joined

if TYPE_CHECKING:
    from reconciler.model.scim_paths import ScimPath

__all__ = ["text_at"]


def text_at(path: ScimPath, resource: dict[str, Any]) -> str:
    """Return the value of a resource as text. Of several values the primary one counts."""
    place: Any = resource if path.urn is None else _find(resource, path.urn)
    value = _find(place, path.attribute) if isinstance(place, dict) else None
    if not isinstance(value, list):
        return _part(path, value)
    several = [one for one in value if _is_chosen(path, one)]
    primary = [one for one in several if isinstance(one, dict) and _find(one, "primary") is True]
    return joined(_part(path, one) for one in (primary or several))


def _is_chosen(path: ScimPath, value: object) -> bool:
    if path.key is None:
        return True
    found = _find(value, path.key) if isinstance(value, dict) else None
    return isinstance(found, str) and found.casefold() == (path.text or "").casefold()


def _part(path: ScimPath, value: object) -> str:
    if isinstance(value, dict) and path.sub is not None:
        return as_text(_find(value, path.sub))
    return as_text(value)


def _find(place: dict[str, Any], name: str) -> Any:
    """Return an attribute; their names have no case (RFC 7643 section 2.1)."""
    if name in place:
        return place[name]
    folded = name.casefold()
    return next((value for key, value in place.items() if key.casefold() == folded), None)
