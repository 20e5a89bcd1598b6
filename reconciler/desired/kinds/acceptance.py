"""Accepts a document quickly by its shape; what is wrong with one is found by the schema of that shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from reconciler.desired.yaml.strict_reader import LocatedDocument

__all__ = ["accept"]

Shape = TypeVar("Shape")


def accept(document: LocatedDocument, shape: type[Shape]) -> tuple[Shape | None, list[Diagnostic]]:
    """Return what a document holds, or null with everything that is wrong with it."""
    try:
        return msgspec.convert(document.data, shape, strict=True), []
    except msgspec.ValidationError as error:
        from reconciler.desired.kinds.refusal_words import explain_by_shape  # noqa: PLC0415 - start-up is measured

        diagnostics = explain_by_shape(document, shape)
        if not diagnostics:
            message = f"not acceptable: {error}"
            diagnostics = [
                Diagnostic(severity="error", code="documents/schema", message=message, origin=document.origin())
            ]
        return None, diagnostics
