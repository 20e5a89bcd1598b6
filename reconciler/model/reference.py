"""Names a template or a project as a document does; it looks nothing up."""

from __future__ import annotations

import msgspec

from reconciler.model.diagnostics import Origin

__all__ = ["Reference"]


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """How a document names a template or a project; exactly one of ``id``, ``name`` and ``number`` is set."""

    origin: Origin
    id: str | None = None
    name: str | None = None
    number: str | None = None

    def __str__(self) -> str:
        if self.id is not None:
            return f"id {self.id}"
        return f"'{self.name}'" if self.name is not None else f"number '{self.number}'"
