"""Cuts lists into pages, with the headers that lead from one to the next (docs/service.md section 4)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from starlette.responses import JSONResponse

from reconciler.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["PAGED", "Pages"]

_DIGITS = 100


class _Sizes(NamedTuple):
    default: int
    largest: int


_V1 = _Sizes(100, 2000)
_V2 = _Sizes(10, 100)
_SIZES = {
    "projects": _Sizes(100, 300),
    "project_ids": _Sizes(100, 200_000),
    "companies": _V1,
    "users": _V1,
    "project_assignments": _V1,
    "templates": _V2,
    "presets": _V2,
    "possible_assignees": _V2,
    "workflow_managers": _V2,
    "instances": _V2,
}
PAGED = tuple(_SIZES)


class Pages:
    """Cuts lists into pages.

    ``caps`` holds lower limits by list, as a seed has them. ``refuse`` answers 400 to a size above the service's own
    limit; else the page is capped at it.
    """

    def __init__(self, caps: dict[str, int], *, refuse: bool) -> None:
        self._caps = caps
        self._refuse = refuse

    def numbered(self, request: Request, items: Sequence[Any], name: str, *, wrapped: bool = True) -> Response:
        """Return the page that ``page`` names."""
        size = self._size(request, name)
        page = _number(request, "page", 1)
        last = max(-(-len(items) // size), 1)
        links: list[tuple[str, dict[str, object]]] = []
        if page > 1:
            links += [("first", {"page": 1}), ("prev", {"page": min(page - 1, last)})]
        if page < last:
            links += [("next", {"page": page + 1}), ("last", {"page": last})]
        return _answer(request, items, (page - 1) * size, size, links, wrapped=wrapped)

    def followed(self, request: Request, items: Sequence[Any], name: str) -> Response:
        """Return the page that a ``Link`` of the page before led to; this list documents no ``page``."""
        size = self._size(request, name)
        start = _start(request.query_params.get("page_token"))
        links: list[tuple[str, dict[str, object]]] = []
        if start + size < len(items):
            links.append(("next", {"page_token": _cursor(start + size)}))
        return _answer(request, items, start, size, links, wrapped=True)

    def either(self, request: Request, items: Sequence[Any], name: str) -> Response:
        """Return the page that ``cursor`` or ``page`` names; a request has one of the two at most."""
        query = request.query_params
        if "page" in query and "cursor" in query:
            raise Refusal(400, "cursor and page exclude each other")
        if "page" in query:
            return self.numbered(request, items, name)
        size = self._size(request, name)
        start = _start(query.get("cursor"))
        links: list[tuple[str, dict[str, object]]] = []
        if start + size < len(items):
            links.append(("next", {"cursor": _cursor(start + size)}))
        return _answer(request, items, start, size, links, wrapped=True)

    def _size(self, request: Request, name: str) -> int:
        default, largest = _SIZES[name]
        size = _number(request, "per_page", default)
        if size > largest and self._refuse:
            raise Refusal(400, f"per_page is at most {largest}")
        return min(size, largest, self._caps.get(name, largest))


def _answer(
    request: Request,
    items: Sequence[Any],
    start: int,
    size: int,
    links: Iterable[tuple[str, dict[str, object]]],
    *,
    wrapped: bool,
) -> Response:
    headers = {"Total": str(len(items)), "Per-Page": str(size)}
    link = ", ".join(f'<{_address(request, size, where)}>; rel="{name}"' for name, where in links)
    if link:  # where one page holds all there is none
        headers["Link"] = link
    shown = items[start : start + size]
    return JSONResponse({"data": shown} if wrapped else shown, headers=headers)


def _address(request: Request, size: int, where: dict[str, object]) -> str:
    replaced = {"page", "page_token", "cursor", "per_page"}
    query = [(key, value) for key, value in request.query_params.multi_items() if key not in replaced]
    host = request.headers.get("host", "")
    path = quote(request.scope["path"])
    return f"{request.scope['scheme']}://{host}{path}?{urlencode([*query, *where.items(), ('per_page', size)])}"


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode()


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        word = number = ""
    if word != "from" or not _is_number(number):
        raise Refusal(400, "page_token and cursor are what a Link header held")
    return int(number)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not _is_number(text) or int(text) == 0:
        raise Refusal(400, f"{name} is a whole number from 1")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS
