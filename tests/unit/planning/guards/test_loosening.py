"""What a request takes away from the policy, one weakening at a time, and what weakens nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.model.diagnostics import Origin
from reconciler.model.exclusion import Exclusion
from reconciler.model.policy import Frozen, Limit, Policy
from reconciler.planning.guards.loosening import judge_loosening
from tests.support.cases import HERE, POLICY, member, override, rule, separate

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic

REVISION = "b" * 40
FIRST, SECOND = Origin("a.yaml", 1, 1), Origin("policy.yaml", 1, 1)
AT = "at bbbbbbbbbbbb"


def policy(**parts: Any) -> Policy:
    """Return a policy of two documents, the second in the file that all lines of before are in."""
    return Policy(documents=(FIRST, SECOND), **parts)


def judged(base: Policy, now: Policy, then: str = "", here: str = "") -> list[Diagnostic]:
    """Return what is told; ``then`` and ``here`` are excluded at the base and now."""
    exclusions = {"exclude_then": Exclusion.of(*([then] if then else [])),
                  "exclude_now": Exclusion.of(*([here] if here else []))}  # fmt: skip
    return judge_loosening(base, now, REVISION, **exclusions)


def told(base: Policy, now: Policy) -> list[tuple[str, Origin | None]]:
    """Return messages and places; all are warnings of one code."""
    found = judged(base, now)
    assert {(one.severity, one.code) for one in found} <= {("warning", "policy/loosened")}
    return [(one.message, one.origin) for one in found]


def limit(count: int, percent: int, line: int | None = None) -> Limit:
    """Return a limit, at a line of the policy or by default."""
    return Limit(count=count, percent=percent, origin=None if line is None else Origin("policy.yaml", line, 3))


@pytest.mark.parametrize(
    ("name", "then", "here", "words"),
    [
        ("group_removals", limit(2, 25, 4), limit(3, 25, 5), "is raised from 2 or 25 % to 3 or 25 %"),
        ("group_removals", limit(2, 25, 4), limit(2, 26, 5), "is raised from 2 or 25 % to 2 or 26 %"),
        ("run_removals", limit(1, 1, 4), limit(10, 10), "is raised from 1 or 1 % to 10 or 10 %"),
        ("run_removals", limit(10, 10), limit(11, 10, 5), "is raised from 10 or 10 % to 11 or 10 %"),
        ("group_additions", limit(3, 3, 4), limit(10, 50), "no longer stops a plan above 3 or 3 %: the default"),
        ("run_additions", limit(90, 90, 4), limit(25, 50), "no longer stops a plan above 90 or 90 %"),
        ("run_additions", limit(3, 3, 4), limit(4, 3, 5), "is raised from 3 or 3 % to 4 or 3 %"),
        ("run_additions", limit(25, 50), limit(26, 50, 5), "is raised from 25 or 50 % to 26 or 50 %"),
    ],
)  # fmt: skip
def test_a_limit_that_is_raised(name: str, then: Limit, here: Limit, words: str) -> None:
    """In number or in percent; or one on additions that no longer stops, since the default only warns."""
    ((message, place),) = told(policy(**{name: then}), policy(**{name: here}))
    assert message.startswith(f"{name} {words}")
    assert message.endswith(f"({then.origin} {AT})" if then.origin else f"(the default {AT})")
    assert place == (here.origin or SECOND)


@pytest.mark.parametrize("name", ["group_removals", "run_removals", "group_additions", "run_additions"])
def test_a_limit_that_is_not_raised(name: str) -> None:
    """The same, a lower one, and one that is written down now weaken nothing."""
    for then, here in (
        (limit(4, 4, 4), limit(4, 4, 9)),
        (limit(4, 4, 4), limit(3, 3, 4)),
        (limit(90, 90), limit(90, 90, 4)),
    ):
        assert told(policy(**{name: then}), policy(**{name: here})) == []


def test_a_minimum() -> None:
    """Gone, or lower; the highest of several counts; who has none before loses none."""
    base = policy(roles=(rule("Legal", 3),))
    assert told(base, policy(roles=(rule("Other", 3),))) == [
        (f"'Legal' no longer has min_members: 3 ({POLICY} {AT})", SECOND)
    ]
    assert told(base, policy(roles=(rule("Legal", 2), rule("Legal", 1)))) == [
        (f"min_members of 'Legal' goes from 3 to 2 ({POLICY} {AT})", POLICY)
    ]
    for enough in ((rule("Legal", 3),), (rule("Legal", 1), rule("Legal", 4)), (rule("Legal"), rule("Legal", 3))):
        assert told(base, policy(roles=enough)) == []
    assert told(policy(roles=(rule("Legal", include=[1]),)), policy(roles=(rule("Legal", 1, include=[1]),))) == []


def test_people_who_are_no_longer_named() -> None:
    """Protected, or required in a role; another role does not make up for it."""
    assert told(policy(protected=(member(1), member(2))), policy(protected=(member(2),))) == [
        (f"protected no longer names P1@acme.test ({POLICY} {AT})", SECOND)
    ]
    base = policy(roles=(rule("Legal", include=[1, 2]),))
    gone = [(f"'Legal' no longer requires P2@acme.test ({POLICY} {AT})", SECOND)]
    assert told(base, policy(roles=(rule("Legal", include=[1]), rule("Other", include=[2])))) == gone
    assert told(base, policy(roles=(rule("Legal", include=[1]), rule("Legal", include=[2])))) == []


def test_roles_that_are_no_longer_kept_apart() -> None:
    """A wider list covers a narrower one, and no other."""
    base = policy(separate=(separate("A", "B"),))
    assert told(base, policy(separate=(separate("A", "B", "C"),))) == []
    assert told(base, policy(separate=(separate("B", "A"),))) == []
    assert told(base, policy(separate=(separate("A", "C"),))) == [
        (f"'A' and 'B' are no longer kept apart ({POLICY} {AT})", SECOND)
    ]


def test_a_freeze_that_ends() -> None:
    """It stands at the policy of its file; that of the environment has no place."""
    base = policy(frozen=(Frozen(reason="audit", origin=POLICY), Frozen(reason="other", origin=POLICY)))
    assert told(base, policy()) == [(f"applying is no longer frozen, as it was for 'audit' ({POLICY} {AT})", SECOND)]
    assert told(policy(frozen=(Frozen(reason="x"),)), policy()) == [
        (f"applying is no longer frozen, as it was for 'x' (the default {AT})", None)
    ]
    assert told(base, policy(frozen=(Frozen(reason="another", origin=HERE),))) == []


def test_overrides() -> None:
    """One that is new, one that grows, one that runs longer; what shrinks or goes weakens nothing."""
    base = policy(overrides=(override("projects/1/*", 3, "2026-12-31"), override("projects/9/*", 3)))
    new, narrower = override("projects/2/*", 1000), override("projects/1/*", 1, role="Legal")
    added = "an override is added: up to {} removals at {} until 2026-12-31"
    assert told(base, policy(overrides=(new, narrower))) == [
        (added.format("1,000", "projects/2/*"), new.origin),
        (added.format("1", "projects/1/*"), narrower.origin),
    ]
    for person in (member(1), member(2)):
        assert len(told(base, policy(overrides=(override("projects/1/*", 1, person=person),)))) == 1
    grown = override("projects/1/*", 4, "2027-01-01")
    assert told(base, policy(overrides=(grown,))) == [
        ("the override for projects/1/* grows from 3 to 4 removals", grown.size_origin),
        ("the override for projects/1/* runs until 2027-01-01 instead of 2026-12-31", grown.until_origin),
    ]
    assert told(base, policy(overrides=(override("projects/1/*", 2, "2026-12-30"),))) == []
    assert told(base, base) == []
    assert grown.until == datetime.date(2027, 1, 1)


def test_policy_files() -> None:
    """Gone, so that others are named; or left out by what is excluded now and was not."""
    base = policy()
    elsewhere = msgspec.structs.replace(Policy(), documents=(FIRST, Origin("b.yaml", 2, 1)))
    assert told(base, elsewhere) == [
        (f"policy.yaml held a policy {AT} and holds none now; policies stand in a.yaml, b.yaml", FIRST)
    ]
    assert told(policy(), Policy()) == [
        (f"{path} held a policy {AT} and holds none now; policies stand in no file", None)
        for path in ("a.yaml", "policy.yaml")
    ]
    (hidden,) = judged(base, policy(), here="policy.yaml")
    assert hidden.message == "exclude leaves out the policy in policy.yaml: it ends with this request"
    assert hidden.origin == SECOND
    assert judged(base, policy(), then="policy.yaml", here="policy.yaml") == []
    assert judged(base, policy(), then="policy.yaml") == []
    twice = msgspec.structs.replace(Policy(), documents=(FIRST, Origin("a.yaml", 9, 1)))
    assert len(judged(twice, Policy())) == 1


def test_a_line_that_is_gone_with_its_file() -> None:
    """It stands at the first policy there is, or nowhere."""
    base = Policy(protected=(member(1),))
    ((_, place),) = told(base, Policy(documents=(FIRST,)))
    assert place == FIRST
    ((_, place),) = told(base, Policy())
    assert place is None
