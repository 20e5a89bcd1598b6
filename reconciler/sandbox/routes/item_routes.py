"""The pages of items, such as invoices, as the seed has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from reconciler.sandbox.gate import Handler
    from reconciler.sandbox.store import Store

__all__ = ["ItemRoutes"]


class ItemRoutes:
    """One route for each item of the seed."""

    def __init__(self, store: Store) -> None:
        self._items = store.items

    def calls(self) -> dict[str, dict[str, Handler]]:
        """Return the handlers by path and method."""
        return {path: {"GET": self.item} for path in self._items.paths()}

    def item(self, request: Request) -> Response:
        """GET an item, whose shape is that of its tool."""
        return JSONResponse(self._items.body(request.scope["path"]))
