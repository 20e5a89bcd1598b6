"""Runs the sandbox as a process of its own, and speaks to its control."""

from __future__ import annotations

import atexit
import json
import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from reconciler.model.service import Credentials, Secret, Service
from reconciler.sandbox.seed import read_seed
from tests.support.started import Started
from tests.support.starting import address as forking

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RunningSandbox", "running_sandbox", "started_sandbox"]


class RunningSandbox:
    """A sandbox process; ``address`` is where it serves."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._http = httpx.Client(base_url=address, trust_env=False)
        self._token = ""

    def close(self) -> None:
        """Close our own connections."""
        self._http.close()

    @property
    def service(self) -> Service:
        """The service as settings name it."""
        return Service(company_id="4211", api_url=self.address, auth_url=self.address)

    @property
    def credentials(self) -> Credentials:
        """Credentials that the sandbox takes."""
        return Credentials(client_id="sandbox", client_secret=Secret("sandbox"))

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs in its environment."""
        return {
            "RECONCILER_API_URL": self.address,
            "RECONCILER_AUTH_URL": self.address,
            "RECONCILER_CLIENT_ID": "sandbox",
            "RECONCILER_CLIENT_SECRET": "sandbox",
        }

    def log(self, *, forget: bool = False) -> list[dict[str, Any]]:
        """Return the requests so far, the token call and this control aside."""
        answer = self._http.request("DELETE" if forget else "GET", "/_sandbox/requests")
        log: list[dict[str, Any]] = answer.json()["log"]
        return log

    def fail(self, *faults: dict[str, Any]) -> None:
        """Ask for faults."""
        self._http.put("/_sandbox/faults", content=json.dumps(faults)).raise_for_status()

    def click(self, what: dict[str, Any]) -> Any:
        """Do what somebody does in the web interface; return the id of the instance."""
        answer = self._http.post("/_sandbox/clicks", content=json.dumps(what))
        answer.raise_for_status()
        return answer.json()["id"]

    @property
    def token(self) -> str:
        """A token of somebody else."""
        if not self._token:
            form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
            self._token = self._http.post("/oauth/token", data=form).json()["access_token"]
        return self._token

    def seed_anew(self, folder: Path) -> None:
        """Start anew from a seed."""
        seed = (folder / "seed.json").read_bytes() if (folder / "seed.json").exists() else _joined(folder)
        self._http.put("/_sandbox/seed", content=seed).raise_for_status()

    def take(self, token: str) -> None:
        """Ask with this token from now on."""
        self._token = token

    def request(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Ask the service like somebody else would, with a token of their own."""
        headers = {"Authorization": f"Bearer {self.token}", "Procore-Company-Id": "4211"}
        return self._http.request(method, path, headers=headers, json=body)

    def groups(self, preset: str, project: str | None = None) -> dict[str, list[str]]:
        """Return the members of every group of a preset now, by uuid, as login ids."""
        data = self.request("GET", preset_path(preset, project)).json()["data"]
        return {
            one["responsible_group_uuid"]: [person["id"] for person in one["assignees"]]
            for one in data["responsible_group_memberships"]
        }

    def edit(self, preset: str, project: str | None, **groups: list[str]) -> None:
        """Change groups of a preset behind everybody's back; keyword names are uuids."""
        memberships = {**self.groups(preset, project), **groups}
        body = {
            "responsible_group_memberships": [{"uuid": uuid, "login_ids": ids} for uuid, ids in memberships.items()]
        }
        self.request("PATCH", f"{preset_path(preset, project)}/assignees", body).raise_for_status()
        log = self.log(forget=True)
        assert log


def _joined(folder: Path) -> bytes:
    """Return a seed of several files as one document."""
    return json.dumps(read_seed(folder)).encode()


def preset_path(preset: str, project: str | None = None) -> str:
    """Return the path of a preset."""
    scope = "/rest/v2.0/companies/4211" + (f"/projects/{project}" if project else "")
    return f"{scope}/workflows/presets/{preset}"


_IDLE: list[tuple[RunningSandbox, ExitStack]] = []


@contextmanager
def running_sandbox(seed: Path, *options: str) -> Iterator[RunningSandbox]:
    """Yield a sandbox that starts from a seed: with options of its own, or one of this process, seeded anew."""
    if options:
        with started_sandbox(seed, *options) as running:
            yield running
        return
    process, ended = _IDLE.pop() if _IDLE else _kept(seed)
    running = RunningSandbox(process.address)
    try:
        running.seed_anew(seed)
        yield running
    finally:
        running.close()
        _IDLE.append((process, ended))


def _kept(seed: Path) -> tuple[RunningSandbox, ExitStack]:
    """Start a sandbox that lives as long as this process."""
    ended = ExitStack()
    running = ended.enter_context(started_sandbox(seed))
    atexit.register(ended.close)  # before what forked it off ends
    return running, ended


@contextmanager
def started_sandbox(seed: Path, *options: str) -> Iterator[RunningSandbox]:
    """Start a sandbox on a free port, and end it."""
    arguments = ["sandbox", "--port", "0", "--seed", str(seed)]
    if "--rate-limit" not in options:
        arguments.extend(("--rate-limit", "off"))
    told, telling = os.pipe()
    with Path(os.devnull).open() as nothing:
        started = Started(forking(), Path.cwd(), [*arguments, *options], os.environ, (nothing.fileno(), telling, 2))
    os.close(telling)
    with os.fdopen(told) as stdout:
        address = stdout.readline().strip()
        # without an address commands would go by their defaults, and leave this machine
        assert address.startswith("http://127.0.0.1:"), f"the sandbox did not start ({started.wait(20)})"
        running = RunningSandbox(address)
        try:
            yield running
        finally:
            running.close()
            started.terminate()
            started.wait(20)
