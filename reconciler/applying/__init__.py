"""Carries a plan out, preset by preset, each write between an intent and a read-back; it plans nothing."""

from reconciler.applying.age import require_none_older
from reconciler.applying.applying import apply_plan, declined, in_order
from reconciler.applying.comparing import position
from reconciler.applying.permission import require_approved, require_permission

__all__ = [
    "apply_plan",
    "declined",
    "in_order",
    "position",
    "require_approved",
    "require_none_older",
    "require_permission",
]
