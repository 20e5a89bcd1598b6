"""Answers that are no data: refusals and errors as the service words them, and faults."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from reconciler.sandbox.faults import Fault

__all__ = ["Dated", "error_response", "fault_response"]

_UNPROCESSABLE = 422
_WITHOUT_BODY = frozenset({204, 304})


def error_response(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """Return an error: a list of errors for 422, an object with code, message and details else."""
    if status == _UNPROCESSABLE:
        return JSONResponse({"errors": [message]}, status_code=status)
    body = {"error": {"code": str(status), "message": message, "details": []}}
    return JSONResponse(body, status_code=status, headers=headers)


class _Hangup(Response):
    """Promises more than it sends, so that the server can only close the connection."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.headers["Content-Length"] = "1"
        await super().__call__(scope, receive, send)


def fault_response(fault: Fault) -> Response:
    """Return what a fault shows instead of an answer."""
    if fault.status == 0:
        return _Hangup()
    body = "" if fault.status in _WITHOUT_BODY else fault.body
    return Response(body, fault.status, headers=fault.headers, media_type=fault.content_type)


class Dated:
    """Puts ``Date`` on every answer, by the clock that the rate windows count with."""

    def __init__(self, app: ASGIApp, clock_ahead: int) -> None:
        self._app = app
        self._ahead = clock_ahead
        self._known: tuple[int, bytes] = (0, b"")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as the application does."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                if not any(name == b"date" for name, _ in headers):
                    headers.append((b"date", self._date(int(time.time()) + self._ahead)))
            await send(message)

        await self._app(scope, receive, dated)

    def _date(self, second: int) -> bytes:
        if self._known[0] != second:
            self._known = second, formatdate(second, usegmt=True).encode()
        return self._known[1]
