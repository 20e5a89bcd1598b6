"""The policy of the base, which holds as well as that of the request."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.policy import Limit, Policy
from reconciler.planning.guards import judge_base_policy, judge_unknown_policy
from reconciler.planning.guards.base_policy import stricter_part
from tests.support.cases import case, change, group, limits, member, override, preset, role, rule, separate

REVISION = "b" * 40
LOOSE = limits()
REMOVES_THREE = case(change(group(keep=[1, 2, 3], remove=[4, 5, 6])), policy=LOOSE)


@pytest.mark.parametrize(
    ("base", "codes"),
    [
        (msgspec.structs.replace(LOOSE, group_removals=Limit(count=2, percent=25)), ["policy/group-removals"]),
        (msgspec.structs.replace(LOOSE, run_removals=Limit(count=2, percent=0)), ["policy/run-removals"]),
        (msgspec.structs.replace(LOOSE, protected=(member(5),)), ["policy/protected-person"]),
        (LOOSE, []),
        (Policy(group_removals=Limit(count=3, percent=1), run_removals=Limit(count=3, percent=1)), []),
    ],
)
def test_a_loosened_policy_does_not_count_yet(base: Policy, codes: list[str]) -> None:
    """What the base forbids is stopped, and the message says where from and how to go on."""
    found = judge_base_policy(REMOVES_THREE, base, REVISION)
    assert [one.code for one in found] == codes
    for one in found:
        assert one.severity == "error"
        assert "by the policy at bbbbbbbbbbbb, which this request loosens" in one.message
        assert (one.remedy or "").startswith("merge the change of the policy first, in a request of its own")


def test_what_may_have_held_a_policy() -> None:
    """It stops a plan that moves anybody, and is told of one that moves nobody; names are shown within bounds."""
    assert judge_unknown_policy(REMOVES_THREE, (), REVISION) == []
    (found,) = judge_unknown_policy(REMOVES_THREE, ["odd\n", *"abcdef"], REVISION)
    assert (found.severity, found.code) == ("error", "policy/unknown-at-base")
    assert found.message.startswith(r"'odd\n', a, b, c, d and 2 more cannot be read at bbbbbbbbbbbb")
    (found,) = judge_unknown_policy(case(policy=LOOSE), ["rules"], REVISION)
    assert (found.severity, found.remedy) == ("warning", None)


def test_overrides_count_as_the_request_has_them() -> None:
    """They are sized, dated and listed, so they lift the base's guards too."""
    base = msgspec.structs.replace(LOOSE, group_removals=Limit(count=2, percent=25), overrides=(override("*", 3),))
    assert judge_base_policy(REMOVES_THREE, base, REVISION) != []
    lifted = msgspec.structs.replace(
        REMOVES_THREE, policy=msgspec.structs.replace(LOOSE, overrides=(override("*", 3),))
    )
    assert judge_base_policy(lifted, base, REVISION) == []


def test_members_that_the_base_asks_for() -> None:
    """A minimum, a required person and a separation taken away in the request still hold, in presets that change."""
    one = change(group(keep=[1], add=[2]), group("Legal", keep=[1], add=[3]))
    changed = preset(role("Accounting", [1, 2]), role("Legal", [1, 3]), of=one)
    other = preset(role("Accounting", [1]), project="7")
    judged = case(one, policy=LOOSE, presets=(changed, other))
    base = msgspec.structs.replace(
        LOOSE, roles=(rule("Accounting", 3, include=[9]),), separate=(separate("Accounting", "Legal"),)
    )
    found = judge_base_policy(judged, base, REVISION)
    assert [(one.code, one.severity, one.origin) for one in found] == [
        ("policy/below-minimum", "error", None),
        ("policy/missing-required", "error", None),
        ("policy/separation", "error", None),
    ]
    same = msgspec.structs.replace(judged, policy=base)
    assert judge_base_policy(same, base, REVISION) == []


def test_what_the_base_asks_for_and_the_request_does_not() -> None:
    """Rules of the request that are as strict or stricter cover those of the base."""
    base = Policy(
        roles=(rule("A", 2, include=[1, 2]),), protected=(member(1), member(2)), separate=(separate("A", "B"),)
    )
    now = Policy(roles=(rule("A", 3, include=[2]),), protected=(member(2),), separate=(separate("A", "B", "C"),))
    part = stricter_part(base, now)
    assert [one.key for one in part.protected] == [member(1).key]
    assert part.separate == ()
    (left,) = part.roles
    assert (left.min_members, [one.key for one in left.must_include]) == (None, [member(1).key])
