"""Says what is wrong with a document by the schema of its shape; most documents never need it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from reconciler.desired.kinds.derived_schema import derive_schemas
from reconciler.desired.schemas import explain, make_validator

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Diagnostic

__all__ = ["explain_by_shape", "validator"]


def explain_by_shape(document: LocatedDocument, shape: type) -> list[Diagnostic]:
    """Return everything that is wrong with a document of a shape."""
    return explain(document, validator(shape))


def validator(shape: type) -> Validator:
    """Return the validator of a shape, made once."""
    return _validator(shape)


@cache
def _validator(shape: type) -> Validator:
    (reference,), definitions = derive_schemas(shape)
    return make_validator(reference | {"$defs": definitions})
