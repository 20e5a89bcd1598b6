"""Instances: running workflows, the responses to their steps, and more assignees for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.request_bodies import AdditionalWrite, ResponseWrite, convert
from reconciler.sandbox.routes.tool_query import tool_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from reconciler.sandbox.gate import Handler
    from reconciler.sandbox.page_queries import Pages
    from reconciler.sandbox.store import Store

__all__ = ["InstanceRoutes"]

_SCOPES = ("/rest/v2.0/companies/{company}", "/rest/v2.0/companies/{company}/projects/{project}")
_FILTERS = ("item_id", "assignee_id", "active", "overdue")
_YES_OR_NO = frozenset({"active", "overdue"})


class InstanceRoutes:
    """Routes for workflows that run."""

    def __init__(self, store: Store, pages: Pages) -> None:
        self._company = store.company
        self._catalogue = store.catalogue
        self._instances = store.instances
        self._pages = pages

    def calls(self) -> dict[str, dict[str, Handler]]:
        """Return the handlers by path and method."""
        calls: dict[str, dict[str, Handler]] = {}
        for scope in _SCOPES:
            instances = f"{scope}/workflows/instances"
            one = f"{instances}/{{instance}}"
            calls |= {
                instances: {"GET": self.instances},
                one: {"GET": self.instance},
                f"{one}/responses": {"POST": self.respond},
                f"{one}/additional_assignees": {"POST": self.add_assignees},
                f"{one}/refresh": {"POST": self.refresh},
                f"{one}/history": {"GET": self.history},
            }
        return calls

    def instances(self, request: Request) -> Response:
        """GET {scope}/workflows/instances: the tool is required; pages by ``cursor`` or by ``page``, not both."""
        tool = tool_of(request, self._catalogue, "filters[tool_type]", "filters[tool_subtype]")
        query = request.query_params
        wanted = {name: query[f"filters[{name}]"] for name in _FILTERS if f"filters[{name}]" in query}
        for name in _YES_OR_NO & wanted.keys():
            if wanted[name] not in {"true", "false"}:
                raise Refusal(400, f"filters[{name}] is true or false")
        items = self._instances.listed(request.path_params.get("project"), tool, wanted)
        return self._pages.either(request, items, "instances")

    def instance(self, request: Request) -> Response:
        """GET {scope}/workflows/instances/{id}."""
        return JSONResponse({"data": self._instances.one(*_place(request))})

    def history(self, request: Request) -> Response:
        """GET {scope}/workflows/instances/{id}/history."""
        return JSONResponse({"data": self._instances.history(*_place(request))})

    def respond(self, request: Request, body: Any) -> Response:
        """POST {scope}/workflows/instances/{id}/responses: as the account's own login."""
        write = convert(body, ResponseWrite)
        login_id = str(self._company.account(request.state.client)["id"])
        token = request.headers.get("Idempotency-Token")
        self._instances.respond(*_place(request), login_id, write.response, token)
        return Response(status_code=204)

    def add_assignees(self, request: Request, body: Any) -> Response:
        """POST {scope}/workflows/instances/{id}/additional_assignees."""
        write = convert(body, AdditionalWrite)
        return JSONResponse({"data": self._instances.add_assignees(*_place(request), write)})

    def refresh(self, request: Request, _body: Any) -> Response:
        """POST {scope}/workflows/instances/{id}/refresh: 422 unless the instance is blocked."""
        return JSONResponse({"data": self._instances.refresh(*_place(request))})


def _place(request: Request) -> tuple[str | None, str]:
    return request.path_params.get("project"), request.path_params["instance"]
