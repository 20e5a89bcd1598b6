"""Puts what documents define under its name; a name that is used twice is an error that shows both places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from reconciler.model.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Origin

__all__ = ["index_by_name"]


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> Origin: ...


Named = TypeVar("Named", bound=_Named)


def index_by_name(
    defined: Iterable[Named], what: str, code: str, remedy: str
) -> tuple[dict[str, Named], list[Diagnostic]]:
    """Return the first of each name, and errors for the others; ``what`` is such as "team"."""
    index: dict[str, Named] = {}
    diagnostics = []
    for one in defined:
        first = index.setdefault(one.name, one)
        if first is not one:
            message = f"the {what} '{one.name}' is defined a second time (first at {first.origin}); {remedy}"
            diagnostics.append(Diagnostic(severity="error", code=code, message=message, origin=one.origin))
    return index, diagnostics
