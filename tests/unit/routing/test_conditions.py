"""One condition by three values: it holds, it does not, or it is undecided."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from reconciler.model.diagnostics import Origin
from reconciler.model.routing import Condition, Operator
from reconciler.routing.conditions import holds
from reconciler.routing.facts import MISSING

PLACE = Origin("r.yaml", 1, 1)
NAN, INFINITE = Decimal("NaN"), Decimal("Infinity")


def judged(operator: Operator, operands: Any, value: object) -> bool | None:
    """Judge a condition on a value."""
    operands = tuple(operands) if isinstance(operands, list) else (operands,)
    return holds(Condition(field="item.a", operator=operator, operands=operands, origin=PLACE), value)


@pytest.mark.parametrize(
    ("operands", "value", "verdict"),
    [
        ("approved", "approved", True),
        ("approved", "Approved", False),
        ("Caf\u00e9 1", "Cafe\u0301\u00a01", True),
        (["a", "b"], "b", True),
        (["a", "b"], "c", False),
        ("7", 7, None),
        (7, 7, True),
        (7, "7", True),
        (7, "7.00", True),
        (7, Decimal("7.0"), True),
        (7, "seven", None),
        (7, 8, False),
        (True, True, True),
        (True, False, False),
        (True, 1, None),
        (1, True, None),
        ("true", True, None),
        ("a", ["a"], None),
        ("a", {"a": 1}, None),
        ([1, "a"], "a", True),
        ([1, "a"], "b", None),
        ("a", MISSING, None),
    ],
)
def test_equality(operands: Any, value: object, verdict: bool | None) -> None:  # noqa: FBT001 - a column
    """Text as text is compared, numbers as numbers; a value of another type is undecided."""
    assert judged("equals", operands, value) is verdict


@pytest.mark.parametrize(
    ("operator", "operands", "value", "verdict"),
    [
        ("at_most", "50000.00", "48211.55", True),
        ("at_most", "50000.00", "50000.00", True),
        ("at_most", "50000.00", "50000.01", False),
        ("at_most", "50000.00", 50000, True),
        ("at_most", "0.3", Decimal("0.30000000000000004"), False),
        ("at_most", "9", "10", False),
        ("at_most", "50000.00", "1,000.00", None),
        ("at_most", "50000.00", "", None),
        ("at_most", "50000.00", " 5", None),
        ("at_most", "50000.00", "5e3", None),
        ("at_most", "50000.00", "\u0665", None),
        ("at_most", "50000.00", Decimal("1e999"), None),
        ("at_least", 1, Decimal("1e29"), True),
        ("at_most", 1, Decimal("1e-40"), None),
        ("at_most", 1, Decimal(0), True),
        ("at_most", 1, NAN, None),
        ("at_least", 1, INFINITE, None),
        ("at_most", 1, True, None),
        ("at_most", 1, ["1"], None),
        ("at_most", 1, MISSING, None),
        ("at_least", -5, "-5.0", True),
        ("above", 5, 5, False),
        ("above", 5, "5.01", True),
        ("below", 5, 5, False),
        ("below", 5, "4.99", True),
        ("between", [1, "2.5"], "2.50", True),
        ("between", [1, "2.5"], 1, True),
        ("between", [1, "2.5"], "2.51", False),
        ("at_least", "2026-11-01", "2026-11-01", True),
        ("at_least", "2026-11-01", "2026-11-01T08:00:00Z", True),
        ("above", "2026-11-01", "2026-11-01T23:59:59+02:00", False),
        ("at_least", "2026-11-01", "2026-11-31", None),
        ("at_least", "2026-11-01", "01.12.2026", None),
        ("at_least", "2026-11-01", 20261201, None),
        ("at_least", 20261101, "2026-12-01", None),
        ("between", [1, "2026-11-01"], 1, None),
        ("between", ["2026-11-01", 1], 1, None),
        ("at_most", "a lot", "little", None),
    ],
)
def test_order(operator: Operator, operands: Any, value: object, verdict: bool | None) -> None:  # noqa: FBT001
    """Decimals and days have an order; text, numbers with separators and infinite ones have none."""
    assert judged(operator, operands, value) is verdict


@pytest.mark.parametrize(
    ("glob", "value", "verdict"),
    [("INV-*", "INV-7", True), ("INV-?", "INV-77", False), ("inv*", "INV-7", False), ("7*", 77, None)],
)
def test_globs(glob: str, value: object, verdict: bool | None) -> None:  # noqa: FBT001 - a column
    """Of text alone, with its case."""
    assert judged("glob", glob, value) is verdict


@pytest.mark.parametrize(("value", "verdict"), [("", True), (False, True), ({}, True), (MISSING, False)])
def test_existence(value: object, verdict: bool) -> None:  # noqa: FBT001 - a column
    """The one operator that decides on what is not there."""
    assert judged("exists", [], value) is verdict


def test_numbers_of_an_item_lose_no_digit() -> None:
    """JSON numbers are read as decimals."""
    item = msgspec.json.Decoder(float_hook=Decimal).decode(b'{"a": 0.30000000000000004, "b": 1e999}')
    assert (item["a"], item["b"]) == (Decimal("0.30000000000000004"), Decimal("1e999"))
