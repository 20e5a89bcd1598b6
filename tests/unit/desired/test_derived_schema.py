"""Schemas derived from shapes: rules beside the fields, forms, schemas written by hand, and what is published."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import pytest
from msgspec import UNSET, UnsetType

from reconciler.desired.kinds.common_shapes import Strict
from reconciler.desired.kinds.derived_schema import derive_schemas, publish
from reconciler.desired.kinds.field_words import EXPECTED, expects, keywords, needs, says, written
from reconciler.desired.kinds.refusal_words import validator


class PairShape(Strict, frozen=True):
    """A pair."""

    rule: ClassVar[dict[str, Any]] = {"oneOf": [needs("left"), needs("right")], EXPECTED: "one side"}

    left: Annotated[list[str] | UnsetType, keywords(uniqueItems=True), says("The left side.")] = UNSET
    right: Annotated[int | UnsetType, expects("a number")] = UNSET


class FormsShape(Strict, frozen=True):
    """A thing in two forms."""

    choices = (("name",), ("first", "last"))

    name: str | UnsetType = UNSET
    first: str | UnsetType = UNSET
    last: str | UnsetType = UNSET
    pair: PairShape | UnsetType = UNSET


class HandShape(Strict, frozen=True):
    """A mapping of a kind that no type says."""

    fields: Annotated[dict[str, int], written(type="object", maxProperties=1), says("Fields."), expects("one field")]
    pairs: list[PairShape]


def test_a_rule_is_added_to_the_fields() -> None:
    """With what a message says was expected, which is not published."""
    (reference,), definitions = derive_schemas(PairShape)
    assert reference == {"$ref": "#/$defs/Pair"}
    pair = definitions["Pair"]
    assert (pair["title"], pair["description"], pair["x-expected"]) == ("Pair", "A pair.", "one side")
    assert pair["properties"]["left"]["description"] == "The left side."
    assert pair["properties"]["right"] == {"x-expected": "a number", "type": "integer"}
    assert publish(pair) == {
        "title": "Pair",
        "description": "A pair.",
        "type": "object",
        "properties": {
            "left": {
                "description": "The left side.", "type": "array", "items": {"type": "string"}, "uniqueItems": True,
            },
            "right": {"type": "integer"},
        },
        "required": [],
        "additionalProperties": False,
        "oneOf": [
            {"properties": {"left": {}}, "required": ["left"]}, {"properties": {"right": {}}, "required": ["right"]},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "good"),
    [
        ({"name": "a"}, True),
        ({"first": "a"}, True),
        ({"first": "a", "last": "b"}, True),
        ({"last": "b"}, False),
        ({"name": "a", "last": "b"}, False),
        ({"name": "a", "pair": {"right": 1}}, False),
        ({}, False),
    ],
)
def test_forms_of_one_mapping(document: dict[str, Any], good: bool) -> None:  # noqa: FBT001
    """The first key of a form is required, and a key of no form is in none."""
    assert validator(FormsShape).is_valid(document) == good


def test_what_is_written_by_hand() -> None:
    """It replaces what the type says, and keeps its words; what it does not mention is still found."""
    _, definitions = derive_schemas(HandShape)
    assert definitions["Hand"]["properties"]["fields"] == {
        "description": "Fields.", "x-expected": "one field", "type": "object", "maxProperties": 1,
    }  # fmt: skip
    assert definitions.keys() == {"Hand", "Pair"}


class Elsewhere:
    """Another file."""

    class PairShape(Strict, frozen=True):
        """Another pair."""


def test_two_shapes_of_one_name() -> None:
    """One of them has to be renamed, because definitions are found by name."""
    with pytest.raises(ValueError, match="two shapes are named PairShape: rename one of them"):
        derive_schemas(PairShape, Elsewhere.PairShape)
