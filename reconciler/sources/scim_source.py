"""Reads people from a SCIM server, page by page; it asks for mapped attributes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from reconciler.errors import UnreachableError
from reconciler.model.scim_paths import asked_names, parse_path
from reconciler.sources.record_reader import RecordReader
from reconciler.sources.scim_texts import text_at
from reconciler.sources.table_rows import Row

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.model.readings import Reading
    from reconciler.model.sources import ScimSource

    Get = Callable[[str], dict[str, Any] | None]

__all__ = ["read_scim_source", "still_in_scim"]

PAGE_SIZE = 500
MOST_PEOPLE = 1_000_000


class _TornError(Exception):
    """The list is not of one moment; the text says how that shows."""


def read_scim_source(source: ScimSource, wanted: Iterable[str], get: Get, now: datetime.datetime) -> Reading:
    """Return everybody whom a server lists; ``get`` returns the JSON at a path, null where there is none.

    A list that changed while it was read is read again, once. Raises UnreachableError where it changed again or is not
    a list, and DocumentsError with every entry that cannot be used.
    """
    reader = RecordReader(source, wanted, now.date(), noun="entry")
    paths = [parse_path(one) for one in reader.needed]
    asked = ",".join(asked_names(paths))
    pages = _Pages(source.name, get, asked)
    try:
        resources = pages.read()
    except _TornError:
        try:
            resources = pages.read()
        except _TornError as error:
            raise UnreachableError(
                f"the source {source.name} changed while it was read, twice: {error}; run it again later"
            ) from None
    rows = (
        Row(number, tuple(text_at(path, resource) for path in paths)) for number, resource in enumerate(resources, 1)
    )
    return reader.reading(rows, digest=now.date().isoformat(), as_of=now.date())


def still_in_scim(source: ScimSource, ids: Iterable[str], get: Get) -> Iterator[str]:
    """Yield the ids of people whom the server has, asked one by one."""
    column = source.columns["id"]
    for one in ids:
        if column.name == "id":
            there = get(f"/Users/{quote(one, safe='')}?attributes=id") is not None
        else:
            forms = dict.fromkeys((one, one.lstrip("0") or "0") if column.width is not None else (one,))
            there = any(_lists_any(get, f'{column.name} eq "{_quoted(form)}"') for form in forms)
        if there:
            yield one


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _lists_any(get: Get, condition: str) -> bool:
    page = get(f"/Users?{urlencode({'filter': condition, 'attributes': 'id', 'count': 1, 'startIndex': 1})}")
    return page is not None and bool(_total(page))


def _total(page: dict[str, Any]) -> int | None:
    total = page.get("totalResults")
    return total if isinstance(total, int) and not isinstance(total, bool) and 0 <= total <= MOST_PEOPLE else None


class _Pages:
    """The pages of the list of users, by index or, where the server says so, by cursor (RFC 9865)."""

    def __init__(self, source: str, get: Get, asked: str) -> None:
        self._source = source
        self._get = get
        self._asked = asked
        paging = (get("/ServiceProviderConfig") or {}).get("pagination")
        self._by_cursor = isinstance(paging, dict) and paging.get("cursor") is True and paging.get("index") is not True

    def read(self) -> list[dict[str, Any]]:
        """Return every resource. Raises _TornError where the pages do not fit each other."""
        found: dict[str, dict[str, Any]] = {}
        total: int | None = None
        place: dict[str, object] | None = {"cursor": ""} if self._by_cursor else {"startIndex": 1}
        while place is not None:
            page = self._page(place)
            said = self._total(page, total)
            total = total if said is None else said
            before = len(found)
            self._keep(page, found)
            place = self._following(page, len(found), total)
            if place is not None and len(found) == before:
                raise _TornError(f"{before:,} people arrived, and {total} were announced")
        if total is not None and len(found) != total:
            raise _TornError(f"{len(found):,} people arrived, and {total:,} were announced")
        return list(found.values())

    def _total(self, page: dict[str, Any], before: int | None) -> int | None:
        said = _total(page)
        if said is None and not self._by_cursor:
            raise self._no_list()
        if before is not None and said is not None and said != before:
            raise _TornError(f"{before:,} people at first, and {said:,} later")
        return said

    def _keep(self, page: dict[str, Any], found: dict[str, dict[str, Any]]) -> None:
        for one in self._resources(page):
            id_ = one.get("id")
            if not isinstance(id_, str) or not id_:
                raise self._no_list()
            if id_ in found:
                raise _TornError("somebody arrived twice")
            found[id_] = one
        if len(found) > MOST_PEOPLE:
            raise UnreachableError(f"the source {self._source} lists more than {MOST_PEOPLE:,} people")

    def _following(self, page: dict[str, Any], number: int, total: int | None) -> dict[str, object] | None:
        if self._by_cursor:
            cursor = page.get("nextCursor")
            return {"cursor": cursor} if isinstance(cursor, str) and cursor else None
        return {"startIndex": number + 1} if total is not None and number < total else None

    def _page(self, place: dict[str, object]) -> dict[str, Any]:
        page = self._get(f"/Users?{urlencode({**place, 'count': PAGE_SIZE, 'attributes': self._asked})}")
        if page is None:
            raise UnreachableError(
                f"the source {self._source} has no list of users: check 'url:', which ends before /Users"
            )
        return page

    def _resources(self, page: dict[str, Any]) -> list[dict[str, Any]]:
        resources = page.get("Resources", [])
        if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
            raise self._no_list()
        return resources

    def _no_list(self) -> UnreachableError:
        return UnreachableError(f"the source {self._source} answers no list of SCIM 2.0: check 'url:'")
