"""The page for contributors: its commands work, or are lines of CI; the forms of the forge ask what is needed."""

from __future__ import annotations

import ast
import functools
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.pipelines import ROOT, load

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
LINTERS = {"ruff", "mypy", "lint-imports"}


def commands() -> list[str]:
    """Return the commands of the page, without the words behind them."""
    lines = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).splitlines()
    return [part.strip() for line in lines for part in re.sub(r"\s+#.*", "", line).split("&&")]


@functools.cache
def options_of_pytest() -> set[str]:
    """Return the options that pytest takes here, with those of its plugins."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(re.findall(r"(?<![\w-])--?\w[\w-]*", done.stdout))


def defined(path: str) -> set[str]:
    """Return the functions that a file of tests defines."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def check_pytest(words: list[str]) -> None:
    """Check that the files, tests, words and options of a line exist."""
    values = {"-n": r"\d", "-k": r"\w+", "-m": "slow", "--dist": "worksteal"}
    paths: list[str] = []
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            assert word in options_of_pytest(), word
            value = words.pop(0) if word in values else ""
            assert re.fullmatch(values.get(word, ""), value), f"{word} {value}"
            if word == "-k":
                assert any(value in name for path in paths for name in defined(path)), value
            continue
        path, _, name = word.partition("::")
        assert (ROOT / path).exists(), path
        assert not name or name in defined(path), word
        paths.append(path)


def check_python(words: list[str]) -> None:
    """Check that a module can be run, or that the line makes an environment."""
    assert words[0] == "-m"
    assert words[1] == "venv" or find_spec(words[1]) is not None, words


def check_pip(words: list[str]) -> None:
    """Check that the extras of an installation exist."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    found = re.fullmatch(r"\.\[([a-z,]+)\]", words[-1])
    assert found
    assert set(found[1].split(",")) <= set(declared)


def check_script(words: list[str]) -> None:
    """Check that a script of .ci can be run, and knows the part that is named."""
    path = ROOT / words[0]
    assert os.access(path, os.X_OK), path
    assert len(words) == 1 or f"\n{words[1]}) " in path.read_text(encoding="utf-8"), words


def check_linter(words: list[str]) -> None:
    """Check that CI runs it; there, the formatter only looks."""
    line = " ".join(words).replace("ruff format", "ruff format --check")
    assert re.search(rf"^\s*\S+/bin/{re.escape(line)}$", CI, re.MULTILINE), line


def check(line: str) -> None:
    """Check one command; one of a kind that nobody thought of is an error."""
    words = shlex.split(line)
    program = Path(words[0]).name
    checks: dict[str, Callable[[list[str]], None]] = {"pytest": check_pytest, "pip": check_pip}
    if program in checks:
        checks[program](words[1:])
    elif program in {"python", "python3"}:
        check_python(words[1:])
    elif program in LINTERS:
        check_linter(words)
    elif words[0].startswith(".ci/"):
        check_script(words)
    else:
        assert words == [".", ".venv/bin/activate"], line


def fault(line: str) -> str | None:
    """Return what is wrong with a line, null where all of it exists."""
    try:
        check(line)
    except (AssertionError, ModuleNotFoundError) as error:
        return str(error) or line
    return None


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_page(line: str) -> None:
    """It names files, tests, options, extras and modules that exist, or is a line of CI."""
    assert fault(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "pytest tests/unit/nowhere.py",
        "pytest tests/contract/test_contributing.py::test_nothing",
        "pytest tests/contract/test_contributing.py -k nothing_of_the_kind",
        "pytest --no-such-option",
        "pytest -m quick",
        "python -m benchmarks.nowhere",
        "pip install '.[nothing]'",
        "ruff check nowhere",
        ".ci/nowhere",
        ".ci/release publish dist",
        "make test",
    ],
)
def test_a_command_that_does_not_exist(line: str) -> None:
    """The check above finds it."""
    assert fault(line) is not None


def test_modules_that_the_prose_names() -> None:
    """Each ``python -m`` outside of the blocks can be run too."""
    named = re.findall(r"`python -m ([\w.]+)`", PAGE)
    assert named
    assert [name for name in named if find_spec(name) is None] == []


def test_the_house_is_drawn() -> None:
    """A table of figures for each checkout that is named; the page's limits hold."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.house", ".", "."],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    rows = dict(re.findall(r"^\| ([^|]+) \|[^|]+\| ([^|]+) \|$", done.stdout, re.MULTILINE))
    assert (rows["files of more than 300 lines"], rows["basenames in more than one room"]) == ("0", "0")
    assert int(rows["imports inside functions"]) > 0


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form(path: Path) -> None:
    """Each question has an id and a label; the first that must be answered is among them."""
    form: dict[str, Any] = load(path)
    asked = [one for one in form["body"] if one["type"] != "markdown"]
    assert len({one["id"] for one in asked}) == len(asked)
    assert all(one["attributes"]["label"] for one in asked)
    assert any(one.get("validations", {}).get("required") for one in asked)


def test_the_forms_are_the_only_way() -> None:
    """Both forms are there, and an issue without one cannot be opened; the form for bugs names the private way."""
    assert [path.stem for path in FORMS] == ["bug", "idea"]
    assert load(FORMS[0].with_name("config.yml")) == {"blank_issues_enabled": False}
    assert "Report a vulnerability" in load(FORMS[0])["body"][0]["attributes"]["value"]
    assert "*Report a vulnerability*" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_security_promises_name_a_test() -> None:
    """Each row has a file and a test, which the test of all pages looks for; no address is invented."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .+ \| (.+) \|$", text.partition("| promise | test |")[2], re.MULTILINE)
    assert len(rows) >= 15
    assert [one for one in rows if not re.fullmatch(r"`tests/[\w/]+\.py`, `test_\w+`", one)] == []
    assert "@" not in text
    assert "://" not in text
