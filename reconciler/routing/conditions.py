"""Judges one condition by three values: it holds, it does not, or it is undecided (null)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.globs import fits
from reconciler.model.quantities import read_quantity
from reconciler.model.spelling import comparable
from reconciler.routing.facts import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.quantities import Quantity
    from reconciler.model.routing import Condition, Operand

__all__ = ["holds"]


def holds(condition: Condition, value: object) -> bool | None:
    """Return whether a condition holds for the value of its field, null where it cannot be decided.

    A value that is missing, or of another type than the operand, is undecided. Only ``exists`` decides on a missing
    one.
    """
    if condition.operator == "exists":
        return value is not MISSING
    if condition.operator == "equals":
        return _any_of([_equals(one, value) for one in condition.operands])
    if condition.operator == "glob":
        (glob,) = condition.operands
        return fits(str(glob), comparable(value)) if isinstance(value, str) else None
    return _in_order(condition, value)


def _any_of(verdicts: list[bool | None]) -> bool | None:
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _equals(operand: Operand, value: object) -> bool | None:
    if isinstance(operand, bool):
        return operand is value if isinstance(value, bool) else None
    if isinstance(operand, str):
        return operand == comparable(value) if isinstance(value, str) else None
    number, wanted = read_quantity(value), read_quantity(operand)
    return number == wanted if type(number) is type(wanted) else None


_ORDER: dict[str, Callable[..., bool]] = {
    "at_least": lambda value, bound: value >= bound,
    "at_most": lambda value, bound: value <= bound,
    "above": lambda value, bound: value > bound,
    "below": lambda value, bound: value < bound,
    "between": lambda value, low, high: low <= value <= high,
}


def _in_order(condition: Condition, value: object) -> bool | None:
    found = read_quantity(value)
    bounds: list[Quantity | None] = [read_quantity(one) for one in condition.operands]
    if any(type(one) is not type(found) for one in bounds) or found is None:
        return None
    return _ORDER[condition.operator](found, *bounds)
