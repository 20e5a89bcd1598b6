"""Annotates the fields of shapes with words: a description for editors, and what a message says was expected."""

from __future__ import annotations

from typing import Any

from msgspec import Meta

__all__ = ["EXPECTED", "WRITTEN", "expects", "keywords", "needs", "says", "written"]

# keys of a schema that the reconciler alone reads; published schemas have none of them
EXPECTED = "x-expected"
WRITTEN = "x-written"


def says(description: str) -> Meta:
    """Return the description of a field, which editors show."""
    return Meta(description=description)


def expects(words: str) -> Meta:
    """Return the words of a message behind "expected"."""
    return keywords(**{EXPECTED: words})


def keywords(**more: Any) -> Meta:
    """Return keywords of JSON Schema that a type cannot say, such as ``uniqueItems``."""
    return Meta(extra_json_schema=more)


def written(**schema: Any) -> Meta:
    """Return a schema in place of the one that would be derived from the type."""
    return keywords(**{WRITTEN: schema})


def needs(key: str) -> dict[str, Any]:
    """Return the schema of a mapping that has a key; strict validators refuse a required key without a property."""
    return {"properties": {key: {}}, "required": [key]}
