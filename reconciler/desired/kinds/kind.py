"""Defines a kind of document: its shape, and how documents of it are decoded, merged and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.desired.yaml.strict_reader import LocatedDocument
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import Documents

__all__ = ["Kind", "Reading"]

Shape = TypeVar("Shape", bound=msgspec.Struct)
Decoded = TypeVar("Decoded")


class Reading(NamedTuple):
    """Facts that merging may know beside the documents of a kind.

    ``policy_files`` are globs of the files that may hold a policy, null where all may.
    """

    policy_files: Sequence[str] | None = None


class Kind(NamedTuple, Generic[Shape, Decoded]):
    """One kind of document.

    ``shape`` is the accepted shape. ``decode`` returns what a document says, with its places. ``merge`` puts all
    documents of the kind together. It returns the results by name, and the problems among the documents. Names that are
    fields of ``Documents`` become those fields; ``more`` holds the others. ``content`` returns what must be equal where
    documents are the same, in any order of files; ``more`` lacks names where no document is of the kind. It is null for
    a kind that asks for nothing.
    """

    name: str
    shape: type[Shape]
    decode: Callable[[LocatedDocument, Shape], Decoded]
    merge: Callable[[Sequence[Decoded], Reading], tuple[Mapping[str, Any], list[Diagnostic]]]
    content: Callable[[Documents], object] | None
