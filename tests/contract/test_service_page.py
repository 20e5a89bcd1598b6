"""docs/service.md is the only place that code, tests and docs cite for facts of the service."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reconciler.settings.addresses import PUBLISHED_HOSTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
CITING = ("reconciler", "tests", "docs")
WITHOUT_OUTSIDE = (*CITING, "schemas", "benchmarks", "README.md", ".github")

# A citation may run over a line's end, also in a comment: "section" and its number follow after blanks or "#".
_CITATION = re.compile(
    r"\bservice\.md\b[^\w\s]{0,3}[\s#]+sections?[\s#]+(\d+(?:\.\d+)*(?:(?:,|[\s#]+and)[\s#]+\d+(?:\.\d+)*)*)"
)
# "[/]" keeps this file from finding itself.
_OUTSIDE = re.compile(r"(?<![\w-])(?:(?:api|design|safety|layout|language|models)\.md\b|shared[/])")


def texts(names: tuple[str, ...]) -> dict[str, str]:
    """Return the text of each file below the names, by its path in the repository; without images and caches."""
    found: dict[str, str] = {}
    for name in names:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if not path.is_file() or "__pycache__" in path.parts:
                continue
            content = path.read_bytes()
            if b"\0" not in content:
                found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8")
    return found


def cited_sections(text: str) -> list[str]:
    """Return the numbers of the sections that a text cites from the page, in order."""
    return [number for cited in _CITATION.findall(text) for number in re.findall(r"\d+(?:\.\d+)*", cited)]


def outside_citations(text: str) -> list[str]:
    """Return the citations in a text of pages that the repository does not have."""
    return _OUTSIDE.findall(text)


def test_cited_sections_exist() -> None:
    """Each section of the page that anything cites is there."""
    sections = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)*)\.? ", PAGE, re.MULTILINE))
    assert sections == {"1", "2", "3", "3.1", "4", "5", "6"}
    cited = {path: cited_sections(text) for path, text in texts(CITING).items() if "test_service_page" not in path}
    assert [(path, number) for path, numbers in cited.items() for number in numbers if number not in sections] == []
    assert any(path.startswith("reconciler/") for path, numbers in cited.items() if numbers)


def test_nothing_outside_the_repository_is_cited() -> None:
    """No file names a page that a reader of the repository cannot open."""
    found = {path: outside_citations(text) for path, text in texts(WITHOUT_OUTSIDE).items()}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("as docs/service.md section 5 allows", ["5"]),
        ("(service.md section 3.1).", ["3.1"]),
        ("read before (docs/service.md sections 1, 3.1 and 6).", ["1", "3.1", "6"]),
        ("# see docs/service.md\n    # section 7", ["7"]),
        ("see [the page](service.md), section 2", ["2"]),
        ("docs/service.md names 5 hosts", []),
        ("docs/microservice.md section 9", []),
    ],
)
def test_citations_are_found(text: str, sections: list[str]) -> None:
    """The check of sections sees short, plural, linked and broken citations."""
    assert cited_sections(text) == sections


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{0}.md section 3", 1),
        ("see ../{1}/{0}.md", 2),
        ("`{1}/x`", 1),
        ("{0}.mdx, open{0}.md, a-{0}.md, un{1}/x", 0),
        ("a {1} list", 0),
    ],
)
def test_outside_citations_are_found(text: str, count: int) -> None:
    """The check of outside pages compares whole names."""
    assert len(outside_citations(text.format("api", "shared"))) == count


def test_the_page_has_each_call_of_the_sandbox() -> None:
    """A call that the sandbox serves is on the page, with its method; names of path parameters may differ."""
    document = json.loads((ROOT / "schemas" / "sandbox.openapi.json").read_text(encoding="utf-8"))
    served = {
        (method.upper(), _nameless(path)) for path, operations in document["paths"].items() for method in operations
    }
    assert served - _calls_of_the_page() == set()


def test_the_page_has_each_published_host() -> None:
    """A host that may get credentials without being named in the environment is on the page as Procore's."""
    hosts = re.findall(r"`https://([\w.-]+)`", PAGE)
    assert sorted(hosts) == sorted(PUBLISHED_HOSTS)


def _calls_of_the_page() -> set[tuple[str, str]]:
    company = "/rest/v2.0/companies/{}"
    calls: set[tuple[str, str]] = set()
    for method, path in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) ([^\s`]+)`", PAGE):
        for scope in (company, company + "/projects/{}"):
            whole = path.replace("{auth}", "").replace("{company}", company).replace("{scope}", scope)
            calls.add((method, _nameless(whole)))
    return calls


def _nameless(path: str) -> str:
    return re.sub(r"\{\w*\}", "{}", path)
