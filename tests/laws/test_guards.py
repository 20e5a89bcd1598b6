"""Laws of guards and overrides, for generated plans and policies."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.policy import Limit, Policy
from reconciler.planning.guards.case import removals_of
from reconciler.planning.guards.judgement import judge
from reconciler.planning.guards.overrides import lift
from reconciler.planning.withholding import withhold
from tests.support.cases import TODAY, case, change, group, limits, manager, member, override

if TYPE_CHECKING:
    from reconciler.model.plan import PresetChange
    from reconciler.planning.guards.case import Case

ROLES = ("Accounting", "Legal", "Project Manager")
REMOVAL_GUARDS = {
    "policy/group-removals", "policy/run-removals", "policy/whole-group", "policy/protected-person",
    "policy/own-account", "policy/first-adoption", "policy/empties-group",
}  # fmt: skip

numbers = st.lists(st.integers(1, 30), unique=True, max_size=9)


@st.composite
def groups(draw: st.DrawFn, name: str) -> Any:
    """Return a group in which everybody is either kept, removed or added."""
    everybody = draw(numbers)
    first, second = sorted((draw(st.integers(0, len(everybody))), draw(st.integers(0, len(everybody)))))
    return group(
        name,
        keep=everybody[:first],
        remove=everybody[first:second],
        add=everybody[second:],
        allow_empty=draw(st.booleans()),
        adopted=draw(st.sampled_from([None, True, False])),
    )


@st.composite
def plans(draw: st.DrawFn) -> tuple[PresetChange, ...]:
    """Return up to four presets that change, each with one to three groups."""
    places = draw(
        st.lists(st.tuples(st.sampled_from(["1", "2", None]), st.sampled_from(["11", "12"])), unique=True, max_size=4)
    )
    return tuple(
        change(
            *(draw(groups(name)) for name in ROLES[: draw(st.integers(1, 3))]),
            project=project,
            template=template,
            manager=draw(st.sampled_from([None, manager(1, 2), manager(None, 2)])),
        )
        for project, template in places
    )


limit = st.builds(Limit, count=st.integers(0, 12), percent=st.integers(0, 100))
overrides = st.lists(
    st.builds(
        override,
        st.sampled_from(["*", "projects/*", "projects/1/*", "*/templates/11", "company/*", "*/groups/legal"]),
        st.integers(1, 12),
        st.sampled_from(["2026-11-22", "2026-11-23", "2027-01-01"]),
        role=st.sampled_from([None, "Legal", "*"]),
        person=st.sampled_from([None, member(1), member(2, by_id=True)]),
    ),
    max_size=4,
).map(tuple)
policies = st.builds(
    limits,
    group=limit,
    run=limit,
    overrides=overrides,
    protected=st.lists(st.integers(1, 30).map(member), max_size=2).map(tuple),
)
managed = st.integers(0, 200)


def stops(judged: Case) -> set[tuple[str, str | None]]:
    """Return the errors of removal guards by code and address."""
    return {
        (one.code, one.address)
        for one in judge(judged).diagnostics
        if one.severity == "error" and one.code in REMOVAL_GUARDS
    }


def least(one: Limit, other: Limit) -> Limit:
    """Return the limit that is as strict as both."""
    return Limit(count=min(one.count, other.count), percent=min(one.percent, other.percent))


@given(plans(), policies, limit, limit, managed)
def test_a_stricter_limit_never_permits_more(
    plan: tuple[PresetChange, ...], policy: Policy, group_limit: Limit, run_limit: Limit, people: int
) -> None:
    """Whatever a policy stops, the same policy with lower bounds stops too."""
    stricter = msgspec.structs.replace(
        policy,
        group_removals=least(policy.group_removals, group_limit),
        run_removals=least(policy.run_removals, run_limit),
    )
    assert stops(case(*plan, policy=policy, managed=people)) <= stops(case(*plan, policy=stricter, managed=people))


@given(plans(), policies, managed)
def test_a_policy_without_overrides_never_permits_more(
    plan: tuple[PresetChange, ...], policy: Policy, people: int
) -> None:
    """Taking overrides out can only stop more."""
    bare = msgspec.structs.replace(policy, overrides=())
    assert stops(case(*plan, policy=policy, managed=people)) <= stops(case(*plan, policy=bare, managed=people))


@given(plans(), overrides)
def test_an_override_never_permits_more_than_its_size(plan: tuple[PresetChange, ...], allowed: Any) -> None:
    """Where nothing else may go, as many go as overrides in force allow together, and each no more than its own."""
    none = Limit(count=0, percent=0)
    judged = case(*plan, policy=limits(group=none, run=none, overrides=allowed))
    lifting = lift(judged)
    in_force = [one for one in allowed if one.until >= TODAY]
    assert len(lifting.removals) == sum(count for _, count in lifting.used) <= sum(o.allow_removals for o in in_force)
    assert all(count <= one.allow_removals and one in in_force for one, count in lifting.used)
    if not stops(judged):
        assert {one.key for one in removals_of(plan)} == set(lifting.removals) or all(
            code == "policy/empties-group" for code, _ in stops(judged)
        )


@given(plans(), overrides, st.randoms(use_true_random=False))
def test_the_order_of_overrides_is_irrelevant(plan: tuple[PresetChange, ...], allowed: Any, chance: Any) -> None:
    """The same removals are lifted, wherever the overrides stand."""
    shuffled = list(allowed)
    chance.shuffle(shuffled)
    one = lift(case(*plan, policy=limits(overrides=allowed)))
    other = lift(case(*plan, policy=limits(overrides=tuple(shuffled))))
    assert one.removals == other.removals


@given(plans(), overrides, st.integers(1, 12))
def test_a_larger_override_never_stops_more(plan: tuple[PresetChange, ...], allowed: Any, more: int) -> None:
    """Raising sizes can only lift more."""
    raised = tuple(msgspec.structs.replace(one, allow_removals=one.allow_removals + more) for one in allowed)
    smaller = lift(case(*plan, policy=limits(overrides=allowed)))
    assert smaller.removals <= lift(case(*plan, policy=limits(overrides=raised))).removals


@given(plans(), policies, managed, st.integers(1, 30))
def test_adding_a_person_never_trips_a_removal_guard(
    plan: tuple[PresetChange, ...], policy: Policy, people: int, newcomer: int
) -> None:
    """Somebody new in every group stops nothing that was not stopped before."""
    grown = tuple(
        msgspec.structs.replace(
            one,
            groups=tuple(
                msgspec.structs.replace(each, add=(*each.add, *group(add=[newcomer + 100]).add)) for each in one.groups
            ),
        )
        for one in plan
    )
    before = stops(case(*plan, policy=policy, managed=people))
    assert stops(case(*grown, policy=policy, managed=people)) <= before


@given(plans(), policies, managed)
def test_one_removal_less_never_stops_more(plan: tuple[PresetChange, ...], policy: Policy, people: int) -> None:
    """Keeping one person who would have gone can only make guards more content."""
    fewer = []
    spared = False
    for one in plan:
        kept = []
        for each in one.groups:
            if each.remove and not spared:
                spared = True
                person = each.remove[0]
                stays = group(keep=[int(person.id)]).keep
                kept.append(msgspec.structs.replace(each, keep=(*each.keep, *stays), remove=each.remove[1:]))
            else:
                kept.append(each)
        fewer.append(msgspec.structs.replace(one, groups=tuple(kept)))
    before = stops(case(*plan, policy=policy, managed=people))
    assert stops(case(*fewer, policy=policy, managed=people)) <= before


@given(plans(), policies, managed)
def test_adds_only_never_removes(plan: tuple[PresetChange, ...], policy: Policy, people: int) -> None:
    """Nobody leaves a group, nobody ceases to be manager, no removal guard speaks, and every removal is listed."""
    left, withheld = withhold(plan)
    assert list(removals_of(left)) == []
    for one in left:
        assert all(set(one.before[uuid]) <= set(one.after[uuid]) for uuid in one.before)
        assert one.workflow_manager is None or one.workflow_manager.before is None
    assert stops(case(*left, policy=policy, managed=people)) == set()
    listed = {(one.address, each.uuid, person.id) for one in withheld for each in one.groups for person in each.remove}
    assert listed == {one.key for one in removals_of(plan)}
    added = {(one.address, each.uuid, person.id) for one in left for each in one.groups for person in each.add}
    assert added == {(one.address, each.uuid, person.id) for one in plan for each in one.groups for person in each.add}


@given(plans(), policies, managed, st.integers(0, 60))
def test_an_override_that_is_over_lifts_nothing(
    plan: tuple[PresetChange, ...], policy: Policy, people: int, days: int
) -> None:
    """After the last of their days a policy stops what it stops without overrides."""
    later = datetime.date(2027, 1, 2) + datetime.timedelta(days)
    judged = msgspec.structs.replace(case(*plan, policy=policy, managed=people), today=later)
    bare = case(*plan, policy=msgspec.structs.replace(policy, overrides=()), managed=people)
    assert stops(judged) == stops(bare)
