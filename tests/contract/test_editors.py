"""The schemas in programs of others: a strict validator, and what editors ask; each is installed for the test alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.formats import SCHEMAS
from tests.support.language_server import running_editor
from tests.support.samples import ROOT, example_documents, written_formats

if TYPE_CHECKING:
    from tests.support.sandbox import RunningSandbox

SCRIPT = Path(__file__).parent / "clients" / "with_ajv.js"
HEAD = "kind: assignments\ntemplate: T\n"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm")]


def install(folder: Path, *packages: str) -> Path:
    """Install packages without running anything of them, or skip the test and say why; return their folder."""
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    done = subprocess.run(
        ["npm", "install", "--ignore-scripts", "--no-fund", "--no-audit", *packages],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "ERR" in line] or ["no reason given"]
        pytest.skip(f"{', '.join(packages)} cannot be had here: {lines[0]}")
    return folder / "node_modules"


def test_ajv_in_strict_mode(tmp_path: Path, sandbox: RunningSandbox) -> None:
    """It takes every schema, and says of each document what our own validator says."""
    install(tmp_path, "ajv@8", "ajv-formats@3")
    shutil.copy(SCRIPT, tmp_path)
    documents = example_documents()
    written = list(written_formats(tmp_path / "approvals", sandbox))
    good = [*documents, *(("document", document) for _, document in documents), *written]
    wrong: list[tuple[str, Any]] = [(kind, {**document, "x": 1}) for kind, document in documents]
    wrong += [("document", document) for _, document in wrong]
    wrong += [("document", {}), ("document", {"kind": "x"}), ("document", {"kind": "teams", "teams": {"a": ["ann"]}})]
    wrong += [(name, {}) for name, _ in written]
    schemas = {
        path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in SCHEMAS.glob("*.schema.json")
    }
    # the same with a key that it does not know: the mode is strict indeed
    asked = {"schemas": {**schemas, "loose": {**schemas["teams"], "x-note": 1}}, "cases": good + wrong}
    done = subprocess.run(
        ["node", SCRIPT.name], cwd=tmp_path, input=json.dumps(asked), capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["refused"] == {"loose": 'strict mode: unknown keyword: "x-note"'}
    assert answer["valid"] == [True] * len(good) + [False] * len(wrong)
    assert {name for name, _ in good} == {*schemas} - {"approved", "marked"}


def test_an_editor_with_one_line_for_a_folder(tmp_path: Path) -> None:
    """The setting of the page covers every document, and nothing in hidden folders; problems are those of one kind."""
    program = install(tmp_path, "yaml-language-server@1") / ".bin" / "yaml-language-server"
    page = (ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
    (setting,) = [json.loads(line) for line in page.splitlines() if line.startswith('{"yaml.schemas"')]
    (file,) = setting["yaml.schemas"]
    (tmp_path / file).parent.mkdir()
    shutil.copy(SCHEMAS / "document.schema.json", tmp_path / file)
    with running_editor(program, tmp_path, setting["yaml.schemas"]) as editor:
        example = ROOT / "examples" / "acme" / "repository"
        for path in sorted(example.rglob("*.y*ml")):
            assert editor.problems(path.relative_to(example).as_posix(), path.read_text(encoding="utf-8")) == []
        assert editor.problems(".github/workflows/a.yml", "on: push\n") == []
        (problem,) = editor.problems("a/kind.yml", "kind: x\ny: 1\n")
        assert problem.startswith('1: Value is not accepted. Valid values: "settings", "assignments", "teams"')
        assert editor.problems("a/none.yaml", "template: T\n") == ['1: Missing property "kind".']
        assert editor.problems("a/b.yaml", f"{HEAD}projects:\n  - project: P\n    group: {{}}\n") == [
            "5: Property group is not allowed."
        ]
        assert editor.problems("two.yaml", "kind: teams\nteams: {}\n---\nkind: policy\nlimit: {}\n") == [
            "5: Property limit is not allowed."
        ]
        assert editor.problems("c.yaml", "kind: policy\n\n") == []
        assert editor.completions("c.yaml", 2, 1) == [
            "limits", "roles", "protected", "separate", "overrides", "frozen",
        ]  # fmt: skip
        assert "People who are never removed" not in editor.hover("c.yaml", 1)
        editor.problems("d.yaml", "kind: policy\nprotected: []\n")
        assert "People who are never removed without an override." in editor.hover("d.yaml", 2)


def test_an_editor_with_a_line_in_a_file(tmp_path: Path) -> None:
    """The line at the head of a file is enough, with any of the schemas."""
    program = install(tmp_path, "yaml-language-server@1") / ".bin" / "yaml-language-server"
    with running_editor(program, tmp_path, {}) as editor:
        assert editor.problems("a.yaml", "kind: x\n") == []
        for name in ("document", "teams"):
            head = f"# yaml-language-server: $schema={SCHEMAS / name}.schema.json\n"
            assert editor.problems(f"{name}.yaml", f"{head}kind: teams\nteam: {{}}\n") == [
                '2: Missing property "teams".', "3: Property team is not allowed.",
            ]  # fmt: skip
