"""The v1.x calls: the account, its companies, projects and directory; bare arrays, whole numbers for ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from reconciler.sandbox.refusal import Refusal, short

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from reconciler.sandbox.gate import Handler
    from reconciler.sandbox.page_queries import Pages
    from reconciler.sandbox.store import Store

__all__ = ["AccountRoutes"]

_FILTERS = ("id", "project_number", "name")
_VIEWS = ("ids", "compact", "normal", "extended")


class AccountRoutes:
    """The calls that know nothing of workflows."""

    def __init__(self, store: Store, pages: Pages) -> None:
        self._company = store.company
        self._pages = pages

    def calls(self) -> dict[str, dict[str, Handler]]:
        """Return the handlers by path and method."""
        return {
            "/rest/v1.0/me": {"GET": self.me},
            "/rest/v1.0/companies": {"GET": self.companies},
            "/rest/v1.1/projects": {"GET": self.projects},
            "/rest/v1.3/companies/{company}/users": {"GET": self.active_users},
            "/rest/v1.0/companies/{company}/users/inactive": {"GET": self.inactive_users},
            "/rest/v1.0/companies/{company}/users/{user}/project_assignments": {"GET": self.project_assignments},
        }

    def me(self, request: Request) -> Response:
        """GET /rest/v1.0/me: the account's own login."""
        return JSONResponse(self._company.account(request.state.client))

    def companies(self, request: Request) -> Response:
        """GET /rest/v1.0/companies: the companies that the account sees, here the one of the seed."""
        found = [{"id": int(self._company.id), "name": self._company.name, "is_active": True}]
        return self._pages.numbered(request, found, "companies", wrapped=False)

    def projects(self, request: Request) -> Response:
        """GET /rest/v1.1/projects: active ones only, unless the status asked for says otherwise."""
        query = request.query_params
        company = query.get("company_id")
        if company is None:
            raise Refusal(400, "company_id is required")
        if company != self._company.id:
            raise Refusal(404, "no such company")
        status = query.get("filters[by_status]", "Active")
        if status not in {"All", "Active", "Inactive"}:
            raise Refusal(400, "filters[by_status] is All, Active or Inactive")
        view = query.get("view", "normal")
        if view not in _VIEWS:
            raise Refusal(400, f"view is one of {', '.join(_VIEWS)}")
        filters = {field: wanted for field in _FILTERS if (wanted := _wanted(request, field))}
        for one in filters.get("id", ()):
            if not (one.isascii() and one.isdecimal()):
                raise Refusal(400, f"filters[id] is a whole number, not {short(one)}")
        items = self._company.projects(status, filters, view)
        return self._pages.numbered(request, items, "project_ids" if view == "ids" else "projects", wrapped=False)

    def active_users(self, request: Request) -> Response:
        """GET /rest/v1.3/companies/{company}/users: the active half of the directory."""
        return self._users(request, active=True)

    def inactive_users(self, request: Request) -> Response:
        """GET /rest/v1.0/companies/{company}/users/inactive: the other half."""
        return self._users(request, active=False)

    def _users(self, request: Request, *, active: bool) -> Response:
        users = self._company.users(request.query_params.get("filters[search]"), active=active)
        return self._pages.numbered(request, users, "users", wrapped=False)

    def project_assignments(self, request: Request) -> Response:
        """GET /rest/v1.0/companies/{company}/users/{user}/project_assignments: one person's projects."""
        assignments = self._company.assignments(request.path_params["user"])
        if assignments is None:
            raise Refusal(404, "no such user")
        return self._pages.numbered(request, assignments, "project_assignments", wrapped=False)


def _wanted(request: Request, field: str) -> set[str]:
    """Return what a filter asks for; it may be repeated, with brackets behind it or without."""
    query = request.query_params
    return {*query.getlist(f"filters[{field}]"), *query.getlist(f"filters[{field}][]")}
