"""The sandbox as an ASGI application, put together from its routes; the store holds what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from reconciler.sandbox.gate import Gate
from reconciler.sandbox.limits import RateLimit
from reconciler.sandbox.page_queries import Pages
from reconciler.sandbox.responses import Dated
from reconciler.sandbox.routes.account_routes import AccountRoutes
from reconciler.sandbox.routes.catalogue_routes import CatalogueRoutes
from reconciler.sandbox.routes.control import ControlRoutes
from reconciler.sandbox.routes.instance_routes import InstanceRoutes
from reconciler.sandbox.routes.item_routes import ItemRoutes
from reconciler.sandbox.routes.preset_routes import PresetRoutes
from reconciler.sandbox.routes.token_routes import TokenRoute

if TYPE_CHECKING:
    from reconciler.sandbox.store import Store

__all__ = ["TOKEN_SECONDS", "create_app"]

TOKEN_SECONDS = 5400


def create_app(
    store: Store,
    *,
    rate_limit: RateLimit | None = None,
    latency: float = 0.0,
    token_seconds: float = TOKEN_SECONDS,
    refuse_large_pages: bool = False,
    clock_ahead: int = 0,
) -> Starlette:
    """Return the application for a seeded store.

    ``latency`` is seconds added to every answer, ``clock_ahead`` how many its clock is ahead of this machine's.
    """
    gate = Gate(store, rate_limit or RateLimit(None, None), latency, clock_ahead)
    pages = Pages(store.company.page_caps, refuse=refuse_large_pages)
    calls = {
        **AccountRoutes(store, pages).calls(),
        **CatalogueRoutes(store, pages).calls(),
        **PresetRoutes(store, pages).calls(),
        **InstanceRoutes(store, pages).calls(),
    }
    calls = {**ItemRoutes(store).calls(), **calls}
    routes = [
        TokenRoute(store, token_seconds).route(),
        *(Route(path, gate.guarded(handlers), methods=list(handlers)) for path, handlers in calls.items()),
        *ControlRoutes(gate, store).routes(),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Dated, clock_ahead)],
        exception_handlers={404: gate.unserved, 405: gate.unserved},
    )
    app.router.redirect_slashes = False  # the service has no second spelling of its paths
    return app
