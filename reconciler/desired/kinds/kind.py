"""What makes a kind of document: its shape, how it is decoded, how several are merged, and when two are the same."""

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
    """What merging may know beside the documents of a kind.

    ``policy_files`` are globs of the files that may hold a policy, null where all may.
    """

    policy_files: Sequence[str] | None = None


class Kind(NamedTuple, Generic[Shape, Decoded]):
    """One kind of document.

    ``shape`` is what is accepted. ``decode`` gives what a document says, with the places of it. ``merge`` puts all
    documents of the kind together: what becomes of them by name, and what is wrong among them. Names that ``Documents``
    has are its fields, others are found in its ``more``. ``content`` gives what must be equal where documents are the
    same, whatever the order of files; null where documents of this kind ask for nothing.
    """

    name: str
    shape: type[Shape]
    decode: Callable[[LocatedDocument, Shape], Decoded]
    merge: Callable[[Sequence[Decoded], Reading], tuple[Mapping[str, Any], list[Diagnostic]]]
    content: Callable[[Documents], object] | None
