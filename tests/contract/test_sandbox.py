"""The service's public facts, held against the sandbox in the same process and over a socket."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconciler.sandbox.app import create_app
from reconciler.sandbox.limits import parse_rate_limit
from reconciler.sandbox.store import Store
from tests.support.account import company_seed, write_seed
from tests.support.sandbox import preset_path, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Make = Callable[..., "Caller"]

COMPANY = "/rest/v2.0/companies/4211"
PROJECT = f"{COMPANY}/projects/1042"
PRESET = preset_path("32", "1042")
ASSIGNEES = f"{PRESET}/assignees"


class InProcess(httpx.BaseTransport):
    """Calls an ASGI application without a socket."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Call it, and read its answer whole."""

        async def answer() -> httpx.Response:
            response = await self._inner.handle_async_request(request)
            content = await response.aread()
            return httpx.Response(response.status_code, headers=response.headers, content=content)

        return asyncio.run(answer())


class Caller:
    """Calls the sandbox with good credentials, unless told otherwise."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
        self.token = http.post("/oauth/token", data=form).json()["access_token"]

    def __call__(self, method: str, path: str, body: object = None, **headers: str | None) -> httpx.Response:
        """Call; a header given as None is left out."""
        good = {"Authorization": f"Bearer {self.token}", "Procore-Company-Id": "4211"}
        sent = {**good, **{key.replace("_", "-"): value for key, value in headers.items()}}
        chosen = {key: value for key, value in sent.items() if value is not None}
        if body is None:
            return self.http.request(method, path, headers=chosen)
        return self.http.request(method, path, headers=chosen, json=body)

    def groups(self) -> dict[str, list[str]]:
        """Give the groups of the preset now."""
        shown = self("GET", PRESET).json()["data"]["responsible_group_memberships"]
        return {one["responsible_group_uuid"]: [person["id"] for person in one["assignees"]] for one in shown}


@pytest.fixture(params=["in process", "over a socket"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Give a function that starts a sandbox of a seed."""
    running: list[Any] = []

    def start(seed: dict[str, Any] | None = None, limit: str = "off") -> Caller:
        seed = company_seed() if seed is None else seed
        if request.param == "in process":
            store = Store()
            store.seed(seed)
            app = create_app(store, rate_limit=parse_rate_limit(limit))
            http = httpx.Client(base_url="http://sandbox", transport=InProcess(app))
            running.extend((store, http))
            return Caller(http)
        context = running_sandbox(write_seed(tmp_path / f"seed{len(running)}", seed), "--rate-limit", limit)
        running.append(context)
        http = httpx.Client(base_url=context.__enter__().address, trust_env=False)
        running.append(http)
        return Caller(http)

    yield start
    for one in reversed(running):
        one.close() if isinstance(one, httpx.Client | Store) else one.__exit__(None, None, None)


@pytest.fixture
def call(make: Make) -> Caller:
    """Give a caller of the small company."""
    return make()


def memberships(**groups: list[str]) -> dict[str, Any]:
    """Give the body of a write of these groups."""
    return {"responsible_group_memberships": [{"uuid": uuid, "login_ids": ids} for uuid, ids in groups.items()]}


WHOLE = {"creator": [], "pm": ["1", "2"], "acc": ["3", "4"], "super": ["8"]}


def test_tokens(call: Caller) -> None:
    """Section 3: client credentials in a form give a bearer token for 90 minutes."""
    form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    answer = call.http.post("/oauth/token", data=form).json()
    assert (answer["token_type"], answer["expires_in"], set(answer)) == (
        "bearer", 5400, {"access_token", "token_type", "expires_in", "created_at"},
    )  # fmt: skip
    assert call.http.post("/oauth/token", data={**form, "client_secret": "x"}).status_code == 401
    assert call.http.post("/oauth/token", data={**form, "grant_type": "x"}).status_code == 400


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


def test_projects(call: Caller) -> None:
    """v1.1: a bare array, whole numbers for ids, filtered by status."""
    answer = call("GET", "/rest/v1.1/projects?company_id=4211")
    assert [one["id"] for one in answer.json()] == [1041, 1042, 1043]
    assert {"id", "name", "display_name", "project_number", "stage", "active", "state_code"} <= set(answer.json()[0])
    path = "/rest/v1.1/projects?company_id=4211&filters[by_status]="
    assert [one["id"] for one in call("GET", f"{path}Active").json()] == [1041, 1042]
    assert [one["id"] for one in call("GET", f"{path}Inactive").json()] == [1043]
    assert call("GET", f"{path}Maybe").status_code == 400
    assert call("GET", "/rest/v1.1/projects?company_id=1").status_code == 404


def test_templates_versions_and_tools(call: Caller) -> None:
    """v2.0 bodies are wrapped, and ids are strings."""
    templates = call("GET", f"{COMPANY}/workflows/templates").json()["data"]
    assert [(one["id"], one["latest_published_version"]["id"]) for one in templates] == [("11", "911"), ("13", "913")]
    version = call("GET", f"{COMPANY}/workflows/templates/versions/911").json()["data"]
    assert (version["tool_type"], [group["type"] for group in version["responsible_groups"]]) == (
        "invoice", ["ITEM_CREATOR", "RESPONSIBLE_ROLE", "responsible_role", "PROJECT_ROLE"],
    )  # fmt: skip
    assert call("GET", f"{COMPANY}/workflows/templates/versions/1").status_code == 404
    tools = call("GET", f"{COMPANY}/workflows/tools").json()["data"]
    assert [one["provider"] for one in tools] == ["Project", "Company"]


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
    company = call("GET", f"{COMPANY}/workflows/presets?filters[tool_type]=budget").json()["data"]
    assert [one["id"] for one in company] == ["33"]
    preset = call("GET", PRESET).json()["data"]
    assert preset["workflow_manager"]["login"] == "gus@acme.test"
    assert preset["template"]["last_published_version_id"] == "911"
    assert call.groups() == WHOLE


def test_a_write_replaces_everything(call: Caller) -> None:
    """Section 2: a group left out really is cleared, a dynamic one too."""
    answer = call("PATCH", ASSIGNEES, memberships(**{**WHOLE, "pm": ["5"]}))
    assert (answer.status_code, set(answer.json()["data"])) == (
        200, {"workflow_manager_id", "responsible_group_memberships", "individual_assignees"},
    )  # fmt: skip
    assert call.groups() == {**WHOLE, "pm": ["5"]}
    assert call("PATCH", ASSIGNEES, memberships(pm=["5"])).status_code == 200
    assert call.groups() == {"creator": [], "pm": ["5"], "acc": [], "super": []}


def test_a_key_left_out_keeps_its_value(call: Caller) -> None:
    """Section 6: workflow manager alone, groups alone, individual assignees alone."""
    assert call("PATCH", ASSIGNEES, {"workflow_manager_id": "1"}).status_code == 200
    assert call.groups() == WHOLE
    logins = [{"id": "1", "required": True, "role_type": "responder"}]
    assert call("PATCH", ASSIGNEES, {"individual_assignees": [{"step_uuid": "s", "logins": logins}]}).status_code == 200
    shown = call("GET", PRESET).json()["data"]
    assert shown["workflow_manager"]["id"] == "1"
    assert shown["individual_assignees"][0]["logins"][0] == {
        "id": "1", "login": "ann@acme.test", "name": "Ann", "required": True, "role_type": "responder",
    }  # fmt: skip


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


def test_who_is_there_already_may_stay(make: Make) -> None:
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


def test_an_archived_template_is_readable_and_not_writable(make: Make) -> None:
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
    assert call("PATCH", PRESET.replace("32", "39"), {"default": True}).status_code == 404
    assert call("PATCH", f"{PRESET.replace('32', '39')}/assignees", memberships(**WHOLE)).status_code == 404


def test_pages(make: Make) -> None:
    """Section 4: 10 by default, Link with first, prev, next and last, Total and Per-Page, caps."""
    seed = company_seed()
    seed["people"] += [{"id": str(100 + one), "login": f"p{one}@acme.test", "name": "P"} for one in range(15)]
    seed["company"]["page_caps"] = {"projects": 2}
    call = make(seed)
    path = f"{PROJECT}/workflows/possible_assignees?tool_type=invoice"
    first = call("GET", path)
    assert (len(first.json()["data"]), first.headers["Total"], first.headers["Per-Page"]) == (10, "23", "10")
    assert sorted(map(str, first.links)) == ["first", "last", "next"]
    second = call("GET", first.links["next"]["url"])
    third = call("GET", second.links["next"]["url"])
    assert (len(third.json()["data"]), sorted(map(str, third.links))) == (3, ["first", "last", "prev"])
    assert len(call("GET", f"{path}&per_page=2000").json()["data"]) == 23
    capped = call("GET", "/rest/v1.1/projects?company_id=4211&per_page=2000")
    assert (len(capped.json()), capped.headers["Per-Page"]) == (2, "2")
    for wrong in ("page=0", "page=x", "per_page=-1"):
        assert call("GET", f"{path}&{wrong}").status_code == 400


def test_both_rate_windows(make: Make) -> None:
    """Section 5: headers for the window nearer to its end, 429 beyond it."""
    call = make(limit="8,5")
    shown = [call("GET", PRESET) for _ in range(7)]
    assert [one.status_code for one in shown] == [200] * 5 + [429] * 2
    assert [one.headers["X-Rate-Limit-Remaining"] for one in shown] == ["4", "3", "2", "1", "0", "0", "0"]
    assert {one.headers["X-Rate-Limit-Limit"] for one in shown} == {"5"}
    assert 1 <= int(shown[-1].headers["Retry-After"]) <= 10
    assert re.fullmatch(r"\d{10}", shown[-1].headers["X-Rate-Limit-Reset"])
    call = make(limit="3,5")
    assert [call("GET", PRESET).headers["X-Rate-Limit-Limit"] for _ in range(4)] == ["3"] * 4


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


def test_the_directory_has_two_halves_and_ids_of_its_own(make: Make) -> None:
    """Bare arrays with Total; a user id is no login id, and whoever is inactive stands in the other list."""
    seed = company_seed()
    seed["people"][1]["active"] = False
    call = make(seed)
    active = call("GET", "/rest/v1.3/companies/4211/users?per_page=100")
    inactive = call("GET", "/rest/v1.0/companies/4211/users/inactive")
    assert (active.headers["Total"], inactive.headers["Total"]) == ("7", "1")
    (user,) = inactive.json()
    assert (user["email_address"], user["is_active"]) == ("bo@acme.test", False)
    assert {one["id"] for one in active.json()}.isdisjoint({int(one["id"]) for one in seed["people"]})
    assert "bo@acme.test" not in {one["email_address"] for one in active.json()}
    assert call("GET", "/rest/v1.3/companies/1/users").status_code == 404
