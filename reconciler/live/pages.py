"""Reads whole lists page by page (docs/service.md section 4); it does not know what they list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from reconciler.errors import AnswerError, RequestRefusedError, UnreachableError
from reconciler.live.answers import TooLong, hide_in
from reconciler.live.whole_list import MOST_PAGES, Listing, Pages, Torn, ids_of

if TYPE_CHECKING:
    from reconciler.live.client import ServiceClient

__all__ = ["PEOPLE", "PROJECTS", "UNPAGED", "USERS", "WORKFLOWS", "Paging", "read_pages"]

DEFAULT_PAGE: Final = 10
_AFTER_REFUSAL = (100, 10)
_AFTER_TIMEOUT = (100, 50, 25, 10)
_REFUSES_SIZE = {400, 422}
_REFUSES_PAGE = {400, 404, 422}

Item = TypeVar("Item")


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is asked for."""

    # the largest page that the service documents; null: the list takes no 'per_page'
    largest: int | None
    # a query for all ids in one answer, where the list knows one
    ids: str | None = None
    # whether a list of several pages is compared with a last look at it, for one request
    checked: bool = True


WORKFLOWS = Paging(largest=100)
# one for each tool of a project: a person lost here stops a change and never makes one
PEOPLE = Paging(largest=100, checked=False)
PROJECTS = Paging(largest=300, ids="view=ids&per_page=200000")
USERS = Paging(largest=2000)
UNPAGED = Paging(largest=None)


class _SizeRefused(Exception):  # noqa: N818 - not a failure yet
    def __init__(self, error: RequestRefusedError) -> None:
        super().__init__(error.message)
        self.error = error


def read_pages(
    client: ServiceClient, path: str, shape: type[list[Item]], what: str, paging: Paging
) -> tuple[list[Item], Listing]:
    """Return a whole list; ``path`` may end in a query.

    ``shape`` is the list type of a bare array, or of the ``data`` of a wrapped one. Pages become smaller where the
    service refuses their size or takes too long for them. Raises AnswerError for a list that changes whenever it is
    read, or that has no end.
    """
    list_of = _List(client, path, shape, what, paging)
    size = client.page_sizes.get(paging.largest, paging.largest)
    refused = False
    while True:
        try:
            found = list_of.read(size)
        except TooLong:
            smaller = _below(size, _AFTER_TIMEOUT)
            if smaller is None:
                pages = "it takes" if size is None else "even small pages take"
                raise UnreachableError(f"{what}: {pages} the service too long (408): try again later") from None
        except _SizeRefused as refusal:
            refused = True
            smaller = _below(size, _AFTER_REFUSAL)
            if smaller is None:
                raise refusal.error from None
        else:
            if refused and size is not None:
                client.page_sizes[paging.largest] = size
            return found
        size = smaller


def _below(size: int | None, steps: tuple[int, ...]) -> int | None:
    return next((step for step in steps if size is not None and step < size), None)


class _List(Generic[Item]):
    """One list, which is read at most twice at each page size."""

    def __init__(self, client: ServiceClient, path: str, shape: type[list[Item]], what: str, paging: Paging) -> None:
        self._client = client
        self._path = path
        self._shape = shape
        self._what = what
        self._paging = paging

    def read(self, size: int | None) -> tuple[list[Item], Listing]:
        """Return the list; raise TooLong, _SizeRefused, or AnswerError where it changes both times."""
        try:
            return self._once(size)
        except Torn:
            # somebody may have added or deleted an item in these seconds; the second time is unlikely to be chance
            pass
        try:
            return self._once(size)
        except Torn as torn:
            raise AnswerError(f"{self._what}: {torn}, also when it was read again: run again later") from None

    def _once(self, size: int | None) -> tuple[list[Item], Listing]:
        pages = Pages(self._shape, self._what)
        first = self._address({} if size is None else {"per_page": size})
        response = self._first(first)
        page = pages.decoded(response)
        pages.add(response, page)
        asked = {first}
        while following := pages.next_address(response, page):
            address = self._same_host(response, following)
            if address in asked:
                raise Torn(f"{len(pages.items)} items arrived, and the pages lead in a circle")
            asked.add(address)
            response = self._client.get(address, self._what)
            page = pages.decoded(response)
            pages.add(response, page)
        pages.check_count()
        granted = pages.granted or size or DEFAULT_PAGE
        requests = pages.count
        if pages.total is None and not response.links and pages.count == 1:
            requests += self._read_on(pages, page, size)
        if pages.total is not None:
            requests = max(-(-pages.total // granted), 1)
        if pages.count > 1 and self._paging.checked:
            requests += 1
            self._check(pages, first)
        return pages.items, Listing(len(pages.items), requests)

    def _first(self, address: str) -> httpx.Response:
        try:
            return self._client.get(address, self._what)
        except RequestRefusedError as error:
            if error.status in _REFUSES_SIZE and self._paging.largest is not None:
                raise _SizeRefused(error) from None
            raise

    def _read_on(self, pages: Pages[Item], page: list[Item], size: int | None) -> int:
        """Ask for the page behind a full one, where neither ``Total`` nor ``Link`` says whether there is any.

        Return the number of requests that took. A list without pages refuses the number, or answers the same again.
        """
        full = {DEFAULT_PAGE, size, pages.granted}
        requests = 0
        while len(page) in full:
            numbered: dict[str, int] = {"page": pages.count + 1}
            if size is not None:
                numbered["per_page"] = size
            requests += 1
            try:
                response = self._client.get(self._address(numbered), self._what)
            except RequestRefusedError as error:
                if error.status not in _REFUSES_PAGE:
                    raise
                break
            before, page = page, pages.decoded(response)
            if not page or page == before or (pages.ids and pages.ids.issuperset(ids_of(page))):
                break
            if pages.count >= MOST_PAGES:
                raise AnswerError(f"{self._what}: more than {MOST_PAGES:,} pages, the service names no end")
            pages.add(response, page)
        return requests

    def _check(self, pages: Pages[Item], first: str) -> None:
        """Look at a list of several pages once more; raise Torn where an item slipped to a page read before.

        ``Total`` cannot tell: one item deleted and one added leave it as it was.
        """
        if self._paging.ids is not None:
            try:
                answer = self._client.get(self._address_of(self._paging.ids), self._what)
            except (RequestRefusedError, TooLong):
                pass
            else:
                if pages.check_ids(answer):
                    return
        pages.check_first(self._client.get(first, self._what))

    def _address(self, numbers: dict[str, int]) -> str:
        return self._address_of(urlencode(numbers))

    def _address_of(self, query: str) -> str:
        if not query:
            return self._path
        return f"{self._path}{'&' if '?' in self._path else '?'}{query}"

    def _same_host(self, response: httpx.Response, address: str) -> str:
        """Return the path and query of a next page; a page elsewhere would carry the token there."""
        here = httpx.URL(self._client.service.api_url)
        try:
            there = here.join(address)
        except httpx.InvalidURL:
            raise AnswerError(f"{self._what}: the next page has an address that cannot be read") from None
        if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
            host = hide_in(response, there.host)
            raise AnswerError(f"{self._what}: the next page is said to be at another host, {host}; not followed")
        return there.raw_path.decode("ascii")
