"""The token call: client credentials for a token."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.request_bodies import read_body, read_form

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from reconciler.sandbox.store import Store

__all__ = ["TokenRoute"]


class TokenRoute:
    """Returns tokens that live for some seconds; it is another host's call, so it counts in no rate window."""

    def __init__(self, store: Store, seconds: float) -> None:
        self._store = store
        self._seconds = seconds

    def route(self) -> Route:
        """Return the route."""
        return Route("/oauth/token", self._token, methods=["POST"])

    async def _token(self, request: Request) -> Response:
        """POST /oauth/token: client credentials for a token that lives 90 minutes."""
        try:
            form = read_form(await read_body(request), request.headers.get("Content-Type", ""))
        except Refusal as refusal:
            return _refused(refusal.status, "invalid_request", refusal.message)
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type", "grant_type is client_credentials")
        client_id = form.get("client_id", "")
        accepted = self._store.company.clients
        if client_id not in accepted or accepted[client_id] != form.get("client_secret"):
            return _refused(401, "invalid_client", "client_id or client_secret is wrong")
        token, now = secrets.token_urlsafe(24), time.time()
        self._store.tokens.keep(token, client_id, now + self._seconds)
        answer = {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": int(self._seconds),
            "created_at": int(now),
        }
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _refused(status: int, error: str, message: str) -> Response:
    return JSONResponse({"error": error, "error_description": message}, status_code=status)
