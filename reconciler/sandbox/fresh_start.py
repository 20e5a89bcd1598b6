"""Restarts a running sandbox from another seed: the request log, faults, tokens and limits are cleared too."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from reconciler.errors import ReconcilerError
from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.request_bodies import read_body
from reconciler.sandbox.responses import error_response
from reconciler.sandbox.seed import read_seed
from reconciler.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["SEED_PATH", "FreshStart"]

SEED_PATH = "/_sandbox/seed"


class FreshStart:
    """An application that ``make`` puts together for a store; ``lag`` is that of each store in memory."""

    def __init__(self, make: Callable[[Store], ASGIApp], store: Store, lag: float) -> None:
        self._make = make
        self._lag = lag
        self._store: Store | None = None
        self._app = make(store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, by the application of the newest seed."""
        if scope["type"] == "http" and scope["path"] == SEED_PATH and scope["method"] == "PUT":
            await (await self._start(Request(scope, receive)))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def close(self) -> None:
        """Close what was restarted."""
        if self._store is not None:
            self._store.close()

    async def _start(self, request: Request) -> Response:
        """PUT /_sandbox/seed: a seed as one JSON document, as a file of a seed folder holds it."""
        try:
            body = await read_body(request)
            with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
                (Path(folder) / "seed.json").write_bytes(body)
                seed = read_seed(Path(folder))
        except Refusal as refusal:
            return error_response(refusal.status, refusal.message)
        except ReconcilerError as error:
            told = "; ".join(f"{one.origin}: {one.message}" for one in error.diagnostics)
            return error_response(422, told or error.message)
        store = Store(":memory:", lag=self._lag)
        store.seed(seed)
        self.close()
        self._store, self._app = store, self._make(store)
        return Response(status_code=204)
