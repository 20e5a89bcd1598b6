"""``kind: routing``: a step that software answers, and the rules by which it does."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from reconciler.desired.kinds.common_shapes import TemplateIdShape
from reconciler.desired.kinds.kind import Kind
from reconciler.desired.kinds.member_lists import decode_members, decode_person
from reconciler.desired.kinds.routing_contradictions import check_routings
from reconciler.desired.kinds.routing_shapes import OperatorsShape, RoutingShape
from reconciler.desired.yaml.strict_reader import child
from reconciler.model.quantities import read_duration
from reconciler.model.reference import Reference
from reconciler.model.routing import Condition, Escalation, Routing, RoutingExample, RoutingLimits, Rule
from reconciler.model.spelling import comparable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.desired.kinds.kind import Reading
    from reconciler.desired.kinds.routing_shapes import EscalationShape, RoutingExampleShape, RuleShape
    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents
    from reconciler.model.routing import Operand

__all__ = ["KIND"]


def _decode(document: LocatedDocument, shape: RoutingShape) -> Routing:
    template = shape.template
    at_template = document.origin("template")
    return Routing(
        origin=document.origin(),
        template=Reference(origin=at_template, id=str(template.id))
        if isinstance(template, TemplateIdShape)
        else Reference(origin=at_template, name=comparable(template)),
        tool=None if shape.tool is UNSET else shape.tool,
        step=comparable(shape.step),
        step_origin=document.origin("step"),
        integration=decode_person(shape.integration, document.origin("integration")),
        fallback=decode_members(document.path, shape.fallback, child(document.marks, "fallback")),
        rules=tuple(_rule(document, index, one) for index, one in enumerate(shape.rules)),
        mode=shape.mode,
        limits=RoutingLimits()
        if shape.limits is UNSET
        else RoutingLimits(
            answers_per_hour=shape.limits.answers_per_hour, same_option_in_a_row=shape.limits.same_option_in_a_row
        ),
        item_path=None if shape.item is UNSET else shape.item.path,
        item_origin=None if shape.item is UNSET else document.origin("item", "path"),
        escalate=None if shape.escalate is UNSET else _escalation(document, shape.escalate),
        own_items=shape.own_items,
        redact=tuple(shape.redact),
    )


def _rule(document: LocatedDocument, index: int, shape: RuleShape) -> Rule:
    examples = [] if shape.examples is UNSET else shape.examples
    return Rule(
        name=shape.name,
        origin=document.origin("rules", index),
        where=() if shape.where is UNSET else tuple(_conditions(document, index, shape.where)),
        respond=None if shape.respond is UNSET else comparable(shape.respond),
        comment=None if shape.comment is UNSET else comparable(shape.comment),
        decide=() if shape.decide is UNSET else tuple(shape.decide),
        examples=tuple(_example(document, index, number, one) for number, one in enumerate(examples)),
    )


def _conditions(document: LocatedDocument, index: int, where: Mapping[str, Any]) -> Iterator[Condition]:
    for field, written in where.items():
        origin = document.origin("rules", index, "where", field)
        if not isinstance(written, OperatorsShape):
            values = written if isinstance(written, list) else [written]
            yield Condition(field=field, operator="equals", operands=_operands(values), origin=origin)
            continue
        for operator in written.__struct_fields__:
            operand = getattr(written, operator)
            if operand is not UNSET:
                listed = operand if isinstance(operand, list) else () if operator == "exists" else (operand,)
                at = document.origin("rules", index, "where", field, operator)
                yield Condition(field=field, operator=operator, operands=_operands(listed), origin=at)  # type: ignore[arg-type]


def _operands(values: Sequence[Operand]) -> tuple[Operand, ...]:
    return tuple(comparable(one) if isinstance(one, str) else one for one in values)


def _example(document: LocatedDocument, index: int, number: int, shape: RoutingExampleShape) -> RoutingExample:
    facts = {"item": shape.item, "project": shape.project, "instance": shape.instance}
    return RoutingExample(
        facts={name: _as_in_items(value) for name, value in facts.items() if value},
        gives=comparable(shape.gives),
        origin=document.origin("rules", index, "examples", number),
    )


def _as_in_items(value: Any) -> Any:
    """Return facts as an item would hold them: numbers with a fraction are decimals."""
    if isinstance(value, dict):
        return {key: _as_in_items(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_in_items(one) for one in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


def _escalation(document: LocatedDocument, shape: EscalationShape) -> Escalation:
    added = [shape.add] if isinstance(shape.add, str) else shape.add
    marks = child(child(document.marks, "escalate"), "add")
    seconds = read_duration(shape.overdue_for.strip())
    assert seconds is not None  # noqa: S101 - the shape accepts durations alone
    return Escalation(
        overdue_for=seconds,
        add=decode_members(document.path, added, marks),
        reason=shape.reason,
        origin=document.origin("escalate"),
    )


def _merge(documents: Sequence[Routing], _reading: Reading) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    return {"routings": tuple(documents)}, list(check_routings(documents))


def _content(documents: Documents) -> object:
    return sorted(map(msgspec.json.encode, documents.routings))


KIND = Kind(name="routing", shape=RoutingShape, decode=_decode, merge=_merge, content=_content)
