"""The service's rules of writing, held against the sandbox in the same process and over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import company_seed
from tests.support.caller import ASSIGNEES, COMPANY, PRESET, PROJECT, WHOLE, memberships
from tests.support.sandbox import preset_path

if TYPE_CHECKING:
    from tests.support.caller import Caller, Starter


def test_a_write_replaces_everything(call: Caller) -> None:
    """Section 2: a group left out really is cleared, a dynamic one too."""
    answer = call("PATCH", ASSIGNEES, memberships(**{**WHOLE, "pm": ["5"]}))
    assert (answer.status_code, set(answer.json()["data"])) == (
        200, {"workflow_manager_id", "responsible_group_memberships", "individual_assignees"},
    )  # fmt: skip
    assert call.groups() == {**WHOLE, "pm": ["5"]}
    assert call("PATCH", ASSIGNEES, memberships(pm=["5"])).status_code == 200
    assert call.groups() == {"creator": [], "pm": ["5"], "acc": [], "super": []}


def with_steps() -> dict[str, Any]:
    """Return the small company with a step in its version, and one of an older version that a preset still has."""
    seed = company_seed()
    template, preset = seed["templates"][0], seed["presets"][1]
    template["versions"][0]["steps"] = [{"uuid": "s", "name": "Check", "responsible_groups": ["pm"]}]
    template["versions"][0]["dynamic_steps"] = [{"uuid": "d", "name": "Later", "type": "DYNAMIC"}]
    template["versions"].append({
        "id": "910", "version": "0.9", "steps": [{"uuid": "old", "name": "Once"}], "responsible_groups": [],
    })  # fmt: skip
    preset["individual_assignees"] = [{"step_uuid": "old", "logins": [{"id": 2}]}]
    return seed


ANN = {"id": "1", "login": "ann@acme.test", "name": "Ann"}
OLD = {"step_uuid": "old", "logins": [{"id": "2", "required": True, "role_type": "responder"}]}


def test_a_key_left_out_keeps_its_value(make: Starter) -> None:
    """Section 6: workflow manager alone, groups alone, individual assignees alone; nobody is no value either."""
    call = make(with_steps())
    assert call("PATCH", ASSIGNEES, {"workflow_manager_id": "1"}).status_code == 200
    assert call("PATCH", ASSIGNEES, {"workflow_manager_id": None}).json()["data"]["workflow_manager_id"] == "1"
    assert call.groups() == WHOLE
    assert call("GET", PRESET).json()["data"]["individual_assignees"][0]["step_uuid"] == "old"
    assert call("PATCH", ASSIGNEES, {"individual_assignees": []}).status_code == 200
    shown = call("GET", PRESET).json()["data"]
    assert (shown["workflow_manager"]["id"], shown["individual_assignees"]) == ("1", [])
    assert call.groups() == WHOLE


def test_individual_assignees_are_enriched(make: Starter) -> None:
    """Written with ids, answered and read with login and name; what an older version had may be sent back."""
    call = make(with_steps())
    steps = [
        OLD,
        {"step_uuid": "s", "logins": [{"id": "1"}]},
        {"step_uuid": "d", "logins": [{"id": "1", "required": False, "role_type": "commenter"}]},
    ]
    written = call("PATCH", ASSIGNEES, {"individual_assignees": steps}).json()["data"]["individual_assignees"]
    assert [(one["step_uuid"], one["logins"][0]["login"]) for one in written] == [
        ("old", "bo@acme.test"), ("s", "ann@acme.test"), ("d", "ann@acme.test"),
    ]  # fmt: skip
    assert written[1]["logins"] == [{**ANN, "required": True, "role_type": "responder"}]
    assert written[2]["logins"] == [{**ANN, "required": False, "role_type": "commenter"}]
    assert call("GET", PRESET).json()["data"]["individual_assignees"] == written


def test_individual_assignees_that_do_not_exist_are_refused(make: Starter) -> None:
    """Section 6: 422, nothing changed, not the rest of the body either; the preset can still be read."""
    call = make(with_steps())
    before = call("GET", PRESET).json()
    rest = {**memberships(**{**WHOLE, "pm": ["5"]}), "workflow_manager_id": "1"}
    for step in (
        {"step_uuid": "s", "logins": [{"id": "99"}]},
        {"step_uuid": "s", "logins": [{"id": "1"}, {"id": "1"}]},
        {"step_uuid": "pm", "logins": [{"id": "1"}]},
        {"step_uuid": "", "logins": []},
        OLD,
    ):
        assert call("PATCH", ASSIGNEES, {**rest, "individual_assignees": [OLD, step]}).status_code == 422, step
        assert call("GET", PRESET).json() == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (memberships(**{**WHOLE, "unknown": []}), 422),
        (memberships(**{**WHOLE, "pm": ["1", "1"]}), 422),
        (memberships(**{**WHOLE, "pm": ["99"]}), 422),
        (memberships(**{**WHOLE, "super": ["1"]}), 422),
        (memberships(**{**WHOLE, "super": ["8", "1"]}), 422),
        (memberships(**{**WHOLE, "creator": ["1"]}), 422),
        ({"workflow_manager_id": "99"}, 422),
        ({"workflow_manager_id": 7}, 422),
        ({"responsible_group_memberships": None}, 422),
        ({"individual_assignees": None}, 422),
        ({"individual_assignees": [{"step_uuid": "s", "logins": [{"id": "1", "required": "yes"}]}]}, 422),
        ({"responsible_group_memberships": {}}, 422),
        ({"responsible_group_memberships": [{"responsible_group_uuid": "pm", "login_ids": []}]}, 422),
        ({"responsible_group_memberships": [{"uuid": "pm", "login_ids": [1]}]}, 422),
        ({"responsible_group_memberships": [{"uuid": "pm", "login_ids": []}, {"uuid": "pm", "login_ids": []}]}, 422),
        ({"individual_assignees": [{"step": "s"}]}, 422),
        ({"individual_assignees": [{"step_uuid": "s", "logins": [{"login": "x"}]}]}, 422),
        ({"individual_assignees": [{"step_uuid": "s", "logins": [{"id": "1", "role_type": "boss"}]}]}, 422),
        ({"other": 1}, 422),
        ([], 422),
    ],
)
def test_writes_that_are_refused_change_nothing(call: Caller, body: object, status: int) -> None:
    """Section 6: 422, nothing changed."""
    before = call("GET", PRESET).json()
    answer = call("PATCH", ASSIGNEES, body)
    assert (answer.status_code, list(answer.json())) == (status, ["errors"])
    assert call("GET", PRESET).json() == before


def test_who_is_there_already_may_stay(make: Starter) -> None:
    """Section 6: only somebody new must be a possible assignee; the same with the manager."""
    seed = company_seed()
    seed["eligible"] = [
        {"list": "possible_assignees", "project_id": "1042", "tool_type": "invoice", "people": ["1", "3"]},
        {"list": "workflow_managers", "people": ["3"]},
    ]
    call = make(seed)
    assert (
        call("PATCH", ASSIGNEES, {**memberships(**{**WHOLE, "pm": ["2", "3"]}), "workflow_manager_id": "7"}).status_code
        == 200
    )
    assert call("PATCH", ASSIGNEES, memberships(**{**WHOLE, "pm": ["5"]})).status_code == 422
    assert call("PATCH", ASSIGNEES, {"workflow_manager_id": "1"}).status_code == 422
    people = call("GET", f"{PROJECT}/workflows/possible_assignees?tool_type=invoice").json()["data"]
    assert [(one["id"], one["login"], one["company"]["name"]) for one in people] == [
        ("1", "ann@acme.test", "Acme Construction"), ("3", "cy@acme.test", "Acme Construction"),
    ]  # fmt: skip
    assert len(call("GET", f"{COMPANY}/workflows/possible_assignees?tool_type=budget").json()["data"]) == 8


def test_an_archived_template_is_readable_and_not_writable(make: Starter) -> None:
    """Section 6: 403."""
    seed = company_seed()
    seed["templates"][0]["archived_at"] = "2026-01-01T00:00:00Z"
    call = make(seed)
    assert call.groups() == WHOLE
    assert call("PATCH", ASSIGNEES, memberships(**WHOLE)).status_code == 403


def test_the_default_of_a_preset(call: Caller) -> None:
    """PATCH with a boolean; the rest stays."""
    assert call("PATCH", PRESET, {"default": False}).json()["data"]["default"] is False
    assert call("GET", PRESET).json()["data"]["default"] is False
    assert call.groups() == WHOLE
    assert call("PATCH", PRESET, {"default": 1}).status_code == 422
    assert call("PATCH", PRESET, {"default": True, "name": "x"}).status_code == 422
    assert call("PATCH", PRESET.replace("32", "39"), {"default": True}).status_code == 404
    assert call("PATCH", f"{PRESET.replace('32', '39')}/assignees", memberships(**WHOLE)).status_code == 404


def test_one_preset_of_a_tool_is_the_default(make: Starter) -> None:
    """Section 1: the one made the default takes it from the other of its tool and project, and from no other."""
    seed = company_seed()
    seed["presets"].append({**seed["presets"][1], "id": "34", "default": False})
    call = make(seed)
    path = f"{PROJECT}/workflows/presets?filters[tool_type]=invoice&filters[is_default]=true"
    assert call("PATCH", preset_path("34", "1042"), {"default": True}).json()["data"]["default"] is True
    assert [one["id"] for one in call("GET", path).json()["data"]] == ["34"]
    assert call("GET", preset_path("31", "1041")).json()["data"]["default"] is True
