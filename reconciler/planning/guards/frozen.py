"""Reports a freeze: a warning in a plan, an error in an apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.planning.guards.case import finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.diagnostics import Diagnostic, Severity
    from reconciler.model.policy import Frozen

__all__ = ["judge_frozen"]


def judge_frozen(frozen: Iterable[Frozen], severity: Severity) -> list[Diagnostic]:
    """Return one finding a freeze; nothing of it enters a plan as an error, so that plans outlive a freeze."""
    return [
        finding(
            severity,
            "policy/frozen",
            f"nothing is applied at present: {one.reason}",
            origin=one.origin,
            remedy=(
                f"take 'frozen' out at {one.origin}"
                if one.origin
                else "unset RECONCILER_FREEZE in the environment of apply"
            ),
        )
        for one in frozen
    ]
