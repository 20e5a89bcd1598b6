"""The distribution has a name of its own, and each place that installs it uses that name."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.pipelines import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "procore-reconciler"
# a name with extras behind it, such as procore-reconciler[forge]; lists of code have quotes, blanks or variables there
WITH_EXTRAS = re.compile(r"([\w-]*reconciler)\[(\{extra\}|[a-z]+(?:,[a-z]+)*)\]")
READ = {".py", ".toml", ".md", ".yml", ".yaml"}
FOLDERS = ("reconciler", "docs", "examples", "benchmarks", ".github", ".ci")


def project() -> dict[str, Any]:
    """Return what the metadata declares."""
    declared: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return declared


def texts() -> Iterator[tuple[Path, str]]:
    """Yield the files that may name the distribution, but for the tests."""
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    for path in (*ROOT.glob("*"), *inside):
        if path.is_file() and (path.suffix in READ or path.parent.name == ".ci"):
            yield path, path.read_text(encoding="utf-8")


def test_the_name_and_the_command() -> None:
    """The distribution has another name than the command, which is the package's."""
    assert canonicalize_name(project()["name"]) == NAME
    assert list(project()["scripts"].items()) == [("reconciler", "reconciler.__main__:main")]


def test_extras_that_bring_others() -> None:
    """They name this distribution, and extras that it has; another name would bring another project's code."""
    extras = project()["optional-dependencies"]
    own = [one for lines in extras.values() for one in map(Requirement, lines) if "reconciler" in one.name]
    assert [one.name for one in own] == [NAME, NAME]
    assert {extra for one in own for extra in one.extras} <= set(extras)


def test_each_mention_with_extras() -> None:
    """Messages and pages ask for extras of this distribution that exist."""
    found = {(name, extras) for _, text in texts() for name, extras in WITH_EXTRAS.findall(text)}
    assert {name for name, _ in found} == {NAME}
    named = {extra for _, extras in found for extra in extras.split(",")} - {"{extra}"}
    assert {"forge", "sandbox"} <= named <= set(project()["optional-dependencies"])


def test_nothing_asks_a_package_index_for_it() -> None:
    """No line installs the tool by name: no index has it, and one may hold another project of that name."""
    asking = re.compile(r"\b(?:pip|pipx|uv tool|uvx?)\b[^\n#]* install [^\n#]*(?<![./\w-])(?:procore-)?reconciler\b")
    assert [path.name for path, text in texts() if asking.search(text)] == []
    assert asking.search("python -m pip install -q procore-reconciler")
    assert not asking.search("pip install './reconciler'")
