"""Shapes of the limits in a policy."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from reconciler.desired.kinds.common_shapes import Strict
from reconciler.desired.kinds.field_words import EXPECTED, expects, says

__all__ = ["LimitShape", "LimitsShape"]


class LimitShape(Strict, frozen=True):
    """Two bounds. The larger one counts."""

    rule = {EXPECTED: "both bounds, as {count: 2, percent: 25}; the larger one counts"}

    count: Annotated[int, Meta(ge=0, le=1_000_000), says("A number of roles."), expects("a whole number from 0")]
    percent: Annotated[
        int,
        Meta(ge=0, le=100),
        says("A percentage of the roles there were before."),
        expects("a whole number from 0 to 100"),
    ]


class LimitsShape(Strict, frozen=True):
    """Limits, counted in roles: one person in one group is one role."""

    group_removals: Annotated[
        LimitShape | msgspec.UnsetType,
        says("Stops a plan that removes more from one group. Without it: 2 or 25 %."),
    ] = msgspec.UNSET
    run_removals: Annotated[
        LimitShape | msgspec.UnsetType,
        says("Stops a plan that removes more in all, of everything managed. Without it: 10 or 10 %."),
    ] = msgspec.UNSET
    group_additions: Annotated[
        LimitShape | msgspec.UnsetType,
        says("Stops a plan that adds more to one group. Without it, a plan only warns, at 10 or 50 %."),
    ] = msgspec.UNSET
    run_additions: Annotated[
        LimitShape | msgspec.UnsetType,
        says(
            "Stops a plan that adds more in all, of everything managed. Without it, a plan only warns, at 25 or 50 %."
        ),
    ] = msgspec.UNSET
