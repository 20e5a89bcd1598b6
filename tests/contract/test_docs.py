"""What the documentation cites exists, and its examples are true."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler import errors
from reconciler.cli import COMMANDS
from reconciler.desired.repository import read_settings_document
from reconciler.model.diagnostics import has_errors
from reconciler.operations.dated_documents import read_repository
from reconciler.render.text.meanings import MEANINGS
from tests.support.command_line import clean_environment
from tests.support.sandbox import running_sandbox
from tests.support.values import TODAY

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md")), ROOT / "benchmarks" / "README.md"]
# pages that name functions and classes beside the file that has them
WALKS = [ROOT / "docs" / "architecture.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_cited_paths_exist(page: Path) -> None:
    """Links, and paths in code style."""
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    paths = re.findall(r"`((?:reconciler|tests|schemas|examples|docs|benchmarks|\.ci|\.github)/[\w./-]+)`", text)
    formats = re.compile(r"reconciler/[\w-]+/\d")
    assert [path for path in paths if not formats.fullmatch(path) and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", WALKS, ids=lambda page: page.name)
def test_the_walk_names_what_is_there(page: Path) -> None:
    """Each function, class, table or test beside a path stands in that file."""
    text = " ".join(page.read_text(encoding="utf-8").split())
    named = re.findall(r"`((?:reconciler|tests)/[\w/]+\.py)`, `(\w+)`", text)
    assert named
    for path, name in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        found = re.search(rf"^(?:def|class) {name}\b|^{name}(?:: .+?)? = ", source, re.MULTILINE)
        assert found, f"{name} in {path}"


def test_commands_in_examples_exist() -> None:
    """No page names a command that is not there."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(r"^(?:\$ )?reconciler (\w+)", text, re.MULTILINE)) <= set(COMMANDS)


def test_the_documents_of_the_documentation_are_good(tmp_path: Path) -> None:
    """Every YAML block that begins with a file's name, put together, is a repository without a problem."""
    text = "".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("documents.md", "drift.md"))
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", text, re.DOTALL)
    for name, content in blocks:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    settings = tmp_path / "reconciler.yaml"
    documents, diagnostics = read_repository(settings, read_settings_document(settings), TODAY)
    assert not has_errors(diagnostics), diagnostics
    assert documents.policy.overrides
    assert documents.acknowledged
    assert documents.released
    assert (len(blocks), len(documents.assignments)) == (7, 2)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_click_of_the_documentation_is_drift() -> None:
    """The commands of people who click put somebody into a role, take nobody out of one, and respond to a step."""
    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    scripts = [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "curl" in block]
    script = "".join(scripts)
    history = "/rest/v2.0/companies/4211/projects/1042/workflows/instances/7001/history"
    with running_sandbox(ROOT / "examples" / "acme" / "sandbox") as sandbox:
        before = sandbox.groups("3003", "1042")
        environment = {**clean_environment(), **sandbox.environment}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], env=environment, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        after = sandbox.groups("3003", "1042")
        responses = sandbox.request("GET", history).json()["data"]["history"]
    assert (len(scripts), [one["details"]["comment"] for one in responses]) == (2, ["Checked on site"])
    (uuid,) = [uuid for uuid, ids in after.items() if ids != before[uuid]]
    assert after[uuid] == [*before[uuid], "210"]
    assert after.keys() == before.keys()


def test_exit_codes_of_the_readme() -> None:
    """The table names just the codes that errors know, and those of results (done, changes, partly applied)."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    known = {getattr(errors, name).exit_code for name in errors.__all__}
    assert told == known | {0, 2, 4, 130}


def test_every_code_is_explained() -> None:
    """The table of diagnostics holds each code that stands in the source, with its severity, and no other."""
    page = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([a-z]+/[a-z-]+)` \| (?:error|warning|note) \| (.+) \|$", page, re.MULTILINE)
    assert {code: meaning.replace("`", "") for code, meaning in told} == MEANINGS
    sources = [path for path in (ROOT / "reconciler").rglob("*.py") if path.name != "meanings.py"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert [code for code, _ in told] == sorted(
        set(re.findall(r'"((?:documents|drift|export|live|people|plan|policy|routing|run|settings)/[a-z-]+)"', source))
    )
