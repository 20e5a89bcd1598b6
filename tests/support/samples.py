"""Samples of what our schemas describe: documents of the examples and pages, and what commands write."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.desired.yaml.strict_reader import read_yaml
from tests.support.account import INVOICE, write_documents
from tests.support.command_line import reconciler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import RunningSandbox

__all__ = ["example_documents", "written_formats"]

ROOT = Path(__file__).resolve().parents[2]


def example_documents() -> list[tuple[str, dict[str, Any]]]:
    """Return every document of the example company and of the pages, each with its kind."""
    files = sorted((ROOT / "examples" / "acme" / "repository").rglob("*.yaml"))
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    texts = [file.read_text(encoding="utf-8") for file in files]
    for page in pages:
        texts += re.findall(r"```yaml\n(# \S+\n.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    found = [document.data for text in texts for document in read_yaml(text.encode(), "a.yaml")[0]]
    return [(data["kind"], data) for data in found if isinstance(data, dict) and "kind" in data]


def written_formats(folder: Path, sandbox: RunningSandbox) -> Iterator[tuple[str, Any]]:
    """Yield what the real commands write, each with the name of its format."""
    write_documents(folder, {"a.yaml": INVOICE})

    def written(*arguments: str) -> Any:
        return json.loads(reconciler(folder, *arguments, environment=sandbox.environment).stdout)

    yield "validate", written("validate", "--format", "json")
    plan = written("plan", "--out", "plan.json", "--format", "json")
    yield "plan", plan
    assert json.loads((folder / "plan.json").read_text()) == plan
    reconciler(folder, "snapshot", "--out", "live.json", environment=sandbox.environment)
    yield "snapshot", json.loads((folder / "live.json").read_text())
    yield "apply", written("apply", "plan.json", "--format", "json")
    yield "history", written("history", "--format", "json")
    (journal,) = (folder / ".reconciler" / "journal").glob("*.jsonl")
    for line in journal.read_text().splitlines():
        yield "journal", json.loads(line)
    yield "drift", written("drift", "--format", "json")
    yield "doctor", written("doctor", "--format", "json")
    (folder / "a.yaml").write_text("kind: x\n")
    yield "error", written("plan", "--format", "json")
