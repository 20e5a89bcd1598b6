"""The OpenAPI document of the sandbox, held against the running server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from reconciler.sandbox.app import create_app
from reconciler.sandbox.store import Store
from tests.support.contract import SUBTYPES, contract_sandbox
from tests.support.routed_account import routed_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import RunningSandbox

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "schemas" / "sandbox.openapi.json").read_text(encoding="utf-8")
)
OPERATIONS = [
    (method, path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]
REGISTRY: Any = Registry().with_resource("urn:openapi", Resource.from_contents(DOCUMENT, DRAFT202012))
CREDENTIALS = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
BODIES: dict[str, Any] = {
    "updateDefaultOfProject": {"default": False},
    "updateDefaultOfCompany": {"default": True},
    "updateAssigneesOfCompany": {"workflow_manager_id": "203"},
    "updateAssigneesOfProject": {
        "workflow_manager_id": "203",
        "responsible_group_memberships": [{"uuid": "0489ac21-4b7c-5341-8bed-b440ebb9daeb", "login_ids": ["202"]}],
        "individual_assignees": [{"step_uuid": "02815b8d-bc36-5ecb-8dca-8658a6c918f9", "logins": [{"id": "214"}]}],
    },
}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference leads to."""
    found: Any = DOCUMENT
    for step in part["$ref"].removeprefix("#/").split("/") if "$ref" in part else ():
        found = found[step]
    return part if found is DOCUMENT else found


def validator(pointer: str) -> Draft202012Validator:
    """Return the validator of a schema in the document."""
    return Draft202012Validator({"$ref": f"urn:openapi#{pointer}"}, registry=REGISTRY)


def escaped(path: str) -> str:
    """Return a path as part of a JSON pointer."""
    return path.replace("~", "~0").replace("/", "~1")


def parameters(operation: dict[str, Any], place: str) -> dict[str, dict[str, Any]]:
    """Return the parameters of a place, ``path``, ``query`` or ``header``, by name."""
    found = [resolved(one) for one in operation["parameters"]]
    return {one["name"]: one for one in found if one["in"] == place}


def target(path: str, operation: dict[str, Any], *, optional: bool = False) -> str:
    """Return a path and query with the document's own examples for everything required, or for all that has one."""
    filled = path.format_map({name: one["example"] for name, one in parameters(operation, "path").items()})
    query = {
        name: one["example"]
        for name, one in parameters(operation, "query").items()
        if one["required"] or (optional and "example" in one)
    }
    return str(httpx.URL(filled, params=query)) if query else filled


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    """A sandbox with the example company, whose ids are the document's examples."""
    with contract_sandbox(tmp_path / "seed") as running:
        yield running


def test_answers_are_as_documented(sandbox: RunningSandbox) -> None:
    """A good request gives the documented status, body and headers, one without a token the documented error."""
    for method, path, operation in OPERATIONS:
        name = operation["operationId"]
        if name == "token":
            check(httpx.post(f"{sandbox.address}{path}", data=CREDENTIALS, trust_env=False), method, path, operation)
            continue
        body = documented_body(operation)
        if body is not None:
            pointer = f"/paths/{escaped(path)}/{method}/requestBody/content/application~1json/schema"
            validator(pointer).validate(body)
        for place in dict.fromkeys(target(path, operation, optional=optional) for optional in (False, True)):
            check(sandbox.request(method.upper(), place, body), method, path, operation)
        refused = httpx.request(method, f"{sandbox.address}{target(path, operation)}", trust_env=False)
        assert refused.status_code == 401
        validator("/components/schemas/Error").validate(refused.json())


def documented_body(operation: dict[str, Any]) -> Any:
    """Return the body to send: the document's own example, or one of those above; null for none."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return content.get("example", BODIES.get(operation["operationId"]))


def check(answer: httpx.Response, method: str, path: str, operation: dict[str, Any]) -> None:
    """Hold a good answer against the document; an example leads to something."""
    if "204" in operation["responses"]:
        assert (answer.status_code, answer.content) == (204, b""), answer.text
        return
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown not in ([], {"data": []}), path
    validator(f"/paths/{escaped(path)}/{method}/responses/200/content/application~1json/schema").validate(shown)
    headers = {key: resolved(one) for key, one in operation["responses"]["200"].get("headers", {}).items()}
    assert [key for key, one in headers.items() if one.get("required") and key not in answer.headers] == []


def test_ids_have_examples() -> None:
    """Every part of a path, the company's header and each id of a query has an example that somebody can try."""
    for _, path, operation in OPERATIONS:
        assert set(re.findall(r"{(\w+)}", path)) == set(parameters(operation, "path"))
        given = {**parameters(operation, "path"), **parameters(operation, "header")}
        wanted = {
            name: one
            for name, one in parameters(operation, "query").items()
            if one["required"] or name == "filters[id]"
        }
        assert [name for name, one in {**given, **wanted}.items() if "example" not in one] == []


def test_each_correspondence_type_is_documented_as_its_own(sandbox: RunningSandbox) -> None:
    """With the subtype every call that takes the tool type answers as documented, and without it with 400."""
    scope = "/rest/v2.0/companies/{company}/projects/{project}/workflows"
    for call, kind in (
        ("presets", "filters[{}]"),
        ("instances", "filters[{}]"),
        ("possible_assignees", "{}"),
        ("workflow_managers", "{}"),
    ):
        path = f"{scope}/{call}"
        place = path.format(company="4211", project="1042")
        query = {kind.format("tool_type"): "correspondence"}
        assert sandbox.request("GET", str(httpx.URL(place, params=query))).status_code == 400
        for subtype in SUBTYPES:
            answer = sandbox.request(
                "GET", str(httpx.URL(place, params={**query, kind.format("tool_subtype"): str(subtype)}))
            )
            validator(f"/paths/{escaped(path)}/get/responses/200/content/application~1json/schema").validate(
                answer.json()
            )
            assert answer.json()["data"]


def test_the_server_and_the_document_have_the_same_operations() -> None:
    """Nothing is served that is not documented, control and items of the seed aside, and the other way round."""
    store = Store()
    store.seed(routed_seed())
    of_the_seed = store.items.paths()
    served = {
        (method.lower(), route.path)  # type: ignore[attr-defined]
        for route in create_app(store).routes
        for method in route.methods - {"HEAD"}  # type: ignore[attr-defined]
        if not route.path.startswith("/_sandbox/")  # type: ignore[attr-defined]
    }
    store.close()
    assert of_the_seed
    assert served == {(method, path) for method, path, _ in OPERATIONS} | {("get", path) for path in of_the_seed}


def test_the_document_is_openapi_of_its_own_words() -> None:
    """Every schema in it is a schema, every reference leads somewhere, and nothing in it is never used."""
    for name in DOCUMENT["components"]["schemas"]:
        Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])
    references = set(re.findall(r'"\$ref": "(#/[^"]+)"', json.dumps(DOCUMENT)))
    assert all(resolved({"$ref": one}) for one in references)
    components = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "parameters", "responses", "headers")
        for name in DOCUMENT["components"][kind]
    }
    assert components == references
