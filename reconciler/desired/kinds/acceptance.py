"""Accepts a document quickly by its shape, or says what is wrong with it by the schema of that shape."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

from reconciler.desired.kinds.derived_schema import derive_schemas
from reconciler.desired.schemas import explain, make_validator
from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from reconciler.desired.yaml.strict_reader import LocatedDocument

__all__ = ["accept", "validator"]

Shape = TypeVar("Shape")


def accept(document: LocatedDocument, shape: type[Shape]) -> tuple[Shape | None, list[Diagnostic]]:
    """Return what a document holds, or null with everything that is wrong with it."""
    try:
        return msgspec.convert(document.data, shape, strict=True), []
    except msgspec.ValidationError as error:
        diagnostics = explain(document, validator(shape))
        if not diagnostics:
            message = f"not acceptable: {error}"
            diagnostics = [
                Diagnostic(severity="error", code="documents/schema", message=message, origin=document.origin())
            ]
        return None, diagnostics


def validator(shape: type) -> Validator:
    """Return the validator of a shape, made once."""
    return _validator(shape)


@cache
def _validator(shape: type) -> Validator:
    (reference,), definitions = derive_schemas(shape)
    return make_validator(reference | {"$defs": definitions})
