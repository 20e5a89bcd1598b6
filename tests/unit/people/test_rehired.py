"""Somebody who left and came back: one login, a former account and one in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.desired.repository import read_settings_document
from reconciler.errors import DocumentsError
from reconciler.live.snapshot_file import decode_snapshot, encode_snapshot
from reconciler.live.snapshot_reader import SnapshotReader
from reconciler.model.live import Membership, Person
from reconciler.operations.dated_documents import read_repository
from reconciler.operations.observation import observe
from reconciler.planning.changes import compare
from tests.support.account import write_documents
from tests.support.values import TODAY, live_state

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconciler.model.live import LiveState, PeopleList, Place
    from reconciler.operations.observation import Observation

FORMER = Person("70", "ANN@acme.test", "Ann")
CEDAR, HARBOR = "1041", "1042"


class Asked(SnapshotReader):
    """A reader that remembers which lists it was asked for."""

    def __init__(self, state: LiveState, active: frozenset[str] | None = None) -> None:
        super().__init__(state)
        self.asked: list[str] = []
        self.active = active

    def active_logins(self) -> frozenset[str] | None:
        """Return those whom the directory has, if it is read."""
        return super().active_logins() if self.active is None else self.active

    def assignees(self, wanted: Iterable[Place]) -> list[PeopleList]:
        """Return and remember."""
        places = list(wanted)
        self.asked.extend(f"assignees of {one.project_id}" for one in places)
        return super().assignees(places)

    def managers(self, wanted: Iterable[Place]) -> list[PeopleList]:
        """Return and remember."""
        places = list(wanted)
        self.asked.extend(f"managers of {one.project_id}" for one in places)
        return super().managers(places)


def live(
    groups: dict[tuple[str, str], list[str]], *, possible: dict[str, set[str]] | None = None, rehired: str = ""
) -> LiveState:
    """Return the small company with other members of groups, by project and uuid, and other lists, by project.

    Login id 70 is Ann's former account. Who is not named in ``possible`` is on no list of that project.
    """
    state = live_state()
    people = {person.id: person for one in state.assignees for person in one.people} | {"70": FORMER}
    presets = tuple(
        msgspec.structs.replace(
            preset,
            groups=tuple(
                Membership(one.uuid, tuple(people[each] for each in ids))
                if (ids := groups.get((preset.project_id or "", one.uuid))) is not None
                else one
                for one in preset.groups
            ),
        )
        for preset in state.presets
    )
    lists = tuple(
        msgspec.structs.replace(one, people=tuple(people[each] for each in sorted(shown)))
        if (shown := (possible or {}).get(one.place.project_id or "")) is not None
        else one
        for one in state.assignees
    )
    logins = frozenset({rehired} - {""})
    return msgspec.structs.replace(state, presets=presets, assignees=lists, managers=lists, rehired=logins)


def entry(project: str, *members: str, manager: str = "") -> str:
    """Return one project entry."""
    line = f"    workflow_manager: {manager}\n" if manager else ""
    return f"  - project: {project}\n{line}    groups: {{Project Manager: [{', '.join(members)}]}}\n"


def look(
    folder: Path, state: LiveState, *entries: str, active: frozenset[str] | None = None
) -> tuple[Observation, list[str]]:
    """Observe, and give the lists that were asked for; ``active`` are logins of the directory."""
    file = write_documents(
        folder, {"a.yaml": "kind: assignments\ntemplate: Invoice Approval\nprojects:\n" + "".join(entries)}
    )
    documents, diagnostics = read_repository(file, read_settings_document(file), TODAY)
    reader = Asked(state, active)
    return observe(documents, diagnostics, reader), reader.asked


def moves(observation: Observation) -> dict[str, tuple[list[str], list[str]]]:
    """Return who would come and go in Project Manager, by project."""
    return {
        change.project.id if change.project else "": (
            [one.id for group in change.groups for one in group.add],
            [one.id for group in change.groups for one in group.remove],
        )
        for change in compare(observation.resolved, observation.state.versions)
    }


def told(observation: Observation) -> list[tuple[str, str, str | None]]:
    """Return what is told, with the preset."""
    return [(one.severity, one.code, one.address) for one in observation.diagnostics]


def test_a_list_shows_which_account_is_in_use(tmp_path: Path) -> None:
    """It takes the former one's place where the login is named; one list decides, and the preset is named."""
    state = live({(CEDAR, "pm"): ["70"]})
    observation, asked = look(
        tmp_path, state, entry("Cedar Tower", "ann@acme.test"), entry("Harbor Bridge", "ann@acme.test", "bo@acme.test")
    )
    assert moves(observation) == {CEDAR: (["1"], ["70"])}
    assert asked == ["assignees of 1041"]
    assert told(observation) == [("warning", "live/former-account", "projects/1041/templates/11")]
    assert observation.diagnostics[0].message == (
        "Ann (ANN@acme.test) holds Invoice Approval · Cedar Tower · Project Manager by a former account (login id 70): "
        "documents that name the login put the account in use (login id 1) in its place where that may be assigned"
    )


def test_a_line_settled_before_both_accounts_were_seen_is_looked_at_again(tmp_path: Path) -> None:
    """The list that an addition elsewhere asks for shows the account in use; the order of entries does not matter."""
    state = live({(CEDAR, "pm"): ["70"], (HARBOR, "pm"): ["2"]})
    entries = (entry("Cedar Tower", "ann@acme.test"), entry("Harbor Bridge", "bo@acme.test", "cy@acme.test"))
    for ordered in (entries, entries[::-1]):
        observation, asked = look(tmp_path, state, *ordered)
        assert moves(observation) == {CEDAR: (["1"], ["70"]), HARBOR: (["3"], [])}
        assert sorted(asked) == ["assignees of 1041", "assignees of 1042"]


def test_whoever_is_there_stays_where_the_account_in_use_may_not_be_assigned(tmp_path: Path) -> None:
    """Nothing is stopped for it, and it is told."""
    state = live({(CEDAR, "pm"): ["70"]}, possible={CEDAR: {"2"}})
    observation, _ = look(
        tmp_path,
        state,
        entry("Cedar Tower", "ann@acme.test"),
        entry("Harbor Bridge", "ann@acme.test", "bo@acme.test", "cy@acme.test"),
    )
    assert moves(observation) == {HARBOR: (["3"], [])}
    assert told(observation) == [("warning", "live/former-account", "projects/1041/templates/11")]


def test_a_tie_that_no_list_breaks_keeps_whoever_is_there(tmp_path: Path) -> None:
    """Neither account may be assigned, or both may: nobody is moved, one list a login is asked for."""
    for possible in ({"2"}, {"1", "2", "70"}):
        state = live({(CEDAR, "pm"): ["70"]}, possible={CEDAR: possible, HARBOR: possible})
        observation, asked = look(
            tmp_path,
            state,
            entry("Cedar Tower", "ann@acme.test"),
            entry("Harbor Bridge", "ann@acme.test", "bo@acme.test"),
        )
        assert (moves(observation), asked, told(observation)) == ({}, ["assignees of 1041"], [])


def test_an_addition_that_no_list_decides_needs_an_id(tmp_path: Path) -> None:
    """Its own list is asked for; the ids are told."""
    for possible in ({"2"}, {"1", "2", "70"}):
        state = live({(CEDAR, "pm"): ["2"], (CEDAR, "super"): ["70"]}, possible={CEDAR: possible})
        with pytest.raises(DocumentsError) as raised:
            look(
                tmp_path,
                state,
                entry("Cedar Tower", "ann@acme.test", "bo@acme.test", manager="ann@acme.test"),
                entry("Harbor Bridge", "ann@acme.test", "bo@acme.test"),
            )
        assert [f"{one.origin} {one.code} {one.message}" for one in raised.value.diagnostics] == [
            f"a.yaml:{place} documents/ambiguous-person 'ann@acme.test' is the login of several people: 1, 70; use "
            "{login_id: …}"
            for place in ("6:32", "5:5")
        ]


def test_an_id_means_the_account_it_names(tmp_path: Path) -> None:
    """No list is asked for on its behalf but to tell who is in by a former account."""
    state = live({(CEDAR, "pm"): ["70"]})
    observation, _ = look(
        tmp_path,
        state,
        entry("Cedar Tower", "{login_id: '70'}"),
        entry("Harbor Bridge", "{login_id: '1'}", "bo@acme.test"),
    )
    assert moves(observation) == {}
    assert told(observation) == [("warning", "live/former-account", "projects/1041/templates/11")]


def test_a_workflow_manager_by_a_former_account(tmp_path: Path) -> None:
    """The list of managers of the place decides, and stays the judge of who may be it."""
    state = live({(CEDAR, "pm"): ["2"], (HARBOR, "pm"): ["1", "2"]})
    presets = tuple(msgspec.structs.replace(one, workflow_manager=FORMER) for one in state.presets)
    state = msgspec.structs.replace(state, presets=presets)
    entries = (
        entry("Cedar Tower", "bo@acme.test", manager="ann@acme.test"),
        entry("Harbor Bridge", "ann@acme.test", "bo@acme.test"),
    )
    observation, asked = look(tmp_path, state, *entries)
    (change,) = compare(observation.resolved, state.versions)
    manager = change.workflow_manager
    assert manager is not None
    assert (change.address[:13], manager.before, manager.after.id) == ("projects/1041", FORMER, "1")
    assert "managers of 1041" in asked
    (found,) = [one for one in observation.diagnostics if one.code == "live/former-account"]
    assert "Invoice Approval · Cedar Tower · workflow manager, Invoice Approval · Harbor Bridge · workflow manager" in (
        found.message
    )
    assert found.address is None
    nobody = tuple(
        msgspec.structs.replace(one, people=one.people[1:]) if one.place.project_id == CEDAR else one
        for one in state.managers
    )
    observation, _ = look(tmp_path, msgspec.structs.replace(state, managers=nobody), *entries)
    assert compare(observation.resolved, state.versions) == ()


def test_the_directory_tells_of_a_return_that_no_preset_shows(tmp_path: Path) -> None:
    """A login that is active and inactive asks for one list: it shows the account in use, whoever is named."""
    documents = (entry("Cedar Tower", "ann@acme.test"), entry("Harbor Bridge", "bo@acme.test"))
    groups = {(CEDAR, "pm"): ["70"], (HARBOR, "pm"): ["2"], (HARBOR, "acc"): ["3", "70"], (HARBOR, "super"): ["70"]}
    state = live(groups, rehired="ann@acme.test")
    observation, asked = look(tmp_path, state, *documents)
    assert (moves(observation), asked) == ({CEDAR: (["1"], ["70"])}, ["assignees of 1041"])
    (found,) = observation.diagnostics
    assert "Cedar Tower · Project Manager, Invoice Approval · Harbor Bridge · Accounting by" in found.message
    assert observation.state.rehired == {"ann@acme.test"}
    assert observation.state.inactive == frozenset()
    # without the directory's word nothing shows that there is another account
    observation, asked = look(tmp_path, live(groups), *documents)
    assert (moves(observation), asked, told(observation)) == ({}, [], [])
    # and where the list shows the account that is there, it is the one in use
    state = live(groups, possible={CEDAR: {"2", "70"}}, rehired="ann@acme.test")
    observation, asked = look(tmp_path, state, *documents)
    assert (moves(observation), asked, told(observation)) == ({}, ["assignees of 1041"], [])


def test_an_account_that_only_the_directory_doubts_is_added_as_ever(tmp_path: Path) -> None:
    """Its own list says whether it may be: that is a guard's part, and no ambiguity."""
    state = live(
        {(CEDAR, "pm"): ["2"], (HARBOR, "pm"): ["70"]}, possible={CEDAR: {"2"}, HARBOR: {"2"}}, rehired="ann@acme.test"
    )
    observation, asked = look(
        tmp_path, state, entry("Cedar Tower", "ann@acme.test", "bo@acme.test"), entry("Harbor Bridge", "ann@acme.test")
    )
    assert (moves(observation), asked) == ({CEDAR: (["70"], [])}, ["assignees of 1041", "assignees of 1042"])


def test_a_snapshot_knows_who_came_back(tmp_path: Path) -> None:
    """A plan of it says the same."""
    state = live({(CEDAR, "pm"): ["70"]}, rehired="ann@acme.test")
    online, _ = look(tmp_path, state, entry("Cedar Tower", "ann@acme.test"))
    content = encode_snapshot(online.state, "4211")
    offline, _ = look(tmp_path, decode_snapshot(content, "s.json", "4211"), entry("Cedar Tower", "ann@acme.test"))
    assert (moves(offline), offline.diagnostics) == (moves(online), online.diagnostics)
    assert offline.state.rehired == {"ann@acme.test"}
