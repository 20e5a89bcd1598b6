"""Looks up the fields that rules read in the item, the project and the instance."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.routed import Value
    from reconciler.model.routing import Routing

__all__ = ["MISSING", "disclosed_field", "field_value", "needs_item", "needs_project", "shown_values"]

MISSING: Final = object()
_LONGEST = 200
_SHORTEST = 4


def field_value(facts: Mapping[str, Any], field: str) -> object:
    """Return the value of a field such as ``item.amount``; ``MISSING`` where it is not there, or null."""
    found: Any = facts
    for step in field.split("."):
        if not isinstance(found, dict) or step not in found:
            return MISSING
        found = found[step]
    return MISSING if found is None else found


def shown_values(facts: Mapping[str, Any], routing: Routing) -> dict[str, Value]:
    """Return the fields that rules read, as journal and report hold them: cut, and without those that are redacted.

    A field that is not there is left out. Mappings and lists are shown by their kind.
    """
    fields = dict.fromkeys(condition.field for rule in routing.rules for condition in rule.where)
    return {
        field: shown_value(value)
        for field in fields
        if not is_redacted(field, routing.redact) and (value := field_value(facts, field)) is not MISSING
    }


def is_redacted(field: str, redacted: Iterable[str]) -> bool:
    """Return whether a field, or a mapping that it is in, may not be shown."""
    return any(field == one or field.startswith(f"{one}.") for one in redacted)


def disclosed_field(text: str, facts: Mapping[str, Any], redacted: Iterable[str]) -> str | None:
    """Return the redacted field whose value, or a value within it, is in a text; null where there is none.

    Case, blanks and punctuation do not count. Values of less than four letters or digits are not looked for: a text has
    them by chance. Nor is a part of a value.
    """
    text = _plain(text)
    for field in redacted:
        left = [field_value(facts, field)]
        while left:
            value = left.pop()
            if isinstance(value, dict | list):
                left.extend(value.values() if isinstance(value, dict) else value)
            elif isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
                shown = {_plain(str(value)), _plain(_normal(value))}
                if any(len(one) >= _SHORTEST and one in text for one in shown):
                    return field
    return None


def _plain(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def _normal(value: object) -> str:
    """Return a number without zeros at its end, as a program may write it."""
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value.normalize():f}"
    return str(value)


def shown_value(value: object) -> Value:
    """Return a value as journal and report hold it: numbers as text, so that no digit is lost."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    return "(a mapping)" if isinstance(value, dict) else "(a list)"


def needs_item(routing: Routing) -> bool:
    """Return whether any rule reads the item."""
    return routing.item_path is not None and (bool(_programs(routing)) or "item" in _roots(routing))


def needs_project(routing: Routing) -> bool:
    """Return whether rules read the project, or the path of the item names it."""
    path = routing.item_path or ""
    return bool(_programs(routing)) or "project" in _roots(routing) or "{project_id}" in path


def _programs(routing: Routing) -> list[str]:
    return [rule.name for rule in routing.rules if rule.decide]


def _roots(routing: Routing) -> set[str]:
    return {condition.field.partition(".")[0] for rule in routing.rules for condition in rule.where}
