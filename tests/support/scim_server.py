"""A SCIM server of others (scim2-server) as a process, filled for tests."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from tests.support.command_line import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["ENTERPRISE", "ScimServer", "running_scim_server", "scim_user"]

TOKEN = "scim-token-of-a-test"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_CONFIG: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch": {"supported": True},
    "bulk": {"supported": True, "maxOperations": 1000, "maxPayloadSize": 10_000_000},
    "changePassword": {"supported": False},
    "sort": {"supported": True},
    "etag": {"supported": False},
}


def scim_user(number: int, name: str, department: str, *, active: bool = True, **more: Any) -> dict[str, Any]:
    """Return a user as the server takes one: two mails, the second primary."""
    return {
        "schemas": [_USER, ENTERPRISE],
        "userName": f"{name}-{number}",
        "displayName": f"{name.title()} Oh",
        "active": active,
        "emails": [
            {"value": f"{name}@home.test", "type": "home"},
            {"value": f"{name}@acme.test", "type": "work", "primary": True},
        ],
        "title": "MARK-title",
        "nickName": "MARK-nick",
        ENTERPRISE: {"employeeNumber": f"{number:06}", "department": department, "costCenter": "MARK-cost"},
        **more,
    }


class ScimServer:
    """A running server."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=30)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def add(self, users: Iterable[dict[str, Any]]) -> list[str]:
        """Add users, and return their ids."""
        users, ids = list(users), []
        for start in range(0, len(users), 200):
            operations = [
                {"method": "POST", "path": "/Users", "bulkId": str(at), "data": one}
                for at, one in enumerate(users[start : start + 200])
            ]
            body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
            answer = self._client.post(f"{self.address}/Bulk", json=body)
            assert answer.status_code == 200, answer.text
            done = answer.json()["Operations"]
            assert all(one["status"] in {"201", 201} for one in done), done[:2]
            ids += [one["location"].rpartition("/")[2] for one in done]
        return ids

    def remove(self, id_: str) -> None:
        """Remove a user."""
        assert self._client.delete(f"{self.address}/Users/{id_}").status_code == 204

    def change(self, id_: str, **values: Any) -> None:
        """Replace attributes of a user."""
        operations = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
        answer = self._client.patch(f"{self.address}/Users/{id_}", json=body)
        assert answer.status_code in {200, 204}, answer.text


@contextmanager
def running_scim_server(folder: Path, *, most: int = 1000, by_cursor: bool = False) -> Iterator[ScimServer]:
    """Run a server that answers at most so many users a page, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = {**_CONFIG, "filter": {"supported": True, "maxResults": most}}
    if by_cursor:
        config["pagination"] = {
            "cursor": True, "index": False, "defaultPaginationMethod": "cursor", "defaultPageSize": most,
            "maxPageSize": most, "cursorTimeout": 3600,
        }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", "from scim2_server.testserver.cli import main; main()", "--port", str(port),
         "--bearer-token", TOKEN, "--service-provider-config", str(folder / "config.json")],
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    server = ScimServer(f"http://127.0.0.1:{port}")
    try:
        _await(server, process)
        yield server
    finally:
        server.close()
        process.terminate()
        process.wait(10)


def _await(server: ScimServer, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        try:
            if server._client.get(f"{server.address}/ServiceProviderConfig").status_code == 200:
                return
        except httpx.TransportError:
            assert process.poll() is None, "the server ended"
        time.sleep(0.05)
    raise AssertionError("the server did not answer within 20 seconds")
