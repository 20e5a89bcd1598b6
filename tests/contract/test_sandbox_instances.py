"""The service's rules of running workflows, held against the sandbox in the same process and over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.caller import ASSIGNEES, COMPANY, PROJECT
from tests.support.routed_account import BOT, ITEM, item_path, routed_seed

if TYPE_CHECKING:
    import httpx

    from tests.support.caller import Caller, Starter

INSTANCES = f"{PROJECT}/workflows/instances"
ONE = f"{INSTANCES}/6501"
LIST = f"{INSTANCES}?filters[tool_type]=invoice"
CREDENTIALS = {"grant_type": "client_credentials", "client_id": "erp", "client_secret": "erp"}


def as_bot(call: Caller) -> Caller:
    """Sign in as the integration."""
    call.token = call.http.post("/oauth/token", data=CREDENTIALS).json()["access_token"]
    return call


@pytest.fixture
def call(make: Starter) -> Caller:
    """Return a caller that is the integration."""
    return as_bot(make(routed_seed()))


def step(call: Caller, one: str = ONE) -> dict[str, Any]:
    """Return the current step of an instance."""
    shown: dict[str, Any] = call("GET", one).json()["data"]["current_step_occurrence"]
    return shown


def answer(
    call: Caller, occurrence: str, option: str = "101", comment: str | None = None, **more: Any
) -> httpx.Response:
    """Respond to a step."""
    response = {"current_step_occurrence_id": occurrence, "selected_response_option_id": option, "attachments": {}}
    return call(
        "POST", f"{ONE}/responses", {"response": {**response, "comment": comment, **more}}, Idempotency_Token="t"
    )


def clicked(call: Caller, do: str, **what: object) -> Any:
    """Do what somebody does in the web interface."""
    shown = call.http.post("/_sandbox/clicks", json={"do": do, **what})
    assert shown.status_code == 200, shown.text
    return shown.json()["id"]


def test_an_instance_is_shown(call: Caller) -> None:
    """Section 3: short in lists, with its step, options and who responds on its own page."""
    (first, second) = call("GET", f"{LIST}&filters[assignee_id]={BOT}&filters[active]=true").json()["data"]
    assert (first["id"], second["id"], first["item_id"]) == ("6501", "6502", "501")
    assert set(first) == {
        "id", "item_id", "tool_type", "tool_subtype", "created_at", "updated_at", "started_at", "ended_at",
        "created_by",
    }  # fmt: skip
    shown = call("GET", ONE).json()["data"]
    assert (shown["template_version_id"], shown["workflow_manager"]["id"]) == ("911", "7")
    current = shown["current_step_occurrence"]
    assert (current["step_uuid"], current["name"]) == ("check", "ERP check")
    assert current["overdue_at"] > current["started_at"]
    assert current["available_response_options"][1] == {"id": "102", "response_type": "reject", "name": "Reject"}
    assert [one["assignee"]["id"] for one in current["response_occurrences"]] == [BOT, "7"]
    assert {one["submitted_at"] for one in current["response_occurrences"]} == {None}
    erp = {"responsible_group_uuid": "erp", "name": "ERP"}
    assert erp.items() <= shown["responsible_group_memberships"][-1].items()
    version = call("GET", f"{COMPANY}/workflows/templates/versions/911").json()["data"]
    assert set(version["steps"][0]) == {"uuid", "name", "type", "responsible_groups"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("&filters[item_id]=502", ["6502"]),
        ("&filters[assignee_id]=2", []),
        ("&filters[active]=false", []),
        ("&filters[overdue]=true", []),
        ("&filters[overdue]=false", ["6501", "6502"]),
    ],
)
def test_lists_are_filtered(call: Caller, query: str, found: list[str]) -> None:
    """Section 3: the assignee is one of the current step."""
    assert [one["id"] for one in call("GET", LIST + query).json()["data"]] == found


def test_pages_by_cursor_or_number(call: Caller) -> None:
    """Section 3: the cursor is the default, and both together are refused."""
    first = call("GET", f"{LIST}&per_page=1")
    assert (first.headers["Total"], len(first.json()["data"])) == ("2", 1)
    assert "cursor=" in first.links["next"]["url"]
    assert call("GET", first.links["next"]["url"]).json()["data"][0]["id"] == "6502"
    assert call("GET", f"{LIST}&per_page=1&page=2").json()["data"][0]["id"] == "6502"
    assert call("GET", f"{LIST}&page=1&cursor=x").status_code == 400
    assert call("GET", f"{LIST}&cursor=x").status_code == 400
    assert call("GET", f"{LIST}&filters[active]=yes").status_code == 400
    assert call("GET", INSTANCES).status_code == 400


def test_a_response_once(call: Caller) -> None:
    """Section 3: the identical response again is a no-op 204, also once the step is over; any other is a 422."""
    occurrence = step(call)["id"]
    assert answer(call, occurrence, comment="fine").status_code == 204
    assert step(call)["name"] == "Sign"
    assert answer(call, occurrence, comment="fine").status_code == 204
    assert answer(call, occurrence, comment="other").status_code == 422
    assert answer(call, occurrence, "102", "fine").status_code == 422
    assert call("GET", f"{LIST}&filters[assignee_id]={BOT}").json()["data"][0]["id"] == "6502"
    (told,) = call("GET", f"{ONE}/history").json()["data"]["history"]
    assert told["details"]["selected_response_option"]["name"] == "Approve"
    assert told["details"]["comment"] == "fine"


def test_a_step_that_waits_for_others(make: Starter) -> None:
    """Where everybody is required the step stays current, and our response shows."""
    call = as_bot(make(routed_seed(first_response_decides=False)))
    occurrence = step(call)["id"]
    assert answer(call, occurrence).status_code == 204
    own, other = step(call)["response_occurrences"]
    assert own["selected_response_option"]["id"] == "101"
    assert other["submitted_at"] is None
    assert answer(call, occurrence).status_code == 204
    assert answer(call, occurrence, "102").status_code == 422
    clicked(call, "respond", instance_id="6501", login_id="7", option="Reject")
    assert call("GET", ONE).json()["data"]["ended_at"] is not None


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"attachments": None}, 422),
        ({"selected_response_option_id": "999"}, 422),
        ({"current_step_occurrence_id": "elsewhere"}, 422),
        ({"comment": 7}, 422),
    ],
)
def test_a_response_that_is_wrong(call: Caller, more: dict[str, Any], status: int) -> None:
    """Section 3: nothing is stored."""
    assert answer(call, step(call)["id"], **more).status_code == status
    assert step(call)["response_occurrences"][0]["submitted_at"] is None


def test_only_an_assignee_may_respond(make: Starter) -> None:
    """Section 3: 403 for anybody else, also for somebody who was an assignee when the step was read."""
    call = make(routed_seed())
    occurrence = step(call)["id"]
    assert answer(call, occurrence).status_code == 403
    clicked(as_bot(call), "remove_assignee", instance_id="6501", login_id=BOT)
    assert answer(call, occurrence).status_code == 403


def test_the_same_step_twice(call: Caller) -> None:
    """A response may lead back to its own step: that is another occurrence."""
    first = step(call)["id"]
    assert answer(call, first, "103").status_code == 204
    second = step(call)
    assert (second["name"], second["id"] != first) == ("ERP check", True)
    assert answer(call, second["id"]).status_code == 204


def test_tokens_that_are_replayed(make: Starter) -> None:
    """Where the service answers a known token with the first result, another option changes nothing either."""
    seed = routed_seed(first_response_decides=False)
    seed["company"]["replays_tokens"] = True
    call = as_bot(make(seed))
    occurrence = step(call)["id"]
    assert answer(call, occurrence, "101").status_code == 204
    assert answer(call, occurrence, "102").status_code == 204
    assert step(call)["response_occurrences"][0]["selected_response_option"]["id"] == "101"


def test_somebody_who_is_there_twice(make: Starter) -> None:
    """By a group and alone: both places are of one person, and one response fills both."""
    seed = routed_seed(first_response_decides=False)
    seed["presets"][1]["individual_assignees"] = [{"step_uuid": "check", "logins": [{"id": BOT}]}]
    call = as_bot(make(seed))
    assert answer(call, step(call)["id"]).status_code == 204
    given = [one["submitted_at"] is not None for one in step(call)["response_occurrences"]]
    assert given == [True, False, True]


def test_individual_assignees_of_a_step(make: Starter) -> None:
    """Somebody who is assigned alone is so in one step only; a commenter is not waited for."""
    seed = routed_seed(first_response_decides=False)
    alone = {"id": "3", "role_type": "commenter"}
    seed["presets"][1]["individual_assignees"] = [{"step_uuid": "sign", "logins": [alone]}]
    call = as_bot(make(seed))
    assert [one["assignee"]["id"] for one in step(call)["response_occurrences"]] == [BOT, "7"]
    assert answer(call, step(call)["id"]).status_code == 204
    clicked(call, "respond", instance_id="6501", login_id="7", option="Approve")
    waited_for = {one["assignee"]["id"]: one["assignee"]["required"] for one in step(call)["response_occurrences"]}
    assert waited_for == {"1": True, "2": True, "3": False}


def test_a_write_that_lags(make: Starter) -> None:
    """Each read shows an instance as it was; a second response is judged by what is stored."""
    call = as_bot(make(routed_seed(), lag=30.0))
    occurrence = step(call)["id"]
    assert answer(call, occurrence).status_code == 204
    assert step(call)["id"] == occurrence
    assert call("GET", f"{LIST}&filters[item_id]=501&filters[assignee_id]={BOT}").json()["data"]
    assert call("GET", f"{ONE}/history").json()["data"]["history"] == []
    assert answer(call, occurrence).status_code == 204
    assert answer(call, occurrence, "102").status_code == 422


def test_a_preset_that_lags(make: Starter) -> None:
    """A write of assignees shows what it stored, a read what was there before."""
    call = make(routed_seed(), lag=30.0)
    before = call.groups()
    body = {"responsible_group_memberships": [{"uuid": uuid, "login_ids": []} for uuid in before]}
    assert call("PATCH", ASSIGNEES, body).status_code == 200
    assert call.groups() == before


def test_more_assignees(call: Caller) -> None:
    """Section 3: people are added to the current step, with a reason of the service's own."""
    occurrence = step(call)["id"]
    body = {"step_occurrence_id": occurrence, "assignee_ids": ["2"], "required": True, "reason": "other"}
    shown = call("POST", f"{ONE}/additional_assignees", body)
    assert shown.status_code == 200
    added = shown.json()["data"]["current_step_occurrence"]["response_occurrences"][-1]
    assert added["assignee"] == {"id": "2", "login": "bo@acme.test", "name": "Bo", "required": True}
    for wrong in ({"reason": "tired"}, {"assignee_ids": ["99"]}, {"step_occurrence_id": "elsewhere"}):
        assert call("POST", f"{ONE}/additional_assignees", {**body, **wrong}).status_code == 422
    assert shown.json()["data"]["updated_at"] == call("GET", ONE).json()["data"]["updated_at"]


def test_places_have_ids_of_their_own(call: Caller) -> None:
    """Somebody new does not get the id of somebody who was removed, nor of somebody who is there."""
    body = {"step_occurrence_id": step(call)["id"], "assignee_ids": ["2"], "required": True, "reason": "other"}
    ids = {one["id"] for one in step(call)["response_occurrences"]}
    clicked(call, "remove_assignee", instance_id="6501", login_id=BOT)
    assert call("POST", f"{ONE}/additional_assignees", body).status_code == 200
    assert step(call)["response_occurrences"][-1]["id"] not in ids


def test_a_blocked_instance(call: Caller) -> None:
    """Section 3: refresh takes the people of the preset, and is refused where nothing is blocked."""
    assert call("POST", f"{ONE}/refresh").status_code == 422
    clicked(call, "remove_assignee", instance_id="6501", login_id=BOT)
    clicked(call, "remove_assignee", instance_id="6501", login_id="7")
    assert call("GET", f"{ONE}/history").json()["data"]["status"] == "blocked"
    assert call("POST", f"{ONE}/refresh").status_code == 200
    assert len(step(call)["response_occurrences"]) == 2
    assert call("GET", f"{ONE}/history").json()["data"]["status"] == "in_progress"


def test_a_blocked_instance_that_stays_so(make: Starter) -> None:
    """Nobody in the preset: 422, and so without a preset."""
    seed = routed_seed()
    seed["presets"][1]["groups"]["erp"] = []
    seed["projects"].append({"id": "1077", "name": "New Depot"})
    seed["instances"].append({"id": "9", "template_id": "11", "project_id": "1077", "item_id": "1", "created_by": "2"})
    call = make(seed)
    assert call("POST", f"{ONE}/refresh").status_code == 422
    elsewhere = f"{COMPANY}/projects/1077/workflows/instances/9"
    assert call("POST", f"{elsewhere}/refresh").status_code == 422
    assert call("GET", elsewhere).json()["data"]["workflow_manager"] is None


def test_how_far_an_instance_is(make: Starter) -> None:
    """Section 3: a step that is overdue is so in the list too; an instance that has ended is complete."""
    seed = routed_seed()
    seed["instances"][0]["started_at"] = "2026-03-02T08:00:00Z"
    call = as_bot(make(seed))
    assert step(call)["overdue_at"] == "2026-03-02T09:00:00Z"
    assert [one["id"] for one in call("GET", f"{LIST}&filters[overdue]=true").json()["data"]] == ["6501"]
    assert call("GET", f"{ONE}/history").json()["data"]["status"] == "overdue"
    assert answer(call, step(call)["id"], "102").status_code == 204
    shown = call("GET", f"{ONE}/history").json()["data"]
    assert (shown["status"], len(shown["history"])) == ("complete", 1)
    assert [one["id"] for one in call("GET", f"{LIST}&filters[active]=false").json()["data"]] == ["6501"]
    for do in ({"do": "respond", "option": "Approve"}, {"do": "remove_assignee"}):
        refused = call.http.post("/_sandbox/clicks", json={"instance_id": "6501", "login_id": BOT, **do})
        assert (refused.status_code, refused.json()["errors"]) == (422, ["the instance has ended"])


def test_clicks_of_others(call: Caller) -> None:
    """Somebody starts, restarts and deletes workflows, and changes items."""
    begun = clicked(call, "start", template_id="11", project_id="1042", item_id="777", created_by="3")
    assert step(call, f"{INSTANCES}/{begun}")["name"] == "ERP check"
    before = step(call)["id"]
    clicked(call, "restart", instance_id="6501")
    assert step(call)["id"] != before
    clicked(call, "delete", instance_id="6501")
    assert call("GET", ONE).status_code == 404
    path = item_path("1042", "502")
    assert call("GET", path).json() == {"id": 502, **ITEM}
    clicked(call, "change_item", path=path, body={"status": "paid"})
    assert call("GET", path).json() == {"status": "paid"}
    for do in ("restart", "delete"):
        assert call.http.post("/_sandbox/clicks", json={"do": do, "instance_id": "1"}).status_code == 404
    nowhere = {"do": "change_item", "path": item_path("1042", "1"), "body": {}}
    assert call.http.post("/_sandbox/clicks", json=nowhere).status_code == 404
    for wrong in ({"do": "dance"}, {"do": "start", "template_id": "11"}):
        assert call.http.post("/_sandbox/clicks", json=wrong).status_code == 422


def test_invented_ids(make: Starter) -> None:
    """An instance without an id gets one that no other has, nor had one that was deleted; lists keep the order."""
    seed = routed_seed(3)
    del seed["instances"][0]["id"]
    seed["instances"][1]["id"] = "600004"
    call = make(seed)
    assert [one["item_id"] for one in call("GET", LIST).json()["data"]] == ["501", "502", "503"]
    start = {"template_id": "11", "project_id": "1042", "item_id": "777", "created_by": "3"}
    first, second = (clicked(call, "start", **start) for _ in range(2))
    clicked(call, "delete", instance_id=second)
    third = clicked(call, "start", **start)
    ids = [one["id"] for one in call("GET", LIST).json()["data"]]
    assert ids[1:] == ["600004", "6503", first, third]
    assert len({*ids, second}) == 6
    assert clicked(call, "start", **start, id="mine") == "mine"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"template_id": "99"}, "unknown template 99"),
        ({"template_id": "14"}, "template 14 has no published version"),
        ({"template_version_id": "0"}, "template 11 has no version 0"),
        ({"template_id": "14", "template_version_id": "911"}, "template 14 has no version 911"),
        ({"project_id": "1"}, "unknown project 1"),
        ({"created_by": "99"}, "unknown login 99"),
        ({"id": "6501"}, "the id 6501 is taken"),
    ],
)
def test_a_start_that_leads_nowhere(make: Starter, wrong: dict[str, str], message: str) -> None:
    """A click with an unknown id is refused with the id, and starts nothing."""
    seed = routed_seed()
    seed["templates"].append({**seed["templates"][0], "id": "14", "versions": [], "latest_published_version": None})
    call = make(seed)
    good = {"do": "start", "template_id": "11", "project_id": "1042", "item_id": "1", "created_by": "2"}
    refused = call.http.post("/_sandbox/clicks", json={**good, **wrong})
    assert (refused.status_code, refused.json()["errors"]) == (422, [message])
    assert call("GET", LIST).headers["Total"] == "2"


def test_an_older_version(make: Starter) -> None:
    """An instance keeps the version that it started on, whose steps have other uuids."""
    seed = routed_seed()
    versions = seed["templates"][0]["versions"]
    old = {**versions[0], "id": "910", "version": "0.9"}
    old["steps"] = [{**versions[0]["steps"][0], "uuid": "older", "response_options": []}]
    versions.append(old)
    seed["instances"][0]["template_version_id"] = "910"
    current = step(make(seed))
    assert current["step_uuid"] == "older"
    assert [one["name"] for one in current["available_response_options"]] == ["Approve", "Reject"]


def test_the_list_of_the_company(make: Starter) -> None:
    """Not public, so the seed decides: it holds the instances of project tools too, or does not."""
    everywhere = f"{COMPANY}/workflows/instances?filters[tool_type]=invoice"
    call = make(routed_seed())
    assert call("GET", everywhere).json()["data"] == []
    assert call("GET", f"{COMPANY}/workflows/instances/6501").status_code == 404
    seed = routed_seed()
    seed["company"]["lists_project_instances"] = True
    call = make(seed)
    assert [one["id"] for one in call("GET", everywhere).json()["data"]] == ["6501", "6502"]
    assert call("GET", f"{COMPANY}/workflows/instances/6501").json()["data"]["item_id"] == "501"
