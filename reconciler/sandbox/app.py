"""The sandbox as an ASGI application: routes, headers, pages and errors; what is true stands in the store."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reconciler.sandbox.bodies import read_assignees
from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.limits import RateLimit
from reconciler.sandbox.store import Refusal, Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    Handler = Callable[..., Response]

__all__ = ["create_app"]

DEFAULT_PAGE = 10
LARGEST_PAGE = 2000
TOKEN_SECONDS = 5400
REQUESTS_REMEMBERED = 50_000
_SCOPES = ("/rest/v2.0/companies/{company}", "/rest/v2.0/companies/{company}/projects/{project}")


def create_app(
    store: Store,
    *,
    rate_limit: RateLimit | None = None,
    latency: float = 0.0,
    token_seconds: float = TOKEN_SECONDS,
) -> Starlette:
    """Give the application for a seeded store; ``latency`` is seconds added to every answer."""
    sandbox = _Sandbox(store, rate_limit or RateLimit(None, None), latency, token_seconds)
    return Starlette(routes=sandbox.routes())


class _Sandbox:
    def __init__(self, store: Store, limit: RateLimit, latency: float, token_seconds: float) -> None:
        self.store = store
        self.company_id = str(store.company()["id"])
        self.page_caps: dict[str, int] = store.company().get("page_caps", {})
        self._limit = limit
        self._latency = latency
        self._token_seconds = token_seconds
        self._faults = Faults()
        self._requests: Counter[str] = Counter()
        self._log: deque[dict[str, Any]] = deque(maxlen=REQUESTS_REMEMBERED)

    def routes(self) -> list[Route]:
        """Give every route: the token, the service's calls, and the sandbox's own control."""
        company, project = _SCOPES
        workflows = [
            ("tools", self.tools),
            ("templates", self.templates),
            ("templates/versions/{version}", self.version),
        ]
        scoped = [("presets", self.presets), ("presets/{preset}", self.preset),
                  ("possible_assignees", self.people), ("workflow_managers", self.people)]  # fmt: skip
        return [
            Route("/oauth/token", self.token, methods=["POST"]),
            self._route("/rest/v1.1/projects", self.projects),
            self._route("/rest/v1.3/companies/{company}/users", self.active_users),
            self._route("/rest/v1.0/companies/{company}/users/inactive", self.inactive_users),
            *(self._route(f"{company}/workflows/{path}", handler) for path, handler in workflows),
            *(self._route(f"{scope}/workflows/{path}", handler) for scope in _SCOPES for path, handler in scoped),
            *(
                self._route(f"{scope}/workflows/{path}", handler, "PATCH")
                for scope in (company, project)
                for path, handler in (
                    ("presets/{preset}", self.default),
                    ("presets/{preset}/assignees", self.assignees),
                )
            ),
            Route("/_sandbox/requests", self.requests, methods=["GET", "DELETE"]),
            Route("/_sandbox/faults", self.faults, methods=["PUT"]),
        ]

    def _route(self, path: str, handler: Handler, method: str = "GET") -> Route:
        return Route(path, self._guarded(handler), methods=[method])

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Put credentials, limits, faults and latency before a handler, and the headers behind it."""

        async def answer(request: Request) -> Response:
            if self._latency:
                await asyncio.sleep(self._latency)
            target = f"{request.url.path}?{request.url.query}"
            self._requests[request.method] += 1
            now = time.time()
            passes, headers = self._limit.take(now)
            entry: dict[str, Any] = {
                "method": request.method,
                "path": request.url.path,
                "query": request.url.query,
            }
            self._log.append(entry)
            if not passes:
                response = _error(429, "too many requests")
            else:
                response = await self._answered(request, handler, target, now, entry)
            response.headers.update(headers)
            response.headers["Cache-Control"] = "no-store"
            entry["status"] = response.status_code
            return response

        return answer

    async def _answered(
        self, request: Request, handler: Handler, target: str, now: float, entry: dict[str, Any]
    ) -> Response:
        refused = self._refuse(request, now)
        if refused is not None:
            return refused
        fault = self._faults.next(request.method, target)
        if fault is not None and not fault.carried_out:
            return _fault_response(fault)
        try:
            if request.method == "PATCH":
                entry["body"] = json.loads(await request.body())
                response: Response = handler(request, entry["body"])
            else:
                response = handler(request)
        except Refusal as refusal:
            response = _error(refusal.status, refusal.message)
        except ValueError:
            response = _error(400, "the body is not JSON")
        return response if fault is None else _fault_response(fault)

    def _refuse(self, request: Request, now: float) -> Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self.store.token_is_good(token, now):
            return _error(401, "the token is missing or has ended")
        if request.headers.get("Procore-Company-Id") != self.company_id:
            return _error(403, "the header Procore-Company-Id is missing or names another company")
        company = request.path_params.get("company", request.query_params.get("company_id"))
        if company != self.company_id:
            return _error(404, "no such company")
        project = request.path_params.get("project")
        if project is not None and not self.store.has_project(project):
            return _error(404, "no such project")
        return None

    async def token(self, request: Request) -> Response:
        """POST /oauth/token: client credentials for a token that lives 90 minutes."""
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        accepted = self.store.company().get("clients", {"sandbox": "sandbox"})
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        client_id = form.get("client_id", "")
        if client_id not in accepted or accepted[client_id] != form.get("client_secret"):
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        token, now = secrets.token_urlsafe(24), time.time()
        self.store.keep_token(token, now + self._token_seconds)
        return JSONResponse(
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": self._token_seconds,
                "created_at": int(now),
            }
        )

    def projects(self, request: Request) -> Response:
        """GET /rest/v1.1/projects: a bare array with whole numbers for ids."""
        status = request.query_params.get("filters[by_status]", "All")
        if status not in {"All", "Active", "Inactive"}:
            raise Refusal(400, "filters[by_status] is All, Active or Inactive")
        items = [{**one, "id": int(one["id"])} for one in self.store.projects(status)]
        return self._page(request, items, "projects", wrapped=False)

    def active_users(self, request: Request) -> Response:
        """GET /rest/v1.3/companies/{company}/users: the active half of the directory, a bare array."""
        return self._page(request, self.store.directory(active=True), "users", wrapped=False)

    def inactive_users(self, request: Request) -> Response:
        """GET /rest/v1.0/companies/{company}/users/inactive: the other half."""
        return self._page(request, self.store.directory(active=False), "users", wrapped=False)

    def tools(self, request: Request) -> Response:
        """GET …/workflows/tools."""
        return self._page(request, self.store.tools(), "tools")

    def templates(self, request: Request) -> Response:
        """GET …/workflows/templates."""
        return self._page(request, self.store.templates(), "templates")

    def version(self, request: Request) -> Response:
        """GET …/workflows/templates/versions/{id}."""
        version = self.store.version(request.path_params["version"])
        if version is None:
            raise Refusal(404, "no such version")
        return JSONResponse({"data": version})

    def presets(self, request: Request) -> Response:
        """GET {scope}/workflows/presets: the tool type is required."""
        tool_type = self._tool(request, "filters[tool_type]")
        items = self.store.presets(request.path_params.get("project"), tool_type)
        for name in ("valid", "default"):
            wanted = request.query_params.get(f"filters[is_{name}]")
            if wanted is not None:
                items = [one for one in items if one[name] is (wanted == "true")]
        return self._page(request, items, "presets")

    def preset(self, request: Request) -> Response:
        """GET {scope}/workflows/presets/{id}."""
        preset = self.store.preset(request.path_params.get("project"), request.path_params["preset"])
        if preset is None:
            raise Refusal(404, "no such preset")
        return JSONResponse({"data": preset})

    def people(self, request: Request) -> Response:
        """GET {scope}/workflows/possible_assignees and workflow_managers."""
        which = request.url.path.rpartition("/")[2]
        tool_type = self._tool(request, "tool_type")
        people = self.store.eligible(which, request.path_params.get("project"), tool_type)
        return self._page(request, people, which)

    def default(self, request: Request, body: Any) -> Response:
        """PATCH {scope}/workflows/presets/{id}."""
        if not isinstance(body, dict) or not isinstance(body.get("default"), bool):
            raise Refusal(422, "default is true or false")
        path = request.path_params
        preset = self.store.set_default(path.get("project"), path["preset"], default=body["default"])
        return JSONResponse({"data": preset})

    def assignees(self, request: Request, body: Any) -> Response:
        """PATCH {scope}/workflows/presets/{id}/assignees: full replacement."""
        groups, manager_id, individual = read_assignees(body)
        path = request.path_params
        stored = self.store.replace_assignees(path.get("project"), path["preset"], groups, manager_id, individual)
        return JSONResponse({"data": stored})

    def _tool(self, request: Request, parameter: str) -> str:
        tool_type = request.query_params.get(parameter)
        if not tool_type:
            raise Refusal(400, f"{parameter} is required")
        if self.store.provider(tool_type) is None:
            raise Refusal(422, f"unknown tool type {tool_type}")
        return tool_type

    def _page(self, request: Request, items: Sequence[Any], endpoint: str, *, wrapped: bool = True) -> Response:
        """Give one page with ``Link``, ``Total`` and ``Per-Page``; some endpoints cap the size lower."""
        size = _number(request, "per_page", DEFAULT_PAGE)
        size = min(size, LARGEST_PAGE, self.page_caps.get(endpoint, LARGEST_PAGE))
        page = _number(request, "page", 1)
        last = max(-(-len(items) // size), 1)
        shown = list(items[(page - 1) * size : page * size])
        links = {"first": 1, "last": last}
        if page > 1:
            links["prev"] = page - 1
        if page < last:
            links["next"] = page + 1
        query = dict(request.query_params)
        base = str(request.url.replace(query=""))
        link = ", ".join(
            f'<{base}?{urlencode({**query, "page": number, "per_page": size})}>; rel="{name}"'
            for name, number in links.items()
        )
        headers = {"Link": link, "Total": str(len(items)), "Per-Page": str(size)}
        return JSONResponse({"data": shown} if wrapped else shown, headers=headers)

    async def requests(self, request: Request) -> Response:
        """GET or DELETE /_sandbox/requests: what was asked so far; the sandbox's own, not the service's."""
        told = {"counts": dict(self._requests), "log": list(self._log)}
        if request.method == "DELETE":
            self._requests.clear()
            self._log.clear()
        return JSONResponse(told)

    async def faults(self, request: Request) -> Response:
        """PUT /_sandbox/faults: what shall go wrong; the sandbox's own, not the service's."""
        try:
            self._faults.replace(await request.json())
        except (TypeError, ValueError) as error:
            return _error(422, str(error))
        return Response(status_code=204)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise Refusal(400, f"{name} is a whole number from 1")
    return int(text)


def _error(status: int, message: str) -> Response:
    if status == 422:  # noqa: PLR2004
        return JSONResponse({"errors": [message]}, status_code=status)
    body = {"error": {"code": str(status), "message": message, "details": []}}
    return JSONResponse(body, status_code=status)


class _Hangup(Response):
    """Promises more than it sends, so that the server can only close the connection."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.headers["Content-Length"] = "1"
        await super().__call__(scope, receive, send)


def _fault_response(fault: Fault) -> Response:
    if fault.status == 0:
        return _Hangup()
    return Response(fault.body, fault.status, headers=fault.headers, media_type=fault.content_type)
