"""Collects the pages of one list and notices when it changed while it was read (docs/service.md section 4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec

from reconciler.errors import AnswerError
from reconciler.live.answers import decode_answer, decode_content, hide_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

__all__ = ["LIST_BYTES", "MOST_PAGES", "Listing", "Pages", "Torn", "ids_of"]

MOST_PAGES: Final = 10_000
LIST_BYTES: Final = 1024 * 1024 * 1024
_COUNT = re.compile(r"[0-9]{1,9}\Z")

Item = TypeVar("Item")


class Torn(Exception):  # noqa: N818 - not a failure yet
    """The list is not of one moment; the text says how that shows. Reading it again may give a whole list."""


class Listing(msgspec.Struct, frozen=True):
    """How long a list is, and the fewest requests that read it at the page size granted."""

    total: int
    requests: int


class _Wrapped(msgspec.Struct):
    data: msgspec.Raw


class Pages(Generic[Item]):
    """Items that arrived of a list so far; ``what`` names the list to people."""

    def __init__(self, shape: type[list[Item]], what: str) -> None:
        self.items: list[Item] = []
        self.ids: set[str] = set()
        self.count = 0
        self.total: int | None = None
        self.granted: int | None = None
        self._shape = shape
        self._what = what
        self._bytes = 0

    def decoded(self, response: httpx.Response) -> list[Item]:
        """Return the items of an answer; raise AnswerError where it holds no such list."""
        if response.content[:1] == b"[":
            return decode_answer(response, self._shape, self._what)
        wrapped = decode_answer(response, _Wrapped, self._what)
        return decode_content(response, wrapped.data, self._shape, self._what)

    def add(self, response: httpx.Response, page: list[Item]) -> None:
        """Add one page; raise Torn where it does not fit those before, AnswerError where the list does not end."""
        total = whole_number(response, "Total")
        if self.count and total != self.total:
            raise Torn(f"'Total' was {_shown(self.total)} on one page and {_shown(total)} on another")
        self.total = total
        self.granted = whole_number(response, "Per-Page") or self.granted
        for one in ids_of(page):
            if one in self.ids:
                raise Torn(f"{hide_in(response, one)} arrived twice")
            self.ids.add(one)
        self.items.extend(page)
        self.count += 1
        self._bytes += len(response.content)
        if total is not None and len(self.items) > total:
            self.check_count()
        if self._bytes > LIST_BYTES:
            raise AnswerError(f"{self._what}: larger than {LIST_BYTES:,} bytes")

    def is_complete(self) -> bool:
        """Return whether as many items arrived as ``Total`` promises; false if no total was given."""
        return len(self.items) == self.total

    def next_address(self, response: httpx.Response, page: list[Item]) -> str | None:
        """Return the address of the page behind this one, null for none; raise where pages would never end."""
        address = response.links.get("next", {}).get("url")
        if address is None or self.is_complete():
            return None
        if not page:
            raise Torn("an empty page names a next one")
        if self.count >= MOST_PAGES:
            raise AnswerError(f"{self._what}: more than {MOST_PAGES:,} pages, the service names no end")
        return address

    def check_count(self) -> None:
        """Raise Torn where another number of items arrived than ``Total`` promises."""
        if self.total is not None and not self.is_complete():
            raise Torn(f"{len(self.items)} items arrived where {self.total} were promised")

    def check_first(self, response: httpx.Response) -> None:
        """Compare the first page, read again after the last, with what arrived; raise Torn where the list moved on."""
        total = whole_number(response, "Total")
        if total != self.total:
            raise Torn(f"'Total' was {_shown(self.total)} at first and {_shown(total)} at last")
        missed = [one for one in ids_of(self.decoded(response)) if one not in self.ids]
        if missed:
            raise Torn(f"{hide_in(response, missed[0])} moved to a page that was read before")

    def check_ids(self, response: httpx.Response) -> bool:
        """Compare with the ids of the list, read in one answer after the last page; raise Torn where they differ.

        Return false for an answer that shows nothing: it lists anything else, or another number of items.
        """
        try:
            listed = decode_answer(response, list[int], self._what)
        except AnswerError:
            return False
        known = {str(one) for one in listed}
        if len(known) != len(self.ids):
            return False
        missed = sorted(known - self.ids)
        if missed:
            raise Torn(f"{missed[0]} moved to a page that was read before")
        return True


def ids_of(items: Iterable[Any]) -> list[str]:
    """Return the ids of items; those without one are left out."""
    found = (one.get("id") if isinstance(one, dict) else getattr(one, "id", None) for one in items)
    return [str(one) for one in found if one is not None]


def whole_number(response: httpx.Response, header: str) -> int | None:
    """Return the number in a header, null where there is none."""
    text = response.headers.get(header, "")
    return int(text) if _COUNT.match(text) else None


def _shown(total: int | None) -> str:
    return "missing" if total is None else str(total)
