"""Reads whole lists page by page and counts them (api.md section 4); it knows nothing of what is listed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import httpx
import msgspec

from reconciler.errors import AnswerError, UnreachableError
from reconciler.live.answers import TooLong, decode_answer, decode_content

if TYPE_CHECKING:
    from reconciler.live.client import ServiceClient

__all__ = ["Listing", "read_pages"]

LARGEST_PAGE = 2000
SMALLEST_PAGE = 50
DEFAULT_PAGE = 10
_COUNT = re.compile(r"[0-9]{1,9}\Z")

Item = TypeVar("Item")


class Listing(msgspec.Struct, frozen=True):
    """How a list was told to be: its whole length and the pages that takes at the page size granted."""

    total: int
    pages: int


class _Wrapped(msgspec.Struct):
    data: msgspec.Raw


def read_pages(client: ServiceClient, path: str, shape: type[list[Item]], what: str) -> tuple[list[Item], Listing]:
    """Read a whole list by its ``Link: rel="next"``; ``path`` may end in a query.

    ``shape`` is the list type of a bare array, or of the ``data`` of a wrapped one. Raises AnswerError when what
    arrived is not as much as ``Total`` promised.
    """
    size = LARGEST_PAGE
    while True:
        try:
            return _all_pages(client, f"{path}{'&' if '?' in path else '?'}per_page={size}", shape, what)
        except TooLong:
            if size <= SMALLEST_PAGE:
                raise UnreachableError(f"{what}: even small pages take the service too long (408)") from None
            size = max(size // 4, SMALLEST_PAGE)


def _all_pages(client: ServiceClient, url: str, shape: type[list[Item]], what: str) -> tuple[list[Item], Listing]:
    seen: set[str] = set()
    items: list[Item] = []
    total: int | None = None
    granted = LARGEST_PAGE
    while url not in seen:
        seen.add(url)
        response = client.get(url, what)
        items.extend(_unwrapped(response, shape, what))
        total = _whole_number(response, "Total", total)
        granted = _whole_number(response, "Per-Page", granted) or granted
        following = response.links.get("next", {}).get("url")
        if following is None:
            break
        url = _same_host(client.service.api_url, following, what)
    _check_count(len(items), total, what)
    total = len(items) if total is None else total
    return items, Listing(total, max(-(-total // granted), 1))


def _same_host(api_url: str, url: str, what: str) -> str:
    """Give the path and query of a next page; a page elsewhere would carry the token there."""
    here = httpx.URL(api_url)
    try:
        there = here.join(url)
    except httpx.InvalidURL:
        raise AnswerError(f"{what}: the next page has an address that cannot be read") from None
    if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
        raise AnswerError(f"{what}: the next page is said to be at another host, {there.host}; not followed")
    return there.raw_path.decode("ascii")


def _unwrapped(response: httpx.Response, shape: type[list[Item]], what: str) -> list[Item]:
    if response.content[:1] == b"[":
        return decode_answer(response, shape, what)
    wrapped = decode_answer(response, _Wrapped, what)
    return decode_content(response, wrapped.data, shape, what)


def _whole_number(response: httpx.Response, header: str, otherwise: int | None) -> int | None:
    text = response.headers.get(header, "")
    return int(text) if _COUNT.match(text) else otherwise


def _check_count(found: int, total: int | None, what: str) -> None:
    if total is None:
        if found >= DEFAULT_PAGE:
            raise AnswerError(f"{what}: no 'Total' header, so nobody can tell whether {found} items are all")
    elif found != total:
        raise AnswerError(
            f"{what}: {found} items arrived where {total} were promised; half a list is no basis, run again"
        )
