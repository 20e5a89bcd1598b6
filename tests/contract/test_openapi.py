"""The OpenAPI document of the sandbox, held against the running server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from reconciler.sandbox.app import create_app
from reconciler.sandbox.store import Store
from tests.support.account import company_seed

if TYPE_CHECKING:
    from tests.support.sandbox import RunningSandbox

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "schemas" / "sandbox.openapi.json").read_text(encoding="utf-8")
)
OPERATIONS = [
    (method, path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]
VALUES = {"company": "4211", "project": "1042", "version": "911", "tool_type": "invoice", "company_id": "4211"}
GROUPS = [
    {"uuid": uuid, "login_ids": ids} for uuid, ids in {"creator": [], "pm": ["1"], "acc": ["3"], "super": ["8"]}.items()
]
BODIES: dict[str, Any] = {
    "updateDefault": {"default": False},
    "updateAssigneesOfProject": {"responsible_group_memberships": GROUPS, "workflow_manager_id": "1"},
    "updateAssigneesOfCompany": {"workflow_manager_id": "1"},
}
REGISTRY: Any = Registry().with_resource("urn:openapi", Resource.from_contents(DOCUMENT, DRAFT202012))


def validator(pointer: str) -> Draft202012Validator:
    """Give the validator of a schema in the document."""
    return Draft202012Validator({"$ref": f"urn:openapi#{pointer}"}, registry=REGISTRY)


def escaped(path: str) -> str:
    """Give a path as part of a JSON pointer."""
    return path.replace("~", "~0").replace("/", "~1")


def target(path: str, operation: dict[str, Any]) -> str:
    """Give a path and query with good values for everything required."""
    values = {**VALUES, "preset": "32" if "{project}" in path else "33"}
    if "{project}" not in path:
        values["tool_type"] = "budget"
    filled = path.format_map(values)
    query = [
        f"{one['name']}={values[one['name'].removeprefix('filters[').removesuffix(']')]}"
        for one in operation["parameters"]
        if one.get("in") == "query" and one.get("required")
    ]
    return f"{filled}?{'&'.join(query)}" if query else filled


def body_of(operation: dict[str, Any]) -> Any:
    """Give a good body for a write."""
    name = operation["operationId"]
    return BODIES.get(name, BODIES["updateDefault"]) if name.startswith("update") else None


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=[one[2]["operationId"] for one in OPERATIONS])
def test_answers_are_as_documented(sandbox: RunningSandbox, method: str, path: str, operation: dict[str, Any]) -> None:
    """A good request gives 200 with the documented body and headers, one without a token the documented error."""
    pointer = f"/paths/{escaped(path)}/{method}/responses/200/content/application~1json/schema"
    if path == "/oauth/token":
        form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
        answer = httpx.post(f"{sandbox.address}{path}", data=form, trust_env=False)
    else:
        body = body_of(operation)
        if body is not None:
            validator(f"/paths/{escaped(path)}/{method}/requestBody/content/application~1json/schema").validate(body)
        answer = sandbox.request(method.upper(), target(path, operation), body)
        refused = httpx.request(method, f"{sandbox.address}{target(path, operation)}", trust_env=False)
        assert refused.status_code == 401
        validator("/components/schemas/Error").validate(refused.json())
    assert answer.status_code == 200, answer.text
    validator(pointer).validate(answer.json())
    for header in operation["responses"]["200"].get("headers", {}):
        assert header in answer.headers


def test_the_server_and_the_document_have_the_same_operations() -> None:
    """Nothing is served that is not documented, the sandbox's own control aside, and the other way round."""
    store = Store()
    store.seed(company_seed())
    served = {
        (method.lower(), route.path)  # type: ignore[attr-defined]
        for route in create_app(store).routes
        for method in route.methods - {"HEAD"}  # type: ignore[attr-defined]
        if not route.path.startswith("/_sandbox/")  # type: ignore[attr-defined]
    }
    store.close()
    assert served == {(method, path) for method, path, _ in OPERATIONS}


def test_the_document_is_openapi_of_its_own_words() -> None:
    """Every schema in it is a schema, and every reference leads somewhere."""
    for name in DOCUMENT["components"]["schemas"]:
        Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])
    text = json.dumps(DOCUMENT)
    for part in text.split('"$ref": "#/')[1:]:
        found: Any = DOCUMENT
        for step in part.split('"', 1)[0].split("/"):
            found = found[step]
        assert found
