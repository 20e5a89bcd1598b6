"""All guards together: what people are told, and in which order."""

from __future__ import annotations

from reconciler.model.policy import Frozen
from reconciler.planning.guards.frozen import judge_frozen
from reconciler.planning.guards.judgement import judge
from tests.support.cases import HERE, case, change, group, limits, lines, member, override


def test_the_dangerous_half_first() -> None:
    """The run, the groups, the people; overrides last, with those that are used."""
    one = change(
        group(remove=[1, 2, 3], add=[4], adopted=True), group("Legal", keep=range(20, 60), remove=[5], adopted=False)
    )
    allowed = (override("*/groups/legal", 1), override("company/*", 3))
    judgement = judge(case(one, policy=limits(protected=(member(1),), overrides=allowed), managed=10))
    assert [(found.severity, found.code) for found in judgement.diagnostics] == [
        ("error", "policy/whole-group"),
        ("error", "policy/protected-person"),
        ("error", "policy/first-adoption"),
        ("warning", "policy/loses-everything"),
        ("warning", "policy/loses-everything"),
        ("warning", "policy/loses-everything"),
        ("warning", "policy/loses-everything"),
        ("warning", "policy/override-unused"),
    ]
    assert [(used.address, used.used) for used in judgement.overrides] == [("*/groups/legal", 1)]


def test_what_only_adds_needs_no_override() -> None:
    """Overrides that lift nothing are then not told of; those that are over are."""
    allowed = (override("company/*", 3), override("*", 3, "2020-01-01"))
    adding = case(change(group(keep=[1], add=[2])), policy=limits(overrides=allowed))
    assert [found.code for found in judge(adding).diagnostics] == ["policy/override-expired", "policy/override-unused"]
    assert [found.code for found in judge(adding, partial=True).diagnostics] == ["policy/override-expired"]


def test_a_freeze() -> None:
    """By a policy: its place. By the environment: the variable."""
    assert lines(judge_frozen([Frozen(reason="year end", origin=HERE), Frozen(reason="it is set")], "warning")) == [
        "warning policy/frozen nothing is applied at present: year end; to allow it: take 'frozen' out at a.yaml:9:7",
        "warning policy/frozen nothing is applied at present: it is set; to allow it: unset RECONCILER_FREEZE in the "
        "environment of apply",
    ]
