"""Guards over who gains a role: at and over a limit; the defaults warn, and a limit that a policy names stops."""

from __future__ import annotations

import pytest

from reconciler.model.policy import Limit, Policy
from reconciler.planning.guards.additions import count_additions, group_additions, run_additions
from reconciler.planning.guards.base_policy import judge_base_policy
from tests.support.cases import POLICY, case, change, group, limits, lines

NAMED = Limit(count=2, percent=50, origin=POLICY)


@pytest.mark.parametrize(
    ("keep", "added", "warned"), [(0, 10, False), (0, 11, True), (21, 11, True), (22, 11, False), (40, 20, False)]
)
def test_a_group_that_gains_many(keep: int, added: int, *, warned: bool) -> None:
    """More than the larger of 10 people and half of those that it has is a warning."""
    gains = change(group(keep=range(1, keep + 1), add=range(100, 100 + added)))
    told = lines(group_additions(case(gains)))
    assert told == (
        [
            f"warning policy/group-additions Template 12 · Project 1042 · Accounting would gain {added} people and has "
            f"{keep} (limit 10 or 50 %)"
        ]
        if warned
        else []
    )


@pytest.mark.parametrize(("added", "managed", "warned"), [(25, 0, False), (26, 51, True), (26, 52, False)])
def test_a_plan_that_adds_many(added: int, managed: int, *, warned: bool) -> None:
    """More than the larger of 25 and half of all managed people-roles is a warning."""
    gains = case(change(group(add=range(100, 100 + added))), managed=managed)
    assert count_additions(gains) == added
    told = lines(run_additions(gains))
    assert bool(told) is warned
    assert all(one.startswith("warning policy/run-additions the plan adds 26 roles to 51 managed") for one in told)


def test_a_limit_that_a_policy_names() -> None:
    """It stops, and says where it stands."""
    gains = case(
        change(group(keep=[1], add=[2, 3, 4])), managed=1, policy=limits(group_additions=NAMED, run_additions=NAMED)
    )
    for name, told in (("group", group_additions(gains)), ("run", run_additions(gains))):
        (line,) = lines(told)
        assert line.startswith(f"error policy/{name}-additions ")
        assert line.endswith(f"or raise {name}_additions at policy.yaml:3:5 in a request of its own first")


def test_the_policy_of_the_base_holds_as_well() -> None:
    """A limit that the request takes away or raises still stops, and one that nobody named does not begin to."""
    gains = case(change(group(keep=[1], add=[2, 3, 4])), policy=limits())
    named = limits(group_additions=NAMED)
    assert [one.code for one in judge_base_policy(gains, named, "b" * 40)] == ["policy/group-additions"]
    assert judge_base_policy(gains, limits(group_additions=Limit(count=0, percent=0)), "b" * 40) == []
    assert Policy().group_additions.origin is None
