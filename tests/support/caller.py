"""Calls a sandbox in the same process or over a socket, with good credentials unless told otherwise."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx

from reconciler.sandbox.app import create_app
from reconciler.sandbox.limits import parse_rate_limit
from reconciler.sandbox.store import Store
from tests.support.account import company_seed, write_seed
from tests.support.sandbox import preset_path, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., "Caller"]

__all__ = ["ASSIGNEES", "COMPANY", "CREDENTIALS", "PRESET", "PROJECT", "WHOLE", "Caller", "Starter", "memberships"]

CREDENTIALS = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
COMPANY = "/rest/v2.0/companies/4211"
PROJECT = f"{COMPANY}/projects/1042"
PRESET = preset_path("32", "1042")  # of the small company: Harbor Bridge's
ASSIGNEES = f"{PRESET}/assignees"
WHOLE = {"creator": [], "pm": ["1", "2"], "acc": ["3", "4"], "super": ["8"]}


def memberships(**groups: list[str]) -> dict[str, Any]:
    """Return the body of a write of these groups."""
    return {"responsible_group_memberships": [{"uuid": uuid, "login_ids": ids} for uuid, ids in groups.items()]}


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
        self.token = http.post("/oauth/token", data=CREDENTIALS).json()["access_token"]

    def __call__(
        self, method: str, path: str, body: object = None, *, content: bytes | None = None, **headers: str | None
    ) -> httpx.Response:
        """Call with a JSON body, or with raw ``content``; a header given as None is left out."""
        good = {"Authorization": f"Bearer {self.token}", "Procore-Company-Id": "4211"}
        sent = {**good, **{key.replace("_", "-"): value for key, value in headers.items()}}
        chosen = {key: value for key, value in sent.items() if value is not None}
        if body is None:
            return self.http.request(method, path, headers=chosen, content=content)
        return self.http.request(method, path, headers=chosen, json=body)

    def groups(self) -> dict[str, list[str]]:
        """Return the groups of the small company's preset of Harbor Bridge now."""
        shown = self("GET", PRESET).json()["data"]["responsible_group_memberships"]
        return {one["responsible_group_uuid"]: [person["id"] for person in one["assignees"]] for one in shown}


class Starter:
    """Starts sandboxes, all in the same process or all as processes of their own, and ends them."""

    def __init__(self, folder: Path, *, in_process: bool) -> None:
        self._folder = folder
        self._in_process = in_process
        self._running = ExitStack()
        self._count = 0

    def close(self) -> None:
        """End them all."""
        self._running.close()

    def __call__(
        self,
        seed: dict[str, Any] | None = None,
        limit: str = "off",
        *,
        refuse_large_pages: bool = False,
        token_seconds: float = 5400.0,
        lag: float = 0.0,
    ) -> Caller:
        """Start one; without a seed, of the small company."""
        seed = company_seed() if seed is None else seed
        if self._in_process:
            store = Store(lag=lag)
            self._running.callback(store.close)
            store.seed(seed)
            app = create_app(
                store,
                rate_limit=parse_rate_limit(limit),
                refuse_large_pages=refuse_large_pages,
                token_seconds=token_seconds,
            )
            return Caller(self._opened(httpx.Client(base_url="http://sandbox", transport=InProcess(app))))
        self._count += 1
        # only what differs: without options it is the sandbox that this process keeps, seeded anew
        options = [*(() if limit == "off" else ("--rate-limit", limit)),
                   *(("--large-pages", "refuse") if refuse_large_pages else ()),
                   *(() if token_seconds == 5400.0 else ("--token-seconds", str(token_seconds))),
                   *(("--lag", str(lag)) if lag else ())]  # fmt: skip
        folder = write_seed(self._folder / f"seed{self._count}", seed)
        running = self._running.enter_context(running_sandbox(folder, *options))
        return Caller(self._opened(httpx.Client(base_url=running.address, trust_env=False)))

    def _opened(self, http: httpx.Client) -> httpx.Client:
        self._running.callback(http.close)
        return http
