"""Two subtypes of one tool type in one project: what is known of one says nothing of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.drift import find_notices
from reconciler.model.live import Place, Tool, Unreadable
from tests.support.account import MEMO, NOTICE, correspondence_seed
from tests.support.values import TODAY, live_state, observe_documents, plan_observation

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.live import LiveState

MEMOS, NOTICES = Place("1042", Tool("correspondence", MEMO)), Place("1042", Tool("correspondence", NOTICE))
DOCUMENTS = "\n---\n".join(
    "kind: assignments\n"
    f"template: {name} Approval\n"
    f"projects: [{{project: Harbor Bridge, groups: {{Reviewer: [{members}]}}}}]\n"
    for name, members in (("Memo", "ann@acme.test, gus@acme.test"), ("Notice", "ann@acme.test"))
)


def state_with(place: Place, *, without: str, **changes: Any) -> LiveState:
    """Return a live state in which one person may not be assigned in one place, and may everywhere else."""
    state = live_state(correspondence_seed())
    lists = tuple(
        msgspec.structs.replace(one, people=tuple(person for person in one.people if person.id != without))
        if one.place == place
        else one
        for one in state.assignees
    )
    return msgspec.structs.replace(state, assignees=lists, managers=lists, **changes)


def codes(folder: Path, state: LiveState) -> list[tuple[str, str | None]]:
    """Return what is told of a plan, and of which preset."""
    plan = plan_observation(observe_documents(folder, {"a.yaml": DOCUMENTS}, state))
    return [(one.code, one.address) for one in plan.diagnostics]


def test_additions_are_held_against_their_own_list(tmp_path: Path) -> None:
    """Gus comes to the memos: that he may not be assigned on notices stands in no way."""
    assert codes(tmp_path, state_with(NOTICES, without="7")) == []
    assert codes(tmp_path, state_with(MEMOS, without="7")) == [
        ("policy/not-possible-assignee", "projects/1042/templates/21")
    ]


def test_whoever_stays_is_held_against_their_own_list(tmp_path: Path) -> None:
    """Ann stays with the memos, which are written."""
    assert codes(tmp_path, state_with(NOTICES, without="1")) == []
    assert codes(tmp_path, state_with(MEMOS, without="1")) == [("live/kept-not-possible", "projects/1042/templates/21")]


def test_drift_asks_the_list_of_the_place(tmp_path: Path) -> None:
    """Of an invalid preset it is told who may not be assigned by that preset's own list."""
    found = []
    for place in (MEMOS, NOTICES):
        state = state_with(place, without="1")
        presets = tuple(msgspec.structs.replace(one, valid=one.id != "221042") for one in state.presets)
        observation = observe_documents(
            tmp_path, {"a.yaml": DOCUMENTS}, msgspec.structs.replace(state, presets=presets)
        )
        lists = msgspec.structs.replace(observation.state, assignees=state.assignees)
        notices = find_notices(
            observation.resolved, lists, observation.policy, templates=(), previous=None, today=TODAY
        )
        found.append([one.kind for one in notices])
    assert found == [["invalid-preset"], ["invalid-preset", "not-possible"]]


def test_a_list_that_cannot_be_read_is_that_of_one_subtype(tmp_path: Path) -> None:
    """The other one's preset is missing in earnest, and told."""
    state = live_state(correspondence_seed())
    presets = tuple(one for one in state.presets if one.template_id not in {"21", "22"})
    refused = Unreadable(place=MEMOS, template_id=None, reason="refused with 403")
    state = msgspec.structs.replace(state, presets=presets, unreadable=(refused,))
    only_memos = DOCUMENTS.split("\n---\n", maxsplit=1)[0]
    observation = observe_documents(tmp_path, {"a.yaml": only_memos}, state)
    assert (observation.resolved, observation.diagnostics) == ((), ())
    assert plan_observation(observation).complete is False


def test_a_plan_file_keeps_the_subtype(tmp_path: Path) -> None:
    """So apply reads and guards the same tool."""
    plan = plan_observation(observe_documents(tmp_path, {"a.yaml": DOCUMENTS}, state_with(NOTICES, without="7")))
    assert [one.place for one in plan.changes] == [MEMOS]
