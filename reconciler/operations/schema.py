"""Finds the JSON Schemas that come with this installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.schemas import schema_folder
from reconciler.errors import FileError, UsageError
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["find_schema", "list_schemas"]

_ENDING = ".schema.json"


def list_schemas() -> list[str]:
    """Return the kinds of documents and formats that have a schema, in order."""
    return sorted(path.name.removesuffix(_ENDING) for path in schema_folder().glob(f"*{_ENDING}"))


def find_schema(kind: str) -> Path:
    """Return the file of a kind's schema.

    Raises:
        UsageError: No kind has this name.
        FileError: This installation has no schemas.
    """
    known = list_schemas()
    if not known:
        raise FileError("this installation has no schemas; install it again")
    if kind not in known:
        raise UsageError(f"no schema '{kind}' (there are: {', '.join(known)}){did_you_mean(kind, known)}")
    return schema_folder() / f"{kind}{_ENDING}"
