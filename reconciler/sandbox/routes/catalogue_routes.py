"""Tools, templates and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from reconciler.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from reconciler.sandbox.gate import Handler
    from reconciler.sandbox.page_queries import Pages
    from reconciler.sandbox.store import Store

__all__ = ["CatalogueRoutes"]

_WORKFLOWS = "/rest/v2.0/companies/{company}/workflows"


class CatalogueRoutes:
    """Routes for the workflows that there can be."""

    def __init__(self, store: Store, pages: Pages) -> None:
        self._catalogue = store.catalogue
        self._pages = pages

    def calls(self) -> dict[str, dict[str, Handler]]:
        """Return the handlers by path and method."""
        return {
            f"{_WORKFLOWS}/tools": {"GET": self.tools},
            f"{_WORKFLOWS}/templates": {"GET": self.templates},
            f"{_WORKFLOWS}/templates/versions/{{version}}": {"GET": self.version},
        }

    def tools(self, _request: Request) -> Response:
        """GET …/workflows/tools: whole, without pages."""
        return JSONResponse({"data": self._catalogue.tools})

    def templates(self, request: Request) -> Response:
        """GET …/workflows/templates."""
        return self._pages.numbered(request, self._catalogue.templates(), "templates")

    def version(self, request: Request) -> Response:
        """GET …/workflows/templates/versions/{id}."""
        version = self._catalogue.version(request.path_params["version"])
        if version is None:
            raise Refusal(404, "no such version")
        return JSONResponse({"data": version})
