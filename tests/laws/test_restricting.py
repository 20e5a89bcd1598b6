"""Laws of putting back and leaving alone, for generated changes and generated accounts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.globs import fits
from reconciler.operations.comparison import Comparison, with_people_of_base
from reconciler.operations.observation import observe
from reconciler.planning.plan_file import decode_plan, encode_plan
from reconciler.planning.restricting import WHOLE, Restriction, restrict
from reconciler.planning.withholding import withhold
from tests.support.account import PEOPLE, login
from tests.support.cases import change, drifted, group, manager
from tests.support.examples import examples
from tests.support.generated import accounts, applied, document_of, members_of, state_of, wanted_groups
from tests.support.scenarios import base_of
from tests.support.values import plan_observation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.documents import Documents
    from reconciler.model.live import LiveState
    from reconciler.model.plan import Cause, Plan, PresetChange

DRIFT, REQUESTED = Restriction(only="drift"), Restriction(only="requested")
ROLES = ("Accounting", "Legal", "Project Manager")
numbers = st.lists(st.integers(1, 30), unique=True, max_size=9)
causes: st.SearchStrategy[Cause] = st.sampled_from(["drift", "requested"])
GLOBS = ["*", "projects/*", "projects/1/*", "*/templates/11", "company/*", "*/groups/legal",
         "projects/2/templates/12/groups/accounting", "nowhere"]  # fmt: skip


class _Step(NamedTuple):
    """One person in one group, or one workflow manager, with why."""

    address: str
    group: str
    sign: str
    person: str
    cause: str


def steps(changes: Iterable[PresetChange]) -> set[_Step]:
    """Return all that changes do."""
    found = set()
    for one in changes:
        for part in one.groups:
            found |= {_Step(one.address, part.uuid, "+", who.id, who.cause) for who in part.add}
            found |= {_Step(one.address, part.uuid, "-", who.id, who.cause) for who in part.remove}
        if one.workflow_manager is not None:
            found.add(_Step(one.address, "", "→", one.workflow_manager.after.id, one.workflow_manager.cause))
    return found


@st.composite
def groups(draw: st.DrawFn, name: str) -> Any:
    """Return a group that changes, in which some drifted and others are asked for."""
    everybody = draw(numbers.filter(bool))
    first = draw(st.integers(0, len(everybody) - 1))
    second = draw(st.integers(first, len(everybody)))
    one = group(name, keep=everybody[:first], remove=everybody[first:second], add=everybody[second:])
    return drifted(one, *draw(st.sets(st.sampled_from(everybody))))


@st.composite
def plans(draw: st.DrawFn) -> tuple[PresetChange, ...]:
    """Return up to four presets that change, live in any order."""
    places = draw(
        st.lists(st.tuples(st.sampled_from(["1", "2", None]), st.sampled_from(["11", "12"])), unique=True, max_size=4)
    )
    found = []
    for project, template in places:
        who = draw(st.sampled_from([None, manager(1, 2, draw(causes)), manager(None, 2, draw(causes))]))
        names = ROLES[: draw(st.integers(0 if who else 1, 3))]
        one = change(*(draw(groups(name)) for name in names), project=project, template=template, manager=who)
        before = {uuid: tuple(draw(st.permutations(ids))) for uuid, ids in one.before.items()}
        found.append(msgspec.structs.replace(one, before=before))
    return tuple(found)


def assert_consistent(left: Iterable[PresetChange]) -> None:
    """What is shown of a change is what it does; live order is kept, and additions stand behind."""
    for one in left:
        assert one.groups or one.workflow_manager is not None
        assert one.after.keys() == one.before.keys()
        changing = {part.uuid: part for part in one.groups}
        for uuid, after in one.after.items():
            before = one.before[uuid]
            part = changing.get(uuid)
            if part is None:
                assert after == before
                continue
            assert part.add or part.remove
            going = {who.id for who in part.remove}
            assert going <= set(before)
            assert [who.id for who in part.keep] == [who for who in before if who not in going]
            assert after == (*(who.id for who in part.keep), *(who.id for who in part.add))


@given(plans())
def test_the_two_halves_are_the_whole(plan: tuple[PresetChange, ...]) -> None:
    """Each person moves in just one half, with their cause, and each half is a change of live in its own right."""
    half, _ = restrict(plan, DRIFT)
    other, _ = restrict(plan, REQUESTED)
    assert steps(half) == {one for one in steps(plan) if one.cause == "drift"}
    assert steps(other) == {one for one in steps(plan) if one.cause == "requested"}
    assert_consistent((*half, *other))


@given(plans(), st.lists(st.sampled_from(GLOBS), max_size=2).map(tuple))
def test_healing_touches_nothing_outside_its_globs(plan: tuple[PresetChange, ...], globs: tuple[str, ...]) -> None:
    """Whoever moves drifted, at an address that a glob names, or in a group it names; and all of those move."""
    left, notes = restrict(plan, Restriction(only="drift", addresses=globs))
    named = {
        one
        for one in steps(plan)
        if one.cause == "drift"
        and any(
            fits(glob, one.address) or (one.group and fits(glob, f"{one.address}/groups/{one.group}")) for glob in globs
        )
    }
    assert steps(left) == named
    assert bool(notes) == (named != steps(plan))
    assert_consistent(left)
    for one in left:
        whole = next(each for each in plan if each.address == one.address)
        allowed = {step.group for step in named if step.address == one.address}
        assert {uuid for uuid in one.after if one.after[uuid] != whole.before[uuid]} <= allowed


@given(plans(), st.sampled_from([DRIFT, REQUESTED]))
def test_leaving_alone_and_withholding_go_in_any_order(
    plan: tuple[PresetChange, ...], restriction: Restriction
) -> None:
    """A plan of one cause that only adds is what an adds-only plan has of that cause."""
    one, _ = withhold(restrict(plan, restriction)[0])
    other, _ = restrict(withhold(plan)[0], restriction)
    assert one == other
    assert not any(step.sign == "-" for step in steps(one))


managers = st.sampled_from(sorted(PEOPLE))
histories = st.tuples(accounts, st.tuples(wanted_groups, wanted_groups), managers, managers)


class _Case(NamedTuple):
    """Live, the documents of the base and those of now, each read once."""

    live: LiveState
    base: Base
    documents: Documents

    def plan(self, live: LiveState, restriction: Restriction = WHOLE) -> Plan:
        """Plan the documents of now against the base and this live state."""
        reader = SnapshotReader(live)
        observation = observe(self.documents, (), reader)
        observation = with_people_of_base(observation, reader, Comparison(self.base, "4211"), restriction)
        return plan_observation(observation, base=self.base, restriction=restriction)


def read_once(history: Any) -> _Case:
    """Return live, and the documents of the base and of now, which may each name another manager."""
    (live, then), now, first, second = history

    def text(wanted: Any, who: str) -> str:
        return f"workflow_manager: {login(PEOPLE[who])}\n{document_of(wanted)}"

    with tempfile.TemporaryDirectory() as folder:
        base: Base = base_of(Path(folder) / "base", {"a.yaml": text(then, first)})
        here: Base = base_of(Path(folder) / "now", {"a.yaml": text(now, second)})
    assert here.documents is not None
    return _Case(state_of(live), base, here.documents)


def stands(state: LiveState) -> Any:
    """Return who is where."""
    return members_of(state), [one.workflow_manager.id if one.workflow_manager else None for one in state.presets[:2]]


@settings(max_examples=examples(20))
@given(histories)
def test_one_half_after_the_other_does_what_the_whole_does(history: Any) -> None:
    """In either order, and then there is nothing left to do."""
    case = read_once(history)
    whole = stands(applied(case.live, case.plan(case.live)))
    for first, second in ((DRIFT, REQUESTED), (REQUESTED, DRIFT)):
        half = applied(case.live, case.plan(case.live, first))
        done = applied(half, case.plan(half, second))
        assert stands(done) == whole
        assert case.plan(done).changes == ()


@settings(max_examples=examples(20))
@given(histories)
def test_after_drift_is_put_back_only_requests_are_left(history: Any) -> None:
    """Just those that were requests before, and no drift comes of it; likewise the other way round."""
    case = read_once(history)
    before = steps(case.plan(case.live).changes)
    for restriction in (DRIFT, REQUESTED):
        after = steps(case.plan(applied(case.live, case.plan(case.live, restriction))).changes)
        assert after == {one for one in before if one.cause != restriction.only}


@settings(max_examples=examples(20))
@given(histories)
def test_requests_alone_touch_nobody_who_drifted(history: Any) -> None:
    """Whoever the base gave no role and live has keeps it; whoever it gave one and live has not gets none."""
    case = read_once(history)
    plan = case.plan(case.live)
    done, _ = stands(applied(case.live, case.plan(case.live, REQUESTED)))
    places = {
        f"projects/{one.project_id}/templates/{one.template_id}": n for n, one in enumerate(case.live.presets[:2])
    }
    for one in steps(plan.changes):
        if one.cause == "drift" and one.group:
            assert (one.person in done[places[one.address]][one.group]) == (one.sign == "-")


@settings(max_examples=examples(20))
@given(histories, st.sampled_from([DRIFT, REQUESTED]))
def test_a_plan_file_of_one_half_comes_back_as_it_was(history: Any, restriction: Restriction) -> None:
    """It is consistent, says which half it is, and its counts are those of what it does."""
    case = read_once(history)
    plan = case.plan(case.live, restriction)
    read = decode_plan(encode_plan(plan), "plan.json")
    assert read == plan
    assert read.only == restriction.only
    assert {one.cause for one in steps(read.changes)} <= {restriction.only}
    assert read.summary.additions + read.summary.removals + read.summary.managers == len(steps(read.changes))
