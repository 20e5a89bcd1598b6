"""Texts of attribute values as servers send them: numbers, truths, and objects with a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.spelling import comparable
from reconciler.sources.table_rows import SeveralTexts

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["as_text", "joined"]


def as_text(value: object) -> str:
    """Return the text of one value; of an object it is its ``name``, ``value`` or ``displayName``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return comparable(value).strip()
    if isinstance(value, dict):
        return next((as_text(value[key]) for key in ("name", "value", "displayName") if value.get(key)), "")
    if isinstance(value, list):
        return joined(as_text(one) for one in value)
    return str(value)


def joined(texts: Iterable[str]) -> str:
    """Return the texts that are not blank as one, which remembers that they are several."""
    found = list(dict.fromkeys(one for one in texts if one))
    if not found:
        return ""
    return found[0] if len(found) == 1 else SeveralTexts(found)
