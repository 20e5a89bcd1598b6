"""Walks through the sandbox with pyprocore, a third party's client; run by tests/contract/test_clients.py.

It runs in a virtual environment of its own: ``python with_pyprocore.py ADDRESS``. What it did is written as JSON.
"""

from __future__ import annotations

import json
import sys

from pyprocore.auth.token_manager import TokenManager  # type: ignore[import-not-found]
from pyprocore.core.client import ProcoreClient  # type: ignore[import-not-found]
from pyprocore.core.config import ProcoreSettings  # type: ignore[import-not-found]
from pyprocore.core.exceptions import ProcoreAPIError, ResourceNotFoundError  # type: ignore[import-not-found]

COMPANY = "/rest/v2.0/companies/4211"
PROJECT = f"{COMPANY}/projects/1042"
PRESET = f"{PROJECT}/workflows/presets/3003"
HEADERS = {"Procore-Company-Id": "4211"}
TOOL = "subcontractor_invoice"


def walk(address: str) -> dict[str, object]:
    """Get a token, read lists and pages, read a preset, write it, and read it back."""
    settings = ProcoreSettings(
        client_id="sandbox",
        client_secret="sandbox",  # the sandbox's own
        login_url=address,
        api_base=address,
        company_id=4211,
        auth_mode="client_credentials",
        token_store_backend="memory",
    )
    tokens = TokenManager(settings=settings)
    client = ProcoreClient(settings=settings, token_manager=tokens)
    seconds = tokens.request_client_credentials_token().expires_at is not None
    everything = {"company_id": 4211, "filters[by_status]": "All", "per_page": 5}
    projects = client.get_all("/rest/v1.1/projects", params=everything, headers=HEADERS)
    pages = client.get_all(f"{PROJECT}/workflows/presets", params={"filters[tool_type]": TOOL}, headers=HEADERS)
    users = client.get_all("/rest/v1.3/companies/4211/users", params={"per_page": 10}, headers=HEADERS)
    tools = client.get(f"{COMPANY}/workflows/tools", headers=HEADERS)["data"]
    templates = client.get_all(f"{COMPANY}/workflows/templates", headers=HEADERS)
    before = client.get(PRESET, headers=HEADERS)["data"]
    body = {
        "workflow_manager_id": before["workflow_manager"]["id"],
        "responsible_group_memberships": [
            {
                "uuid": group["responsible_group_uuid"],
                "login_ids": [one["id"] for one in group["assignees"] if one["id"] != "209"],
            }
            for group in before["responsible_group_memberships"]
        ],
    }
    # it has no call for PATCH, and no calls for workflows: its general one does
    written = client.request("PATCH", f"{PRESET}/assignees", json=body, headers=HEADERS)["data"]
    after = client.get(PRESET, headers=HEADERS)["data"]
    return {
        "token": seconds,
        "me": client.get("/rest/v1.0/me", headers=HEADERS)["name"],
        "projects": len(projects),
        "users": len(users),
        "tools": len(tools),
        "templates": sum(len(page["data"]) for page in templates),
        "presets": sum(len(page["data"]) for page in pages),
        "pages of presets": len(pages),
        "removed": _members(before) - _members(after),
        "individual assignees": len(written["individual_assignees"][0]["logins"]),
        "refused": _refused(client),
    }


def _members(preset: dict[str, list[dict[str, list[object]]]]) -> int:
    return sum(len(group["assignees"]) for group in preset["responsible_group_memberships"])


def _refused(client: ProcoreClient) -> list[int]:
    """Return the statuses of what is refused: no such preset, no tool type, a body of another shape, no such path."""
    statuses: list[int] = []
    for method, path in (
        ("GET", f"{PROJECT}/workflows/presets/9"),
        ("GET", f"{PROJECT}/workflows/presets"),
        ("PATCH", f"{PRESET}/assignees"),
        ("GET", "/rest/v1.0/nothing"),
        ("DELETE", PRESET),
    ):
        try:
            client.request(method, path, json=None if method == "GET" else {"x": 1}, headers=HEADERS)
        except (ResourceNotFoundError, ProcoreAPIError) as error:
            statuses.append(error.status_code if isinstance(error.response_body, dict) else 0)
    return statuses


if __name__ == "__main__":
    sys.stdout.write(json.dumps(walk(sys.argv[1])) + "\n")
