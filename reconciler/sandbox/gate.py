"""Checks and logs every call: credentials, rate windows, faults and latency."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.faults import Faults
from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.request_bodies import read_body, read_json
from reconciler.sandbox.responses import error_response, fault_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from reconciler.sandbox.limits import RateLimit
    from reconciler.sandbox.store import Store

    # a handler of GET takes the request, one of PATCH and POST the body too
    Handler = Callable[..., Response]

__all__ = ["Gate"]

REQUESTS_REMEMBERED = 50_000
_OF_ANY_COMPANY = frozenset({"/rest/v1.0/me", "/rest/v1.0/companies"})  # these need no company in their header


class Gate:
    """Runs before every handler of the service's calls; ``latency`` is seconds added to every answer.

    ``clock_ahead`` is how many seconds its clock is ahead of this machine's.
    """

    def __init__(self, store: Store, limit: RateLimit, latency: float, clock_ahead: int) -> None:
        self.faults = Faults()
        self.counts: Counter[str] = Counter()
        self.log: deque[dict[str, Any]] = deque(maxlen=REQUESTS_REMEMBERED)
        self._store = store
        self._limit = limit
        self._latency = latency
        self._ahead = clock_ahead

    def guarded(self, handlers: Mapping[str, Handler]) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint of a path from its handlers by method."""

        async def answer(request: Request) -> Response:
            method = "GET" if request.method == "HEAD" else request.method
            return await self._counted(request, lambda entry: self._answered(request, handlers[method], entry))

        return answer

    async def unserved(self, request: Request, error: Exception) -> Response:
        """Answer a path or method that is not served: it counts as every request does."""

        async def answer(_entry: dict[str, Any]) -> Response:
            status = getattr(error, "status_code", 404)
            message = "no such path" if status == 404 else f"no {request.method} of this path"  # noqa: PLR2004
            return error_response(status, message, getattr(error, "headers", None))

        return await self._counted(request, answer)

    async def _counted(self, request: Request, answer: Callable[[dict[str, Any]], Awaitable[Response]]) -> Response:
        if self._latency:
            await asyncio.sleep(self._latency)
        entry: dict[str, Any] = {
            "method": request.method,
            "path": request.scope["path"],
            "query": request.scope["query_string"].decode("latin-1"),
        }
        self.counts[request.method] += 1
        self.log.append(entry)
        passes, headers = self._limit.take(time.time() + self._ahead)
        response = await answer(entry) if passes else error_response(429, "too many requests")
        response.headers.update(headers)
        response.headers["Cache-Control"] = "no-store"
        entry["status"] = response.status_code
        return response

    async def _answered(self, request: Request, handler: Handler, entry: dict[str, Any]) -> Response:
        try:
            self._admit(request)
        except Refusal as refusal:
            return error_response(refusal.status, refusal.message)
        fault = self.faults.next(request.method, f"{entry['path']}?{entry['query']}")
        if fault is not None and not fault.carried_out:
            return fault_response(fault)
        try:
            if request.method in {"PATCH", "POST"}:
                content = await read_body(request)
                # a call that only asks for something to happen has no body
                entry["body"] = read_json(content if content or request.method == "PATCH" else b"{}")
                entry["token"] = request.headers.get("Idempotency-Token")
                response = handler(request, entry["body"])
            else:
                response = handler(request)
        except Refusal as refusal:
            response = error_response(refusal.status, refusal.message)
        return response if fault is None else fault_response(fault)

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        client = self._store.tokens.client(token, time.time()) if scheme.lower() == "bearer" else None
        if client is None:
            raise Refusal(401, "the token is missing or has ended")
        request.state.client = client
        company = self._store.company
        named = request.headers.get("Procore-Company-Id")
        if named != company.id and not (named is None and request.scope["path"] in _OF_ANY_COMPANY):
            raise Refusal(403, "the header Procore-Company-Id is missing or names another company")
        if request.path_params.get("company", company.id) != company.id:
            raise Refusal(404, "no such company")
        project = request.path_params.get("project")
        if project is not None and not company.has_project(project):
            raise Refusal(404, "no such project")
