"""The policy of the base, which holds as well as that of the request."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.diagnostics import Origin
from reconciler.model.policy import Limit, Policy
from reconciler.planning.guards.base_policy import judge_base_policy, judge_unknown_policy, stricter_part
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


def at(count: int, percent: int, line: int | None = 3) -> Limit:
    """Return a limit, at a line or by default."""
    return Limit(count=count, percent=percent, origin=None if line is None else Origin("policy.yaml", line, 3))


@pytest.mark.parametrize("name", ["group_removals", "run_removals", "group_additions", "run_additions"])
def test_which_of_two_limits_is_the_stricter(name: str) -> None:
    """By number or percent; one that stops is stricter than the default of additions, which only warns."""

    def left(base: Limit, now: Limit) -> bool:
        then, here = (msgspec.structs.replace(Policy(), **{name: one}) for one in (base, now))
        return bool(getattr(stricter_part(then, here), name) == base)

    assert left(at(2, 9), at(3, 9))
    assert left(at(9, 2), at(9, 3))
    assert left(at(3, 1), at(2, 2))
    assert not left(at(2, 2), at(2, 2, 9))
    assert not left(at(3, 3), at(2, 2))
    assert left(at(9, 9), at(9, 9, None))
    assert not left(at(9, 9, None), at(9, 9))
    assert not left(at(9, 9, None), at(9, 9, None))


def test_a_minimum_of_the_base() -> None:
    """It is left where none of the request is as high; one that is goes away with its line."""
    for now, minimum in (((rule("A", 1),), 2), ((rule("A"), rule("B", 5)), 2), ((rule("A", 1), rule("A", 2)), None)):
        part = stricter_part(Policy(roles=(rule("A", 2, include=[1]),)), Policy(roles=now))
        (found,) = part.roles
        assert (found.min_members, found.minimum_origin is None) == (minimum, minimum is None)
    assert stricter_part(Policy(roles=(rule("A", 2),)), Policy(roles=(rule("A", 2),))).roles == ()
    assert stricter_part(Policy(roles=(rule("A", include=[1]),)), Policy(roles=(rule("A", include=[1]),))).roles == ()
    (found,) = stricter_part(Policy(roles=(rule("A", include=[1]),)), Policy()).roles
    assert found.minimum_origin is None
    (found,) = stricter_part(Policy(roles=(rule("A", 0, include=[1]),)), Policy(roles=(rule("A"),))).roles
    assert found.min_members is None, "nobody at least is no demand"


def test_where_a_finding_of_the_base_stands() -> None:
    """A line of the base is no line of these documents; what stands at a line of the request stays there."""
    adds = case(change(group(keep=[1, 2, 3], add=[4, 5, 6])), policy=LOOSE)
    tight = msgspec.structs.replace(
        LOOSE, run_removals=at(2, 0), run_additions=at(1, 0), group_additions=at(1, 0), protected=(member(5),)
    )
    found = {one.code: one for one in (*judge_base_policy(REMOVES_THREE, tight, REVISION),
                                       *judge_base_policy(adds, tight, REVISION))}  # fmt: skip
    assert {code: one.origin is None for code, one in found.items()} == {
        "policy/run-removals": True, "policy/run-additions": True, "policy/group-additions": False,
        "policy/protected-person": False,
    }  # fmt: skip
    assert "or an override" not in (found["policy/run-additions"].remedy or "")
    assert "overrides:" in (found["policy/protected-person"].remedy or "")


def test_names_of_what_cannot_be_read() -> None:
    """Five are named, more are counted."""
    (five,) = judge_unknown_policy(REMOVES_THREE, list("abcde"), REVISION)
    assert five.message.startswith("a, b, c, d, e cannot be read at")
    (nobody_moves,) = judge_unknown_policy(case(policy=LOOSE), ["rules"], REVISION)
    assert nobody_moves.code == "policy/unknown-at-base"
