"""Derives the JSON Schema of a document from its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.desired.kinds.common_shapes import Strict
from reconciler.desired.kinds.field_words import EXPECTED, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["derive_schemas", "publish"]

Schema = dict[str, Any]
_ENDING = "Shape"
_OWN_KEYS = {EXPECTED, "discriminator"}  # the second is no keyword of JSON Schema: each form names its tag anyway


def derive_schemas(*shapes: type) -> tuple[list[Schema], Schema]:
    """Return a reference to the schema of each shape, and the definitions behind them by name.

    Messages are worded from them, so they hold what a message says was expected.

    Raises:
        ValueError: Two shapes have the same name.
    """
    references, definitions = msgspec.json.schema_components(shapes)
    for shape in _structures(shapes):
        if shape.__name__ not in definitions:
            raise ValueError(f"two shapes are named {shape.__name__}: rename one of them")
        definitions[shape.__name__] = _completed(shape, definitions[shape.__name__])
    found = {_short(name): _replaced(schema) for name, schema in definitions.items()}
    return [_replaced(one) for one in references], found


def publish(schema: Any) -> Any:
    """Return a schema without keys that the reconciler alone reads: strict validators refuse unknown ones."""
    if isinstance(schema, dict):
        return {key: publish(value) for key, value in schema.items() if key not in _OWN_KEYS}
    return [publish(one) for one in schema] if isinstance(schema, list) else schema


def _completed(shape: type[Strict], schema: Schema) -> Schema:
    """Add the rules of a shape, and its forms in place of one mapping with the keys of all."""
    title = {"title": _short(shape.__name__)}
    if not shape.choices:
        return schema | title | shape.rule
    forms = [
        {
            "type": "object",
            "properties": {key: schema["properties"][key] for key in keys},
            "required": [keys[0], *shape.also_required.get(keys[0], ())],
            "additionalProperties": False,
        }
        for keys in shape.choices
    ]
    return title | {"description": schema["description"], "anyOf": forms} | shape.rule


def _replaced(schema: Any) -> Any:
    """Put what is written by hand in place of what is derived, and short names in references."""
    if isinstance(schema, list):
        return [_replaced(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if WRITTEN in schema:
        kept = {key: schema[key] for key in ("description", EXPECTED) if key in schema}
        return _replaced(kept | schema[WRITTEN])
    return {key: _short(value) if key == "$ref" else _replaced(value) for key, value in schema.items()}


def _short(name: str) -> str:
    return name.removesuffix(_ENDING)


def _structures(types: Any) -> Iterator[type[Strict]]:
    """Yield the shapes of mappings below some types, each once."""
    seen: set[type] = set()
    left = list(msgspec.inspect.multi_type_info(types))
    while left:
        one = left.pop()
        if isinstance(one, msgspec.inspect.StructType):
            if one.cls in seen:
                continue
            seen.add(one.cls)
            left.extend(field.type for field in one.fields)
            if issubclass(one.cls, Strict):
                yield one.cls
        elif isinstance(one, msgspec.inspect.Metadata):
            left.append(one.type)
        elif isinstance(one, msgspec.inspect.UnionType):
            left.extend(one.types)
        elif isinstance(one, msgspec.inspect.CollectionType):
            left.append(one.item_type)
        elif isinstance(one, msgspec.inspect.DictType):
            left.extend((one.key_type, one.value_type))
