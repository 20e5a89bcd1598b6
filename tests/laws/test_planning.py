"""Laws of planning and applying, for generated accounts."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.applying.comparing import position, write_groups
from reconciler.errors import DocumentsError, StaleError
from reconciler.planning.digests import plan_digest
from reconciler.planning.plan_file import decode_plan, encode_plan
from tests.support.examples import examples
from tests.support.generated import UUIDS, accounts, applied, document_of, members_of, plan_of, state_of

if TYPE_CHECKING:
    from typing import Any


@given(accounts)
def test_applying_the_difference_gives_the_desired_members(account: Any) -> None:
    """On managed groups live is then just what is desired; on all others what it was."""
    live, wanted = account
    before = state_of(live)
    after = members_of(applied(before, plan_of(before, document_of(wanted))))
    for groups, old, asked in zip(after, live, wanted, strict=True):
        managed = {UUIDS[name]: set(members) for name, members in asked.items()}
        assert groups == {uuid: managed.get(uuid, set(members)) for uuid, members in old.items()}


@given(accounts)
def test_unmanaged_and_dynamic_groups_are_byte_identical(account: Any) -> None:
    """In every write they stand as live had them, in live order."""
    live, wanted = account
    state = state_of(live)
    presets = {preset.id: preset for preset in state.presets}
    for change in plan_of(state, document_of(wanted)).changes:
        written = write_groups(change, presets[change.preset_id])
        changing = {group.uuid for group in change.groups}
        shown = {group.uuid: tuple(one.id for one in group.members) for group in presets[change.preset_id].groups}
        assert list(written) == list(shown)
        for uuid in shown.keys() - changing:
            assert written[uuid] == shown[uuid] == change.before[uuid] == change.after[uuid]


@given(accounts)
def test_planning_again_after_applying_is_empty(account: Any) -> None:
    """And the preset stands where the plan wanted it."""
    live, wanted = account
    before = state_of(live)
    text = document_of(wanted)
    plan = plan_of(before, text)
    after = applied(before, plan)
    assert plan_of(after, text).changes == ()
    presets = {preset.id: preset for preset in after.presets}
    assert all(position(change, presets[change.preset_id]) == "after" for change in plan.changes)


@given(accounts, st.integers(0, 1000))
def test_the_order_of_input_is_irrelevant(account: Any, seed: int) -> None:
    """Entries, groups and people in another order give the same digest and the same changes but for places."""
    live, wanted = account
    shuffle = random.Random(seed)
    one = plan_of(state_of(live), document_of(wanted))
    shuffled = tuple(
        {uuid: shuffle.sample(members, len(members)) for uuid, members in groups.items()} for groups in live
    )
    other = plan_of(state_of(shuffled), document_of(wanted, shuffle))
    assert one.digest == other.digest
    assert one.summary == other.summary
    assert [change.address for change in one.changes] == [change.address for change in other.changes]
    for left, right in zip(one.changes, other.changes, strict=True):
        added = [[person.id for person in group.add] for group in left.groups]
        assert added == [[person.id for person in group.add] for group in right.groups]


@given(accounts)
def test_kept_members_come_first_in_live_order(account: Any) -> None:
    """Additions stand behind, and nobody is there twice."""
    live, wanted = account
    state = state_of(live)
    for change in plan_of(state, document_of(wanted)).changes:
        for uuid, after in change.after.items():
            before = change.before[uuid]
            kept = [one for one in before if one in after]
            assert list(after[: len(kept)]) == kept
            assert len(set(after)) == len(after)


@given(accounts)
def test_a_plan_file_comes_back_as_it_was(account: Any) -> None:
    """Every value, and the digest still matches."""
    live, wanted = account
    plan = plan_of(state_of(live), document_of(wanted))
    assert decode_plan(encode_plan(plan), "plan.json") == plan


CONTENT = encode_plan(plan_of(state_of(({"creator": [], "pm": ["1"], "acc": ["2"], "super": ["3"]},) * 2),
                              document_of(({"Project Manager": ["1", "4"]}, {"Accounting": ["5"]}))))  # fmt: skip
DIGEST = decode_plan(CONTENT, "plan.json").digest


@settings(max_examples=examples(150))
@given(st.integers(0, len(CONTENT) - 1), st.binary(max_size=3))
def test_an_altered_plan_file_is_refused_or_does_the_same(at: int, instead: bytes) -> None:
    """Whatever is put in place of any byte: an error, or a plan that would write just the same."""
    altered = CONTENT[:at] + instead + CONTENT[at + 1 :]
    try:
        plan = decode_plan(altered, "plan.json")
    except (DocumentsError, StaleError):
        return
    assert plan.digest == plan_digest(plan) == DIGEST


@pytest.mark.parametrize("word", [b'"4"', b'"5"', b'"pm"', b"projects/1041", b'"31"', b'"complete": true'])
def test_what_is_written_cannot_be_altered(word: bytes) -> None:
    """Ids, groups, addresses and the word on completeness are all covered."""
    for at in range(CONTENT.count(word)):
        parts = CONTENT.split(word)
        altered = (
            word.join(parts[: at + 1])
            + word.replace(b"4", b"6")
            .replace(b"5", b"6")
            .replace(b"pm", b"px")
            .replace(b"31", b"39")
            .replace(b"1041", b"1049")
            .replace(b"true", b"false")
            + word.join(parts[at + 1 :])
        )
        with pytest.raises(StaleError):
            decode_plan(altered, "plan.json")
