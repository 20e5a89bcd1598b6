"""The service's public facts, held against the sandbox in the same process and over a socket."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import company_seed
from tests.support.caller import ASSIGNEES, COMPANY, PRESET, PROJECT, WHOLE, memberships
from tests.support.sandbox import preset_path

if TYPE_CHECKING:
    from tests.support.caller import Caller, Starter


def test_every_call_needs_token_and_company(call: Caller) -> None:
    """Section 3: without the header the service refuses."""
    assert call("GET", PRESET, Authorization=None).status_code == 401
    assert call("GET", PRESET, Authorization="Bearer x").status_code == 401
    assert call("GET", PRESET, Procore_Company_Id=None).status_code == 403
    assert call("GET", PRESET, Procore_Company_Id="1").status_code == 403
    for path in (
        PRESET.replace("4211", "1"),
        PRESET.replace("1042", "9"),
        PRESET.replace("32", "39"),
        PRESET.replace("1042", "1041"),
    ):
        assert call("GET", path).status_code == 404


def test_calls_of_no_company(call: Caller) -> None:
    """Section 3: the own account and its companies need no header, and a wrong one is refused."""
    for path in ("/rest/v1.0/me", "/rest/v1.0/companies"):
        assert call("GET", path, Procore_Company_Id=None).status_code == 200
        assert call("GET", path, Procore_Company_Id="1").status_code == 403
    (company,) = call("GET", "/rest/v1.0/companies", Procore_Company_Id=None).json()
    assert company == {"id": 4211, "name": "Acme Construction", "is_active": True}


def test_projects_are_active_ones_unless_asked_for_all(call: Caller) -> None:
    """v1.1: a bare array, whole numbers for ids; ``filters[by_status]=All`` for the inactive ones too."""
    answer = call("GET", "/rest/v1.1/projects?company_id=4211")
    assert [one["id"] for one in answer.json()] == [1041, 1042]
    assert {"id", "name", "display_name", "project_number", "stage", "active", "state_code"} <= set(answer.json()[0])
    path = "/rest/v1.1/projects?company_id=4211&filters[by_status]="
    assert [one["id"] for one in call("GET", f"{path}All").json()] == [1041, 1042, 1043]
    assert [one["id"] for one in call("GET", f"{path}Active").json()] == [1041, 1042]
    assert [one["id"] for one in call("GET", f"{path}Inactive").json()] == [1043]
    assert call("GET", f"{path}Maybe").status_code == 400
    assert call("GET", "/rest/v1.1/projects?company_id=1").status_code == 404
    assert call("GET", "/rest/v1.1/projects").status_code == 400


def test_filters_of_projects(call: Caller) -> None:
    """By id, number or name; all of them hold together, and the status too."""
    found = {
        query: [one["id"] for one in call("GET", f"/rest/v1.1/projects?company_id=4211&{query}").json()]
        for query in (
            "filters[id]=1042",
            "filters[id]=1041&filters[id]=1042",
            "filters[id][]=1041&filters[id][]=1043&filters[by_status]=All",
            "filters[id]=1043",
            "filters[project_number]=24-017",
            "filters[name]=Cedar Tower",
            "filters[name]=Cedar Tower&filters[id]=1042",
            "filters[name]=cedar",
        )
    }
    assert list(found.values()) == [[1042], [1041, 1042], [1041, 1043], [], [1042], [1041], [], []]


def test_views_of_projects(call: Caller) -> None:
    """Bare numbers, few fields, or all."""
    path = "/rest/v1.1/projects?company_id=4211&view="
    assert call("GET", f"{path}ids").json() == [1041, 1042]
    (first, _) = call("GET", f"{path}compact").json()
    assert sorted(first) == ["active", "display_name", "id", "name", "project_number"]
    assert call("GET", f"{path}extended").json() == call("GET", f"{path}normal").json()
    assert call("GET", f"{path}else").status_code == 400
    assert call("GET", "/rest/v1.1/projects?company_id=4211&filters[id]=x").status_code == 400


def test_templates_versions_and_tools(make: Starter) -> None:
    """v2.0 bodies are wrapped, ids and versions are texts, groups of steps are objects."""
    seed = company_seed()
    (version,) = seed["templates"][0]["versions"]
    version["steps"] = [{"uuid": "s-pm", "name": "Check", "responsible_groups": ["pm", "acc"]}]
    call = make(seed)
    templates = call("GET", f"{COMPANY}/workflows/templates").json()["data"]
    assert [(one["id"], one["latest_published_version"]) for one in templates] == [
        ("11", {"id": "911", "version": "1"}), ("13", {"id": "913", "version": "1"}),
    ]  # fmt: skip
    assert [one["versions"] for one in templates] == [[one["latest_published_version"]] for one in templates]
    assert [one["assigned_projects_count"] for one in templates] == [2, 0]
    shown = call("GET", f"{COMPANY}/workflows/templates/versions/911").json()["data"]
    assert (shown["tool_type"], shown["version"], [group["type"] for group in shown["responsible_groups"]]) == (
        "invoice", "1", ["ITEM_CREATOR", "RESPONSIBLE_ROLE", "responsible_role", "PROJECT_ROLE"],
    )  # fmt: skip
    groups = {one["uuid"]: one for one in shown["responsible_groups"]}
    assert shown["steps"] == [
        {"uuid": "s-pm", "name": "Check", "type": "STANDARD", "responsible_groups": [groups["pm"], groups["acc"]]}
    ]
    assert call("GET", f"{COMPANY}/workflows/templates/versions/1").status_code == 404
    tools = call("GET", f"{COMPANY}/workflows/tools").json()["data"]
    assert [(one["provider"], one["subtype"]) for one in tools] == [("Project", None), ("Company", None)]


def test_a_template_saved_on_a_project(make: Starter) -> None:
    """Section 1: the project's list shows its preset, the company's list of templates does not show it."""
    seed = company_seed()
    version = {"id": "914", "version": "1.0"}
    groups = [{"uuid": "o", "name": "Owner", "type": "RESPONSIBLE_ROLE"}]
    seed["templates"].append({
        "id": "14", "name": "Ours", "tool_type": "invoice", "project_id": "1042",
        "latest_published_version": version, "versions": [{**version, "responsible_groups": groups}],
    })  # fmt: skip
    seed["presets"].append({"id": "34", "template_id": "14", "project_id": "1042", "groups": {"o": ["1"]}})
    call = make(seed)
    templates = call("GET", f"{COMPANY}/workflows/templates").json()["data"]
    assert [(one["id"], "project_id" in one) for one in templates] == [("11", False), ("13", False)]
    listed = call("GET", f"{PROJECT}/workflows/presets?filters[tool_type]=invoice").json()["data"]
    assert [one["template"]["name"] for one in listed] == ["Invoice Approval", "Ours"]
    assert call("GET", preset_path("34", "1042")).json()["data"]["template"]["id"] == "14"


def test_presets(call: Caller) -> None:
    """Listed by tool type, which is required; read one by one; at company level without a project."""
    listed = call("GET", f"{PROJECT}/workflows/presets?filters[tool_type]=invoice").json()["data"]
    assert [(one["id"], one["template"]["id"], one["valid"], one["default"]) for one in listed] == [
        ("32", "11", True, True)
    ]
    assert call("GET", f"{PROJECT}/workflows/presets").status_code == 400
    assert call("GET", f"{PROJECT}/workflows/presets?filters[tool_type]=x").status_code == 422
    query = "filters[tool_type]=invoice&filters[is_default]=false"
    assert call("GET", f"{PROJECT}/workflows/presets?{query}").json()["data"] == []
    for wrong in ("is_default=yes", "is_valid=1"):
        query = f"filters[tool_type]=invoice&filters[{wrong.replace('=', ']=')}"
        assert call("GET", f"{PROJECT}/workflows/presets?{query}").status_code == 400
    company = call("GET", f"{COMPANY}/workflows/presets?filters[tool_type]=budget").json()["data"]
    assert [one["id"] for one in company] == ["33"]
    preset = call("GET", PRESET).json()["data"]
    assert preset["workflow_manager"]["login"] == "gus@acme.test"
    assert preset["template"]["last_published_version_id"] == "911"
    assert call.groups() == WHOLE


def test_both_rate_windows(make: Starter) -> None:
    """Section 5: headers for the window with fewer requests left, 429 beyond it."""
    call = make(limit="8,5")
    shown = [call("GET", PRESET) for _ in range(7)]
    assert [one.status_code for one in shown] == [200] * 5 + [429] * 2
    assert [one.headers["X-Rate-Limit-Remaining"] for one in shown] == ["4", "3", "2", "1", "0", "0", "0"]
    assert {one.headers["X-Rate-Limit-Limit"] for one in shown} == {"5"}
    assert 1 <= int(shown[-1].headers["Retry-After"]) <= 10
    assert re.fullmatch(r"\d{10}", shown[-1].headers["X-Rate-Limit-Reset"])
    call = make(limit="3,5")
    assert [call("GET", PRESET).headers["X-Rate-Limit-Limit"] for _ in range(4)] == ["3"] * 4


def test_failed_requests_count_in_the_windows(make: Starter) -> None:
    """Section 5: every request counts, whatever it is answered with, a 429 too."""
    call = make(limit="9,4")
    failed = [
        call("GET", PRESET, Authorization=None),
        call("GET", "/rest/v1.0/nothing"),
        call("DELETE", PRESET),
        call("PATCH", PRESET, content=b"{"),
        *(call("GET", PRESET) for _ in range(4)),
    ]
    assert [one.status_code for one in failed] == [401, 404, 405, 400, 429, 429, 429, 429]
    assert [one.headers["X-Rate-Limit-Remaining"] for one in failed[:4]] == ["3", "2", "1", "0"]
    assert call("GET", PRESET).headers["X-Rate-Limit-Limit"] == "9"  # the ninth: the hour is over sooner now


def test_every_answer_has_a_date(call: Caller) -> None:
    """Section 5: resets are counted from it; it stands there once."""
    for method, path in (("GET", PRESET), ("GET", "/"), ("DELETE", PRESET), ("POST", "/oauth/token")):
        answer = call(method, path)
        (date,) = answer.headers.get_list("Date")
        assert parsedate_to_datetime(date).tzinfo is not None


def test_paths_and_methods_that_are_not_served(call: Caller) -> None:
    """An error of JSON like every other; a method says which there are."""
    for method, path, allowed in (
        ("GET", "/", None),
        ("GET", "/rest/v1.0/nothing", None),
        ("GET", f"{PRESET}/", None),
        ("POST", "/rest/v9.9/x?y=z", None),
        ("GET", "/_sandbox/x", None),
        ("DELETE", PRESET, {"GET", "HEAD", "PATCH"}),
        ("GET", ASSIGNEES, {"PATCH"}),
        ("GET", "/oauth/token", {"POST"}),
        ("OPTIONS", "/rest/v1.1/projects", {"GET", "HEAD"}),
        ("GET", "/_sandbox/faults", {"PUT"}),
    ):
        answer = call(method, path)
        status = 404 if allowed is None else 405
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, str(status)), path
        assert allowed is None or set(answer.headers["Allow"].split(", ")) == allowed


def test_errors_and_caching(call: Caller) -> None:
    """Section 5: an error object or a list of errors; nothing is to be stored."""
    missing = call("GET", PRESET.replace("32", "39"))
    assert set(missing.json()["error"]) == {"code", "message", "details"}
    assert missing.headers["Cache-Control"] == "no-store"
    broken = call.http.patch(ASSIGNEES, content=b"{", headers=dict(missing.request.headers))
    assert broken.status_code == 400


def test_control(call: Caller) -> None:
    """The sandbox's own: what was asked, what shall go wrong."""
    call("GET", PRESET)
    told = call.http.get("/_sandbox/requests").json()
    assert (told["counts"], told["log"][0]["path"]) == ({"GET": 1}, PRESET)
    call.http.delete("/_sandbox/requests")
    assert call.http.get("/_sandbox/requests").json() == {"counts": {}, "log": []}
    faults = [{"status": 500, "skip": 1, "path": "presets"}]
    assert call.http.put("/_sandbox/faults", json=faults).status_code == 204
    assert [call("GET", PRESET).status_code for _ in range(3)] == [200, 500, 200]
    assert call.http.put("/_sandbox/faults", json=[{"x": 1}]).status_code == 422


def test_the_directory_has_two_halves(make: Starter) -> None:
    """Bare arrays with Total; one number for user and login, unless the seed has another; the inactive apart."""
    seed = company_seed()
    seed["people"][1] |= {"active": False, "name": "Bo van Dyk"}
    seed["people"][2]["user_id"] = 555
    call = make(seed)
    active = call("GET", "/rest/v1.3/companies/4211/users?per_page=100")
    inactive = call("GET", "/rest/v1.0/companies/4211/users/inactive")
    assert (active.headers["Total"], inactive.headers["Total"]) == ("7", "1")
    (user,) = inactive.json()
    assert (user["email_address"], user["is_active"]) == ("bo@acme.test", False)
    assert (user["first_name"], user["last_name"]) == ("Bo van", "Dyk")
    assert {one["email_address"]: one["id"] for one in active.json()} == {
        one["login"]: one.get("user_id", int(one["id"])) for one in seed["people"] if one["id"] != "2"
    }
    assert {one["contact_id"] for one in active.json()}.isdisjoint(one["id"] for one in active.json())
    assert call("GET", "/rest/v1.3/companies/1/users").status_code == 404
    found = call("GET", "/rest/v1.3/companies/4211/users?filters[search]=CY@").json()
    assert [one["id"] for one in found] == [555]


def test_who_am_i(make: Starter) -> None:
    """The login of the account: a person the seed names, or nobody of the directory."""
    seed = company_seed()
    call = make(seed)
    me = call("GET", "/rest/v1.0/me").json()
    assert (set(me), str(me["id"]) in {one["id"] for one in seed["people"]}) == ({"id", "login", "name"}, False)
    seed["company"]["accounts"] = {"sandbox": "1"}
    assert make(seed)("GET", "/rest/v1.0/me").json() == {"id": 1, "login": "ann@acme.test", "name": "Ann"}
    assert call("GET", "/rest/v1.0/me", Authorization=None).status_code == 401


def test_the_projects_of_one_person(make: Starter) -> None:
    """All of them unless the seed says which, with roles and permission template; by the number of the directory."""
    seed = company_seed()
    seed["people"][0] |= {"projects": ["1043", 1041], "user_id": 77}
    call = make(seed)
    path = "/rest/v1.0/companies/4211/users/{}/project_assignments"
    assert [one["id"] for one in call("GET", path.format("77")).json()] == [1043, 1041]
    everything = call("GET", path.format("2"))
    assert ([one["id"] for one in everything.json()], everything.headers["Total"]) == ([1041, 1042, 1043], "3")
    assert everything.json()[0].items() >= {"name": "Cedar Tower", "roles": [], "permission_template": None}.items()
    assert {call("GET", path.format(one)).status_code for one in ("1", "99", "x")} == {404}


LETTERS = [
    {"name": f"Letters {one}", "type": "correspondence", "provider": "Project", "subtype": one} for one in (5, 6)
]


def with_letters() -> dict[str, Any]:
    """Return the small company with two types of correspondence."""
    seed = company_seed()
    seed["tools"] += LETTERS
    for one in (5, 6):
        version = {"id": f"9{one}", "version": "1.0"}
        groups = [{"uuid": f"g{one}", "name": "Owner", "type": "RESPONSIBLE_ROLE"}]
        seed["templates"].append({
            "id": f"2{one}", "name": f"Letters {one}", "tool_type": "correspondence", "tool_subtype": one,
            "latest_published_version": version, "versions": [{**version, "responsible_groups": groups}],
        })  # fmt: skip
        preset = {"id": f"4{one}", "template_id": f"2{one}", "project_id": "1042", "groups": {f"g{one}": ["1"]}}
        seed["presets"].append(preset)
    seed["eligible"] = [
        {"list": "possible_assignees", "people": ["1", "2", "3"]},
        {"list": "possible_assignees", "tool_type": "correspondence", "people": ["2", "3"]},
        {"list": "possible_assignees", "tool_type": "correspondence", "tool_subtype": 6, "people": ["3"]},
        {"list": "workflow_managers", "tool_type": "correspondence", "tool_subtype": 6, "people": ["4"]},
    ]
    return seed


@pytest.mark.parametrize("call_name", ["presets", "possible_assignees", "workflow_managers"])
def test_the_subtype_is_required_of_correspondence(make: Starter, call_name: str) -> None:
    """Section 3: a whole number, wherever a call takes the tool type; of other tools it means nothing."""
    call = make(with_letters())
    kind = "filters[{}]" if call_name == "presets" else "{}"
    path = f"{PROJECT}/workflows/{call_name}?{kind.format('tool_type')}="
    subtype = f"&{kind.format('tool_subtype')}="
    asked = ["correspondence", f"correspondence{subtype}", f"correspondence{subtype}x", f"correspondence{subtype}7",
             f"correspondence{subtype}5", f"invoice{subtype}5", "invoice"]  # fmt: skip
    assert [call("GET", f"{path}{one}").status_code for one in asked] == [400, 400, 400, 422, 200, 200, 200]


def test_each_type_of_correspondence_is_a_tool_of_its_own(make: Starter) -> None:
    """With templates, presets, possible assignees and managers of its own, in writes too."""
    call = make(with_letters())
    tools = call("GET", f"{COMPANY}/workflows/tools").json()["data"]
    assert [one for one in tools if one["type"] == "correspondence"] == LETTERS
    templates = call("GET", f"{COMPANY}/workflows/templates").json()["data"]
    assert [one["tool_subtype"] for one in templates] == [None, None, 5, 6]
    assert call("GET", f"{COMPANY}/workflows/templates/versions/96").json()["data"]["tool_subtype"] == 6

    def ids(path: str) -> list[str]:
        return [one["id"] for one in call("GET", f"{PROJECT}/workflows/{path}").json()["data"]]

    assert ids("presets?filters[tool_type]=correspondence&filters[tool_subtype]=6") == ["46"]
    assert ids("possible_assignees?tool_type=correspondence&tool_subtype=5") == ["2", "3"]
    assert ids("possible_assignees?tool_type=correspondence&tool_subtype=6") == ["3"]
    assert ids("possible_assignees?tool_type=invoice") == ["1", "2", "3"]
    assert ids("workflow_managers?tool_type=correspondence&tool_subtype=6") == ["4"]
    assert len(ids("workflow_managers?tool_type=correspondence&tool_subtype=5")) == 8
    for one, status in (("5", 200), ("6", 422)):
        path = f"{preset_path(f'4{one}', '1042')}/assignees"
        assert call("PATCH", path, memberships(**{f"g{one}": ["1", "2"]})).status_code == status
        assert call("PATCH", path, {"workflow_manager_id": "5"}).status_code == status
