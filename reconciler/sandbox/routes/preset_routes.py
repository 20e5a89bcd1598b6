"""Presets and who may stand in them, for the company and for each project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.request_bodies import AssigneesWrite, DefaultWrite, convert
from reconciler.sandbox.routes.tool_query import tool_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from reconciler.sandbox.gate import Handler
    from reconciler.sandbox.page_queries import Pages
    from reconciler.sandbox.store import Store

__all__ = ["PresetRoutes"]

_SCOPES = ("/rest/v2.0/companies/{company}", "/rest/v2.0/companies/{company}/projects/{project}")


class PresetRoutes:
    """Routes for the presets that a workflow starts from."""

    def __init__(self, store: Store, pages: Pages) -> None:
        self._catalogue = store.catalogue
        self._presets = store.presets
        self._pages = pages

    def calls(self) -> dict[str, dict[str, Handler]]:
        """Return the handlers by path and method."""
        calls: dict[str, dict[str, Handler]] = {}
        for scope in _SCOPES:
            workflows = f"{scope}/workflows"
            calls |= {
                f"{workflows}/presets": {"GET": self.presets},
                f"{workflows}/presets/{{preset}}": {"GET": self.preset, "PATCH": self.default},
                f"{workflows}/presets/{{preset}}/assignees": {"PATCH": self.assignees},
                f"{workflows}/possible_assignees": {"GET": self.possible_assignees},
                f"{workflows}/workflow_managers": {"GET": self.workflow_managers},
            }
        return calls

    def presets(self, request: Request) -> Response:
        """GET {scope}/workflows/presets: the tool is required; no ``page``, the ``Link`` leads on."""
        tool = tool_of(request, self._catalogue, "filters[tool_type]", "filters[tool_subtype]")
        items = self._presets.listed(request.path_params.get("project"), tool)
        for name in ("valid", "default"):
            wanted = request.query_params.get(f"filters[is_{name}]")
            if wanted not in {None, "true", "false"}:
                raise Refusal(400, f"filters[is_{name}] is true or false")
            if wanted is not None:
                items = [one for one in items if one[name] is (wanted == "true")]
        return self._pages.followed(request, items, "presets")

    def preset(self, request: Request) -> Response:
        """GET {scope}/workflows/presets/{id}."""
        return JSONResponse({"data": self._presets.one(*_place(request))})

    def possible_assignees(self, request: Request) -> Response:
        """GET {scope}/workflows/possible_assignees."""
        return self._people(request, "possible_assignees")

    def workflow_managers(self, request: Request) -> Response:
        """GET {scope}/workflows/workflow_managers."""
        return self._people(request, "workflow_managers")

    def _people(self, request: Request, which: str) -> Response:
        tool = tool_of(request, self._catalogue, "tool_type", "tool_subtype")
        people = self._presets.eligible(which, request.path_params.get("project"), tool)
        return self._pages.numbered(request, people, which)

    def default(self, request: Request, body: Any) -> Response:
        """PATCH {scope}/workflows/presets/{id}."""
        write = convert(body, DefaultWrite)
        return JSONResponse({"data": self._presets.set_default(*_place(request), default=write.default)})

    def assignees(self, request: Request, body: Any) -> Response:
        """PATCH {scope}/workflows/presets/{id}/assignees: full replacement."""
        write = convert(body, AssigneesWrite)
        return JSONResponse({"data": self._presets.replace_assignees(*_place(request), write)})


def _place(request: Request) -> tuple[str | None, str]:
    return request.path_params.get("project"), request.path_params["preset"]
