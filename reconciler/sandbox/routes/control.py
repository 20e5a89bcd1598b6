"""The routes that only the sandbox has: the requests so far, the faults to come, and clicks of other people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reconciler.sandbox.clicks import Click, carry_out
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.request_bodies import convert, read_body, read_json
from reconciler.sandbox.responses import error_response

if TYPE_CHECKING:
    from starlette.requests import Request

    from reconciler.sandbox.gate import Gate
    from reconciler.sandbox.store import Store

__all__ = ["ControlRoutes"]


class ControlRoutes:
    """Paths below ``/_sandbox`` that need no token."""

    def __init__(self, gate: Gate, store: Store) -> None:
        self._gate = gate
        self._store = store

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_sandbox/requests", self._requests, methods=["GET", "DELETE"]),
            Route("/_sandbox/faults", self._faults, methods=["PUT"]),
            Route("/_sandbox/clicks", self._click, methods=["POST"]),
        ]

    async def _requests(self, request: Request) -> Response:
        """GET or DELETE /_sandbox/requests: what was asked so far."""
        told = {"counts": dict(self._gate.counts), "log": list(self._gate.log)}
        if request.method == "DELETE":
            self._gate.counts.clear()
            self._gate.log.clear()
        return JSONResponse(told)

    async def _faults(self, request: Request) -> Response:
        """PUT /_sandbox/faults: the faults to come."""
        try:
            self._gate.faults.replace(convert(read_json(await read_body(request)), list[Fault]))
        except Refusal as refusal:
            return error_response(refusal.status, refusal.message)
        return Response(status_code=204)

    async def _click(self, request: Request) -> Response:
        """POST /_sandbox/clicks: what somebody does in the web interface (docs/sandbox.md)."""
        try:
            click: Click = convert(read_json(await read_body(request)), Click)  # type: ignore[arg-type]
            return JSONResponse({"id": carry_out(click, self._store)})
        except Refusal as refusal:
            return error_response(refusal.status, refusal.message)
