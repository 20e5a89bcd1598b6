"""A diagnostic together with the line of a person that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.member import Member

__all__ = ["Problem"]


class Problem(NamedTuple):
    """A diagnostic, with the member it is about where it is about one."""

    diagnostic: Diagnostic
    member: Member | None = None
