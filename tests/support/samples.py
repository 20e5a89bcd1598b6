"""Samples of what our schemas describe: documents of the examples and pages, and what commands write."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.desired.yaml.strict_reader import read_yaml
from reconciler.operations.route_loop import RouteOptions, route_until
from tests.support.account import INVOICE, write_documents, write_seed
from tests.support.command_line import reconciler
from tests.support.people_files import SOURCE, WORKERS
from tests.support.routed_account import ROUTING, routed_seed
from tests.support.runs import make_run, now

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
    yield "who", written("who", "--role", "*", "--format", "json")
    write_documents(folder, {"people.yaml": SOURCE})
    (folder / "workers.csv").write_text(WORKERS)
    yield "people", written("people", "--format", "json")
    yield "doctor", written("doctor", "--format", "json")
    yield from _written_by_routing(folder, sandbox)
    (folder / "a.yaml").write_text("kind: x\n")
    yield "error", written("plan", "--format", "json")


def _written_by_routing(folder: Path, sandbox: RunningSandbox) -> Iterator[tuple[str, Any]]:
    sandbox.seed_anew(write_seed(folder / "routed", routed_seed()))
    write_documents(folder, {"a.yaml": INVOICE, "routing.yaml": ROUTING.replace("mode: answer\n", "")})
    as_bot = {"RECONCILER_ROUTE_CLIENT_ID": "erp", "RECONCILER_ROUTE_CLIENT_SECRET": "erp"}
    environment = {**sandbox.environment, **as_bot}
    yield "route", json.loads(reconciler(folder, "route", "--once", "--format", "json", environment=environment).stdout)
    explained = reconciler(folder, "route", "--explain", "--format", "json", environment=environment)
    yield "route-explained", json.loads(explained.stdout)
    yield "history", json.loads(reconciler(folder, "history", "--routed", "--format", "json").stdout)
    for path in (folder / ".reconciler" / "journal" / "route").glob("*.jsonl"):
        yield "route-day", json.loads(reconciler(folder, "show", str(path), "--format", "json").stdout)
        for line in path.read_text().splitlines():
            yield "journal", json.loads(line)
    stopped = threading.Event()
    options = RouteOptions(interval=0.1, share=1.0, health_at=folder / "health.json")
    run = msgspec.structs.replace(make_run(folder, moment=now()), environment=environment)
    route_until(run, None, None, options, stopped=stopped, tell=lambda _step: stopped.set())
    yield "route-health", json.loads((folder / "health.json").read_text())
