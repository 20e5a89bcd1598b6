"""How lists are paged (section 4), held against the sandbox in the same process and over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.account import company_seed
from tests.support.caller import COMPANY, PROJECT

if TYPE_CHECKING:
    from tests.support.caller import Caller, Starter

ASSIGNABLE = f"{PROJECT}/workflows/possible_assignees?tool_type=invoice"
PROJECTS = "/rest/v1.1/projects?company_id=4211"
USERS = "/rest/v1.3/companies/4211/users?x=y"
PRESETS = f"{PROJECT}/workflows/presets?filters[tool_type]=invoice"


def large(people: int = 0, projects: int = 0) -> dict[str, Any]:
    """Return the small company with more people and projects."""
    seed = company_seed()
    seed["people"] += [{"id": str(100 + one), "login": f"p{one}@acme.test", "name": "P"} for one in range(people)]
    seed["projects"] += [{"id": 5000 + one, "name": f"Project {one}"} for one in range(projects)]
    return seed


def sizes(call: Caller, path: str) -> tuple[int, str]:
    """Return how many items a page has, and what ``Per-Page`` says."""
    answer = call("GET", path)
    return len(answer.json() if "/v1." in path else answer.json()["data"]), answer.headers["Per-Page"]


def test_pages(make: Starter) -> None:
    """10 by default; Link with next and last, first and prev; absent where one page holds all; Total and Per-Page."""
    call = make(large(people=15))
    first = call("GET", ASSIGNABLE)
    assert (len(first.json()["data"]), first.headers["Total"], first.headers["Per-Page"]) == (10, "23", "10")
    assert sorted(map(str, first.links)) == ["last", "next"]
    second = call("GET", first.links["next"]["url"])
    assert sorted(map(str, second.links)) == ["first", "last", "next", "prev"]
    third = call("GET", second.links["next"]["url"])
    assert (len(third.json()["data"]), sorted(map(str, third.links))) == (3, ["first", "prev"])
    assert call("GET", third.links["prev"]["url"]).json() == second.json()
    assert call("GET", first.links["last"]["url"]).json() == third.json()
    whole = call("GET", f"{ASSIGNABLE}&per_page=50")
    assert (len(whole.json()["data"]), whole.headers["Total"], whole.links) == (23, "23", {})
    beyond = call("GET", f"{ASSIGNABLE}&page={10**30}")
    assert (beyond.json()["data"], beyond.headers["Total"]) == ([], "23")
    assert call("GET", beyond.links["prev"]["url"]).json() == third.json()
    for wrong in ("page=0", "page=x", "per_page=-1", "per_page=", "page=²", f"page={'9' * 5000}"):
        assert call("GET", f"{ASSIGNABLE}&{wrong}").status_code == 400, wrong


def test_each_list_has_its_limit(make: Starter) -> None:
    """v2.0 at most 100, projects 100 by default and at most 300, ids of them 200,000, other lists of v1.x 2,000."""
    call = make(large(people=300, projects=400))
    assert sizes(call, f"{ASSIGNABLE}&per_page=2000") == (100, "100")
    assert sizes(call, PROJECTS) == (100, "100")
    assert sizes(call, f"{PROJECTS}&per_page=2000") == (300, "300")
    assert sizes(call, f"{PROJECTS}&per_page=2000&view=ids") == (402, "2000")
    assert sizes(call, f"{USERS}&per_page=9999") == (308, "2000")
    assert sizes(call, f"{COMPANY}/workflows/templates?per_page=101") == (2, "100")
    assert sizes(call, f"{PRESETS}&per_page=101") == (1, "100")


def test_larger_pages_can_be_refused(make: Starter) -> None:
    """With the switch a size above the limit is a 400; the limit itself is not, and a cap of the seed never refuses."""
    seed = large(people=15)
    seed["company"]["page_caps"] = {"projects": 1, "possible_assignees": 4, "tools": 1}
    call = make(seed, refuse_large_pages=True)
    for path, limit in ((ASSIGNABLE, 100), (PROJECTS, 300), (f"{PROJECTS}&view=ids", 200_000), (USERS, 2000)):
        assert call("GET", f"{path}&per_page={limit}").status_code == 200
        refused = call("GET", f"{path}&per_page={limit + 1}")
        assert (refused.status_code, refused.json()["error"]["message"]) == (400, f"per_page is at most {limit}")
    assert sizes(call, f"{PROJECTS}&per_page=300") == (1, "1")
    assert sizes(call, ASSIGNABLE) == (4, "4")


def test_presets_have_no_page_but_a_link(make: Starter) -> None:
    """``page`` means nothing to them; the address of the next page is the Link's, with an opaque token."""
    seed = company_seed()
    seed["presets"] += [{**seed["presets"][1], "id": str(400 + one), "default": False} for one in range(22)]
    call = make(seed)
    first = call("GET", PRESETS)
    assert (len(first.json()["data"]), first.headers["Total"], sorted(map(str, first.links))) == (10, "23", ["next"])
    assert call("GET", f"{PRESETS}&page=2").json() == first.json()
    found, page = list(first.json()["data"]), first
    while "next" in page.links:
        page = call("GET", page.links["next"]["url"])
        assert (page.headers["Total"], page.headers["Per-Page"]) == ("23", "10")
        found += page.json()["data"]
    assert [one["id"] for one in found] == ["32", *(str(400 + one) for one in range(22))]
    filtered = call("GET", f"{PRESETS}&filters[is_default]=false&per_page=20")
    assert len(call("GET", filtered.links["next"]["url"]).json()["data"]) == 2
    for token in ("x", "é", "ZnJvbTp4", "ZnJvbTo5" * 30, "eDox"):
        assert call("GET", f"{PRESETS}&page_token={token}").status_code == 400, token


def test_tools_are_not_paged(make: Starter) -> None:
    """Whole in one answer, without Total, Link and Per-Page, whatever is asked for."""
    seed = company_seed()
    seed["tools"] += [{"name": f"Tool {one}", "type": f"tool{one}", "provider": "Project"} for one in range(20)]
    call = make(seed)
    for query in ("", "?page=2&per_page=5", "?page=x"):
        answer = call("GET", f"{COMPANY}/workflows/tools{query}")
        assert (answer.status_code, len(answer.json()["data"])) == (200, 22)
        assert {"Total", "Link", "Per-Page"}.isdisjoint(answer.headers)
