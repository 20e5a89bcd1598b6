"""Contradictions within routings that show without the service, and texts that a response cannot have."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.instances import INSTANCE_FIELDS
from reconciler.model.quantities import read_quantity
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.diagnostics import Origin, Severity
    from reconciler.model.routing import Condition, Routing, Rule

__all__ = ["check_routings"]

_ORDERED = frozenset({"at_least", "at_most", "above", "below", "between"})
_PLACES = ("{company_id}", "{project_id}", "{item_id}")
_PLACE = re.compile(r"\{[^}]*\}?|\}")
# a company or project of its own choice: the item of an instance is in the instance's own
_ELSEWHERE = re.compile(
    r"/(?:(companies)/(?!\{company_id\}(?:/|\Z))|(projects)/(?!\{project_id\}(?:/|\Z)))", re.IGNORECASE
)
# as docs/service.md has them; a project may have more
_PROJECT_FIELDS = (
    "id", "name", "display_name", "project_number", "stage", "active", "city", "state_code", "country_code",
    "project_region_id", "sector", "delivery_method", "custom_fields", "updated_at",
)  # fmt: skip
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    rf"(?:[0-9]{{4}}[-./][0-9]{{1,2}}[-./][0-9]{{1,2}}|[0-9]{{1,2}}[-./][0-9]{{1,2}}[-./][0-9]{{2,4}}|"
    rf"{_MONTH} [0-9]{{1,2}},? [0-9]{{4}}|[0-9]{{1,2}}\.? {_MONTH} [0-9]{{4}})"
)
# what is another one each time: a day alone is none, since a rule may speak of one
_CHANGING = re.compile(
    "|".join(
        (
            rf"\b{_DAY}(?:T|,? (?:at )?)[0-9]{{1,2}}[:h][0-9]{{2}}",
            r"\b[0-9]{1,2}:[0-9]{2}:[0-9]{2}\b",
            r"\b[12][0-9]{7}T[0-9]{4,6}Z?\b",
            r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
            r"\b(?:run|request|trace|correlation|execution)[ _-]?id[ :=#_-]*(?=[0-9a-f-]*[0-9])[0-9a-f-]{3,}",
            r"\brun[ _-]?(?:number|no\.|#)[ :=]*[0-9]{2,}\b",
            r"\{[^}]*\}|\$\(|\$\{|%[A-Za-z]\b",
        )
    ),
    re.IGNORECASE,
)
# what may be: a number of another kind looks alike, so it is said and not refused
_MAYBE_CHANGING = re.compile(
    r"\b1[6-9][0-9]{8}(?:[0-9]{3})?\b|\b20[0-9]{10}(?:[0-9]{2})?\b|\b(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{12,}\b",
    re.IGNORECASE,
)


def check_routings(routings: Sequence[Routing]) -> Iterator[Diagnostic]:
    """Yield steps that two documents route, and what each document has that cannot work."""
    first: dict[tuple[str, ...], Routing] = {}
    for one in routings:
        key = (str(one.template), one.tool or "", one.step, *one.integration.key)
        known = first.setdefault(key, one)
        if known is not one:
            message = f"{one.integration} is given rules for {one.title} at {known.step_origin} too; keep one document"
            yield _error("documents/conflict", message, one.step_origin)
        yield from _within(one)


def _within(routing: Routing) -> Iterator[Diagnostic]:
    for one in routing.fallback:
        if one.key == routing.integration.key:
            yield _error("routing/no-fallback", f"{one} is the integration itself: name people here", one.origin)
    if routing.item_path is not None:
        yield from _item_path(routing.item_path, routing.item_origin or routing.origin)
    needs_item = [one for rule in routing.rules for one in rule.where if one.field.startswith("item.")]
    if routing.item_path is None and needs_item:
        message = f"'{needs_item[0].field}' needs the item: add 'item: {{path: …}}' to this document"
        yield _error("routing/item", message, needs_item[0].origin)
    yield from _redacted(routing)
    names: dict[str, Rule] = {}
    for rule in routing.rules:
        if names.setdefault(rule.name, rule) is not rule:
            message = f"a second rule '{rule.name}' (first at {names[rule.name].origin}): give it another name"
            yield _error("documents/conflict", message, rule.origin)
        yield from _rule(rule)


def _redacted(routing: Routing) -> Iterator[Diagnostic]:
    """Warn of a field to be hidden that no rule reads: such a slip would hide nothing. A program reads all."""
    if any(rule.decide for rule in routing.rules):
        return
    read = {one.field for rule in routing.rules for one in rule.where}
    for field in routing.redact:
        if not any(one == field or one.startswith(f"{field}.") for one in read):
            hint = did_you_mean(field, read) or ": journal and report hold only what rules read"
            message = f"no rule reads '{field}', so this hides nothing{hint}"
            yield Diagnostic(severity="warning", code="routing/redact", message=message, origin=routing.origin)


def _item_path(path: str, origin: Origin) -> Iterator[Diagnostic]:
    unknown = [one for one in _PLACE.findall(path) if one not in _PLACES]
    if unknown:
        message = f"nothing is known for '{unknown[0]}': write one of {', '.join(_PLACES)}"
        yield _error("routing/item", message, origin)
    elif "{item_id}" not in path:
        yield _error("routing/item", "the path leads to one page for all items: add {item_id}", origin)
    elif found := _ELSEWHERE.search(path):
        kind = found[1] or found[2]
        place = "{company_id}" if found[1] else "{project_id}"
        message = f"the path may lead to another place: write {place} behind /{kind}/"
        yield _error("routing/item", message, origin)


def _rule(rule: Rule) -> Iterator[Diagnostic]:
    for condition in rule.where:
        yield from _field(condition)
        yield from _condition(condition)
    if rule.comment is not None:
        yield from _comment(rule.comment, rule.origin)
    if rule.where:
        gives = {one.gives for one in rule.examples}
        missing = [] if rule.respond in gives else [f"gives '{rule.respond}'"]
        missing += [] if gives - {rule.respond} else ["gives 'nothing'"]
        if missing:
            message = f"rule '{rule.name}' needs an example that {' and one that '.join(missing)}"
            yield _error("routing/examples", message, rule.origin)
    if rule.decide and not rule.decide[0].startswith("/"):
        message = f"'{rule.decide[0]}' is not a whole path: write it from the root, such as /usr/local/bin/erp-decide"
        yield _error("routing/decide", message, rule.origin)


def _comment(comment: str, origin: Origin) -> Iterator[Diagnostic]:
    """Yield what would be another text each time; what may be a number of any kind is a warning."""
    refused = _CHANGING.search(comment)
    found = refused or _MAYBE_CHANGING.search(comment)
    if found is not None:
        message = (
            f"'{found[0]}' in a comment: it is sent as it is written, and the same each time, so that a response can "
            "be repeated; write the comment without moments, run ids and values"
        )
        severity: Severity = "error" if refused else "warning"
        yield Diagnostic(severity=severity, code="routing/comment", message=message, origin=origin)


def _field(condition: Condition) -> Iterator[Diagnostic]:
    """Yield a field that no instance has, and one that is near to a field of projects."""
    root, _, name = condition.field.partition(".")
    if root == "instance" and name not in INSTANCE_FIELDS:
        hint = did_you_mean(name, INSTANCE_FIELDS) or f"; its fields: {', '.join(INSTANCE_FIELDS)}"
        yield _error("routing/field", f"an instance has no field '{name}'{hint}", condition.origin)
    first = name.partition(".")[0]
    if root == "project" and first not in _PROJECT_FIELDS and (hint := did_you_mean(first, _PROJECT_FIELDS)):
        message = f"projects are not known to have a field '{first}'{hint}"
        yield Diagnostic(severity="warning", code="routing/field", message=message, origin=condition.origin)


def _condition(condition: Condition) -> Iterator[Diagnostic]:
    if condition.operator not in _ORDERED:
        return
    read = [read_quantity(one) for one in condition.operands]
    for operand, quantity in zip(condition.operands, read, strict=True):
        if quantity is None:
            message = (
                f"'{operand}' is neither a number nor a day, and text has no order: write a number such as "
                '"50000.00", or a day such as 2026-12-31'
            )
            yield _error("routing/operand", message, condition.origin)
            return
    for low, high in pairwise(read):
        if type(low) is not type(high):
            yield _error("routing/operand", "both ends are numbers, or both are days", condition.origin)
        elif low > high:  # type: ignore[operator]
            message = f"nothing is between {condition.operands[0]} and {condition.operands[1]}: the lower one is first"
            yield _error("routing/operand", message, condition.origin)


def _error(code: str, message: str, origin: Origin) -> Diagnostic:
    return Diagnostic(severity="error", code=code, message=message, origin=origin)
