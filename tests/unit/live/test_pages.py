"""Lists as services page them, well and badly: sizes, counts, ends, and lists that change while they are read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from reconciler.errors import AnswerError, RequestRefusedError, UnreachableError
from reconciler.live import pages
from reconciler.live import whole_list as listing
from reconciler.live.client import ServiceClient
from reconciler.live.pages import PEOPLE, PROJECTS, UNPAGED, USERS, WORKFLOWS, read_pages
from reconciler.model.service import Credentials, Secret, Service
from tests.support.wire import answer, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.live.pages import Paging

PATH = "/rest/v2.0/things"


class Thing(msgspec.Struct):
    """An item with an id."""

    id: str | int


class Nameless(msgspec.Struct):
    """An item without one, as tools are."""

    type: str


class Shelf:
    """A paged list; ``before`` runs ahead of the answer of that number (from 1), and may change it."""

    def __init__(self, count: int, most: int = 2000) -> None:
        self.ids = list(range(1, count + 1))
        self.most = most
        self.before: dict[int, Callable[[], object]] = {}
        self.refuses: Callable[[dict[str, str]], int | None] = lambda _query: None
        self.tells_total: Callable[[int], bool] = lambda _page: True
        self.follows = True
        self.knows_ids = True
        self.address = ""
        self.answers = 0

    def __call__(self, asked: str) -> bytes:
        """Answer a request."""
        self.answers += 1
        self.before.get(self.answers, bool)()
        target = asked.partition(" ")[2]
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        refused = self.refuses(query)
        if refused is not None:
            return answer('{"error": "not like this"}', refused)
        if query.get("view") == "ids" and self.knows_ids:
            return answer(json.dumps(self.ids), Total=str(len(self.ids)))
        size = min(int(query.get("per_page", "10")), self.most)
        page = int(query.get("page", "1"))
        shown = self.ids[(page - 1) * size : page * size]
        headers = {"Per_Page": str(size)}
        if self.tells_total(page):
            headers["Total"] = str(len(self.ids))
        if self.follows and page * size < len(self.ids):
            headers["Link"] = f'<{PATH}?per_page={size}&page={page + 1}>; rel="next"'
        return answer(json.dumps([{"id": one} for one in shown]), **headers)

    def slips(self) -> None:
        """Delete the first item and add one at the end: as many as before."""
        self.ids.append(max(self.ids) + 1)
        del self.ids[0]


@pytest.fixture
def ask() -> Iterator[Callable[..., Any]]:
    """Yield a function that reads a list from a script."""
    with_all = []

    def read(script: Any, paging: Paging = WORKFLOWS, shape: Any = list[Thing]) -> Any:
        serve = serving(script)
        wire = serve.__enter__()
        with_all.append(serve)
        service = Service(company_id="1", api_url=wire.address, auth_url=wire.address)
        client = ServiceClient(service, Credentials(access_token=Secret("hunter2token")), sleep=lambda _seconds: None)
        with client:
            try:
                items, told = read_pages(client, PATH, shape, "the list", paging)
            except Exception as error:
                error.add_note(json.dumps(wire.targets))
                raise
        return items, told, wire.targets

    yield read
    for serve in with_all:
        serve.__exit__(None, None, None)


def sizes(targets: list[str]) -> list[str]:
    """Return the queries that were asked."""
    return [urlsplit(one).query for one in targets]


@pytest.mark.parametrize(
    ("paging", "count", "queries"),
    [
        (WORKFLOWS, 100, ["per_page=100"]),
        (WORKFLOWS, 0, ["per_page=100"]),
        (PEOPLE, 101, ["per_page=100", "per_page=100&page=2"]),
        (WORKFLOWS, 101, ["per_page=100", "per_page=100&page=2", "per_page=100"]),
        (PROJECTS, 300, ["per_page=300"]),
        (PROJECTS, 301, ["per_page=300", "per_page=300&page=2", "view=ids&per_page=200000"]),
        (USERS, 2000, ["per_page=2000"]),
        (UNPAGED, 9, [""]),
    ],
)
def test_pages_within_the_limit_of_each_list(ask: Any, paging: Paging, count: int, queries: list[str]) -> None:
    """As few requests as the limits allow, one more for a list of several pages, and as many are called needed."""
    items, told, targets = ask(Shelf(count), paging)
    assert len(items) == count
    assert sizes(targets) == queries
    assert told == listing.Listing(count, len(queries))


def test_a_service_that_caps_pages_is_followed(ask: Any) -> None:
    """A smaller page than asked for is no fault; what is needed counts at the size granted."""
    items, told, targets = ask(Shelf(25, most=10))
    assert (len(items), told.requests, len(targets)) == (25, 4, 4)


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(("paging", "granted"), [(WORKFLOWS, 10), (PROJECTS, 100), (USERS, 10)])
def test_a_refused_size_falls_back(ask: Any, status: int, paging: Paging, granted: int) -> None:
    """To 100, then to 10."""
    shelf = Shelf(5)
    shelf.refuses = lambda query: status if int(query["per_page"]) > granted else None
    items, _, targets = ask(shelf, paging)
    assert len(items) == 5
    steps = [size for size in (paging.largest, 100, 10) if size and granted <= size]
    assert sizes(targets) == [f"per_page={size}" for size in dict.fromkeys(steps)]


def test_a_size_that_was_refused_once_is_not_asked_for_again() -> None:
    """Each list of a run would pay for it."""
    shelf = Shelf(5)
    shelf.refuses = lambda query: 400 if int(query["per_page"]) > 10 else None
    with serving(shelf) as wire:
        service = Service(company_id="1", api_url=wire.address, auth_url=wire.address)
        with ServiceClient(service, Credentials(access_token=Secret("hunter2token"))) as client:
            for _ in range(3):
                read_pages(client, PATH, list[Thing], "the list", WORKFLOWS)
    assert sizes(wire.targets) == ["per_page=100", "per_page=10", "per_page=10", "per_page=10"]


def test_what_is_refused_at_each_size_is_refused(ask: Any) -> None:
    """With the service's own words; other statuses, and a list without sizes, at once."""
    shelf = Shelf(5)
    for status, paging, queries in (
        (400, PROJECTS, ["per_page=300", "per_page=100", "per_page=10"]),
        (403, PROJECTS, ["per_page=300"]),
        (404, PROJECTS, ["per_page=300"]),
        (400, UNPAGED, [""]),
    ):
        shelf.refuses = lambda _query, status=status: status  # type: ignore[misc]
        with pytest.raises(RequestRefusedError, match=f"the list: refused with {status}: not like this") as raised:
            ask(shelf, paging)
        assert sizes(json.loads(raised.value.__notes__[0])) == queries


def test_a_refusal_of_a_later_page_is_not_about_the_size(ask: Any) -> None:
    """The first page was granted at that size."""
    shelf = Shelf(150)
    shelf.refuses = lambda query: 422 if "page" in query else None
    with pytest.raises(RequestRefusedError) as raised:
        ask(shelf)
    assert sizes(json.loads(raised.value.__notes__[0])) == ["per_page=100", "per_page=100&page=2"]


def test_a_408_asks_for_smaller_pages_down_to_ten(ask: Any) -> None:
    """Also on a later page; then it is given up, and a list without sizes at once."""
    shelf = Shelf(30)
    shelf.refuses = lambda query: 408 if int(query.get("per_page", "0")) > 10 else None
    items, _, targets = ask(shelf, USERS)
    assert len(items) == 30
    assert sizes(targets)[:5] == [f"per_page={size}" for size in (2000, 100, 50, 25, 10)]
    shelf = Shelf(150)
    shelf.refuses = lambda query: 408 if "page" in query else None
    with pytest.raises(UnreachableError, match="even small pages") as raised:
        ask(shelf)
    asked = [f"per_page={size}" for size in (100, 50, 25, 10)]
    assert [one for one in sizes(json.loads(raised.value.__notes__[0])) if "&page" not in one] == asked
    shelf.refuses = lambda _query: 408
    with pytest.raises(UnreachableError, match="the list: it takes the service too long") as raised:
        ask(shelf, UNPAGED)
    assert len(json.loads(raised.value.__notes__[0])) == 1


def test_a_list_that_shrinks_is_read_again_once(ask: Any) -> None:
    """A project deleted from page 1 makes another drop out of page 2: the second reading has all."""
    shelf = Shelf(150)
    shelf.before[2] = lambda: shelf.ids.pop(0)
    items, _, targets = ask(shelf)
    assert [one.id for one in items] == list(range(2, 151))
    assert len(targets) == 2 + 3


def test_a_list_that_shrinks_twice_is_an_error(ask: Any) -> None:
    """Half a list is no basis."""
    shelf = Shelf(150)
    shelf.before[2] = shelf.before[4] = lambda: shelf.ids.pop(0)
    with pytest.raises(AnswerError) as raised:
        ask(shelf)
    assert raised.value.message == (
        "the list: 'Total' was 149 on one page and 148 on another, also when it was read again: run again later"
    )
    assert len(json.loads(raised.value.__notes__[0])) == 4


def test_a_list_that_grows_is_read_again_once(ask: Any) -> None:
    """An item put in front makes another arrive twice."""
    shelf = Shelf(150)
    shelf.before[2] = lambda: shelf.ids.insert(0, 999)
    items, _, _ = ask(shelf)
    assert [one.id for one in items] == [999, *range(1, 151)]


@pytest.mark.parametrize(("paging", "count"), [(WORKFLOWS, 150), (PROJECTS, 450), (USERS, 2500)])
def test_one_gone_and_one_added_is_noticed(ask: Any, paging: Paging, count: int) -> None:
    """The count stays, and one item would be missing: it slipped to a page that was read before."""
    shelf = Shelf(count)
    shelf.before[2] = shelf.slips
    items, _, targets = ask(shelf, paging)
    assert [one.id for one in items] == list(range(2, count + 2))
    assert len(targets) == 3 + 3
    shelf = Shelf(count)
    shelf.before[2] = shelf.before[5] = shelf.slips
    with pytest.raises(AnswerError, match="moved to a page that was read before, also when it was read again"):
        ask(shelf, paging)


def test_all_ids_show_what_slipped_on_any_page(ask: Any) -> None:
    """Of projects, all ids come in one answer: also what slips between the second page and the third is seen."""
    shelf = Shelf(700)

    def slips_later() -> None:
        shelf.ids.append(701)
        shelf.ids.remove(400)

    shelf.before[3] = slips_later
    items, told, targets = ask(shelf, PROJECTS)
    assert sorted(one.id for one in items) == [one for one in range(1, 702) if one != 400]
    assert (told.requests, len(targets)) == (4, 8)


@pytest.mark.parametrize("way", ["other items", "refused", "too long", "fewer", "paged"])
def test_without_all_ids_the_first_page_is_looked_at(ask: Any, way: str) -> None:
    """A service that does not answer with all ids is asked for the first page once more."""
    shelf = Shelf(450)
    shelf.knows_ids = way != "other items"
    instead = {"fewer": "[1, 2]", "paged": "{}"}
    statuses = {"refused": 400, "too long": 408}
    shelf.refuses = lambda query: statuses.get(way) if "view" in query else None

    def script(asked: str) -> bytes:
        return answer(instead[way]) if way in instead and "view=ids" in asked else shelf(asked)

    items, _, targets = ask(script, PROJECTS)
    assert len(items) == 450
    assert sizes(targets)[2:] == ["view=ids&per_page=200000", "per_page=300"]


def test_a_last_look_that_tells_another_total(ask: Any) -> None:
    """Something was deleted after the last page: read again."""
    shelf = Shelf(150)
    shelf.before[3] = shelf.ids.pop
    items, _, targets = ask(shelf)
    assert (len(items), len(targets)) == (149, 6)


def test_a_total_on_some_pages_only(ask: Any) -> None:
    """A page without Total among pages with one is half a list."""
    for first in (True, False):
        shelf = Shelf(150)
        shelf.tells_total = lambda page, first=first: (page == 1) is first  # type: ignore[misc]
        with pytest.raises(AnswerError, match=r"'Total' was .*missing.* on"):
            ask(shelf)


@pytest.mark.parametrize(
    ("count", "told", "words"),
    [
        (1, 2, "1 items arrived where 2 were promised"),
        (0, 7, "0 items arrived where 7 were"),
        (3, 2, "3 items arrived"),
    ],
)
def test_another_number_than_promised(ask: Any, count: int, told: int, words: str) -> None:
    """Read again once, then an error: zero of many is no empty list."""
    body = json.dumps({"data": [{"id": str(number)} for number in range(count)]})
    turns = iter([answer(body, Total=str(told)), answer(body, Total=str(count))])
    items, _, targets = ask(lambda _asked: next(turns))
    assert (len(items), len(targets)) == (count, 2)
    with pytest.raises(AnswerError, match=words) as raised:
        ask(lambda _asked: answer(body, Total=str(told)))
    assert len(json.loads(raised.value.__notes__[0])) == 2


@pytest.mark.parametrize("length", [0, 1, 9, 11, 99])
def test_a_list_without_total_is_whole(ask: Any, length: int) -> None:
    """One request, where the length is no page size in use; an empty one counts as empty."""
    body = json.dumps([{"id": number} for number in range(length)])
    for paging in (UNPAGED, WORKFLOWS):
        items, told, targets = ask(lambda _asked: answer(body), paging)
        assert (len(items), told.requests, len(targets)) == (length, 1, 1)


@pytest.mark.parametrize(
    ("paging", "length", "query"),
    [
        (UNPAGED, 10, "page=2"),
        (WORKFLOWS, 10, "page=2&per_page=100"),
        (WORKFLOWS, 100, "page=2&per_page=100"),
        (PROJECTS, 300, "page=2&per_page=300"),
    ],
)
@pytest.mark.parametrize("second", ["the same", "in another order", "empty", 400, 404, 422])
def test_an_ambiguous_list_is_asked_for_its_second_page_once(
    ask: Any, paging: Paging, length: int, query: str, second: Any
) -> None:
    """Ten items without Total are no error: the second page says that they are all."""
    things = [{"id": number} for number in range(length)]
    seconds = {"the same": things, "in another order": things[::-1], "empty": []}

    def script(asked: str) -> bytes:
        if "page=2" not in asked.replace("per_page", ""):
            return answer(json.dumps(things))
        return answer("{}", second) if isinstance(second, int) else answer(json.dumps(seconds[second]))

    items, told, targets = ask(script, paging)
    assert (len(items), told.requests) == (length, 2)
    assert sizes(targets)[1:] == [query]


def test_ten_tools_are_ten_tools(ask: Any) -> None:
    """They have no ids: the same page again is known by its content."""
    body = json.dumps({"data": [{"type": str(number)} for number in range(10)]})
    items, _, targets = ask(lambda _asked: answer(body), UNPAGED, list[Nameless])
    assert (len(items), sizes(targets)) == (10, ["", "page=2"])


def test_a_second_page_that_cannot_be_read_is_an_error(ask: Any) -> None:
    """No access is no end."""
    shelf = Shelf(20)
    shelf.follows = False
    shelf.tells_total = lambda _page: False
    shelf.refuses = lambda query: 403 if "page" in query else None
    with pytest.raises(RequestRefusedError, match="refused with 403"):
        ask(shelf, UNPAGED)


def test_pages_by_number_alone_are_read_to_the_end(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the second page brings more, so may the third; the first is compared at last, and there is an end."""
    shelf = Shelf(30)
    shelf.follows = False
    shelf.tells_total = lambda _page: False
    items, told, targets = ask(shelf, UNPAGED)
    assert (len(items), told.requests) == (30, 5)
    assert sizes(targets) == ["", "page=2", "page=3", "page=4", ""]
    monkeypatch.setattr(pages, "MOST_PAGES", 2)
    with pytest.raises(AnswerError, match="more than 2 pages"):
        ask(shelf, UNPAGED)


def test_pages_by_link_without_total_are_read_to_the_end(ask: Any) -> None:
    """The last page names no next one."""
    shelf = Shelf(200)
    shelf.tells_total = lambda _page: False
    items, told, targets = ask(shelf)
    assert (len(items), told.requests) == (200, 3)
    assert sizes(targets) == ["per_page=100", "per_page=100&page=2", "per_page=100"]
    only = answer(json.dumps([{"id": number} for number in range(10)]), Link=f'<{PATH}?page=1>; rel="last"')
    assert len(ask(lambda _asked: only)[2]) == 1


def endless(asked: str, *, total: str | None = None, new: bool = True, empty: bool = False) -> bytes:
    """Answer a page that names a next one, whatever is asked."""
    number = int(dict(parse_qs(urlsplit(asked).query)).get("cursor", ["0"])[0])
    item = {"id": number if new else 1}
    headers = {"Link": f'<{PATH}?cursor={number + 1}>; rel="next"'}
    if total is not None:
        headers["Total"] = total
    return answer(json.dumps([] if empty else [item]), **headers)


def test_a_next_without_end_ends(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By Total; without one, after 10,000 pages, at a page that brings nothing, or at an item that came before."""
    assert listing.MOST_PAGES == 10_000
    items, _, _ = ask(lambda asked: endless(asked, total="7"), PEOPLE)
    assert len(items) == 7
    monkeypatch.setattr(listing, "MOST_PAGES", 40)
    with pytest.raises(AnswerError, match="the list: more than 40 pages, the service names no end") as raised:
        ask(endless)
    assert len(json.loads(raised.value.__notes__[0])) == 40
    with pytest.raises(AnswerError, match="an empty page names a next one, also when") as raised:
        ask(lambda asked: endless(asked, empty=True))
    assert len(json.loads(raised.value.__notes__[0])) == 2
    with pytest.raises(AnswerError, match="1 arrived twice, also when") as raised:
        ask(lambda asked: endless(asked, new=False))
    assert len(json.loads(raised.value.__notes__[0])) == 4


def test_pages_that_lead_in_a_circle(ask: Any) -> None:
    """Of items without ids, the address tells."""
    body = json.dumps([{"type": "a"}])
    link = f'<{PATH}?per_page=100>; rel="next"'
    with pytest.raises(AnswerError, match="the pages lead in a circle, also when"):
        ask(lambda _asked: answer(body, Link=link), WORKFLOWS, list[Nameless])


def test_a_list_of_too_many_bytes(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All its pages together are bounded as well."""
    monkeypatch.setattr(listing, "LIST_BYTES", 200)
    with pytest.raises(AnswerError, match="the list: larger than 200 bytes"):
        ask(endless)
