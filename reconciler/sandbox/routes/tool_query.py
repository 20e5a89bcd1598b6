"""Reads which tool a request names: its type, and its subtype where the type has several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.refusal import Refusal, short
from reconciler.sandbox.store.catalogue_tables import CORRESPONDENCE

if TYPE_CHECKING:
    from starlette.requests import Request

    from reconciler.sandbox.store.catalogue_tables import Catalogue, Tool

__all__ = ["tool_of"]

_DIGITS = 18


def tool_of(request: Request, catalogue: Catalogue, type_parameter: str, subtype_parameter: str) -> Tool:
    """Return the tool; raises Refusal where none, an unknown one, or a type without its subtype is named."""
    tool_type = request.query_params.get(type_parameter)
    if not tool_type:
        raise Refusal(400, f"{type_parameter} is required")
    if not catalogue.has_type(tool_type):
        raise Refusal(422, f"unknown tool type {short(tool_type)}")
    if tool_type != CORRESPONDENCE:
        return tool_type, None
    text = request.query_params.get(subtype_parameter)
    if not text:
        raise Refusal(400, f"{subtype_parameter} is required where {type_parameter} is {CORRESPONDENCE}")
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise Refusal(400, f"{subtype_parameter} is a whole number")
    tool = tool_type, int(text)
    if not catalogue.has_tool(tool):
        raise Refusal(422, f"unknown subtype {text} of {CORRESPONDENCE}")
    return tool
