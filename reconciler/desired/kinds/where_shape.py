"""The shape of ``where:``, whose keys are fields of projects, apart from ``except``."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from reconciler.desired.kinds.common_shapes import A_PROJECT, A_TEXT, LONGEST_NAME, ReferenceShape, Text
from reconciler.desired.kinds.field_words import EXPECTED, expects, needs, written

__all__ = ["EXCEPT", "Where", "check_where"]

EXCEPT = "except"  # the one key that is not a field of projects
_PROJECT = [{"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}, {"$ref": "#/$defs/ReferenceShape"}]
_TEXT: list[Any] = [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]

# a type cannot say that the value of one key is another than that of all others
Where = Annotated[
    dict[str, Text | Annotated[list[Text | ReferenceShape], Meta(min_length=1)]],
    Meta(min_length=1),
    written(
        type="object",
        minProperties=1,
        anyOf=[{"not": needs(EXCEPT)}, {"minProperties": 2}],
        properties={
            EXCEPT: {
                "description": "Projects that match and are left out all the same.",
                EXPECTED: 'a list of projects, such as [{id: "1042"}]',
                "type": "array",
                "minItems": 1,
                "items": {EXPECTED: A_PROJECT, "anyOf": _PROJECT},
            }
        },
        additionalProperties={
            EXPECTED: "a text or a list of texts",
            "anyOf": [*_TEXT, {"type": "array", "minItems": 1, "items": {EXPECTED: A_TEXT, "anyOf": _TEXT}}],
        },
    ),
    expects("at least one field of the project list, such as {stage: Bidding}"),
]


def check_where(where: Where) -> None:
    """Refuse references among the texts of a field, texts that name nobody in ``except``, and nothing but that."""
    fields = {field: value for field, value in where.items() if field != EXCEPT}
    if not fields:
        raise ValueError("a field of the project list")
    listed = (one for value in fields.values() if isinstance(value, list) for one in value)
    if any(isinstance(one, ReferenceShape) for one in listed):
        raise ValueError("texts")
    left_out = where.get(EXCEPT, [ReferenceShape(id="0")])
    if not isinstance(left_out, list) or not all(_names_a_project(one) for one in left_out):
        raise ValueError("a list of projects")


def _names_a_project(one: Text | ReferenceShape) -> bool:
    return isinstance(one, ReferenceShape) or (isinstance(one, str) and 1 <= len(one) <= LONGEST_NAME)
