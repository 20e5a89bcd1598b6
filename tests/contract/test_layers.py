"""Each contract of imports is broken on purpose in a copy of the package, and caught."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = [
    one["id"] for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]

# each with the file that gets a line, and the line
BREACHES = {
    "layers": [
        ("model/plan.py", "import reconciler.planning"),
        ("desired/base.py", "import reconciler.live.client"),
        ("operations/plan.py", "import reconciler.console.streams"),
        ("stray.py", "import reconciler.errors"),
    ],
    "layers-of-desired": [
        ("desired/kinds/teams_kind.py", "import reconciler.desired.repository"),
        ("desired/stray.py", "import reconciler.errors"),
    ],
    "layers-of-render": [
        ("render/views/rows.py", "import reconciler.render.formats.html"),
        ("render/text/escapes.py", "import reconciler.render.messages.marks"),
    ],
    "layers-of-operations": [("operations/checks/git_checks.py", "import reconciler.operations.doctor")],
    "rooms-through-operations": [
        ("commands/plan.py", "import reconciler.desired.git.base_revision"),
        ("console/plan_formats.py", "import reconciler.forge"),
    ],
    "operations-without-a-terminal": [
        ("operations/plan.py", "import rich.console"),
        ("operations/adopt.py", "import click"),
        ("operations/export.py", "import reconciler.render.formats.terminal"),
    ],
    "owner-of-terminals": [("planning/scope/claims.py", "import click"), ("forge/comments.py", "import rich.table")],
    "owner-of-deepdiff": [("planning/changes.py", "import deepdiff"), ("newroom.py", "import deepdiff")],
    "owner-of-http": [("forge/comments.py", "import httpx"), ("operations/readers.py", "import tenacity")],
    "owner-of-certificates": [("forge/github.py", "import truststore")],
    "owner-of-forge-clients": [("operations/forges.py", "import github"), ("alerting/chats.py", "import requests")],
    "owner-of-alerting-clients": [
        ("render/messages/drift_metrics.py", "import prometheus_client"),
        ("newroom.py", "import apprise"),
    ],
    "owner-of-spreadsheets": [("operations/people.py", "import python_calamine")],
    "owner-of-ldap": [("operations/people_sources.py", "import ldap")],
    "owner-of-yaml": [("operations/files.py", "import yaml"), ("live/wire.py", "import jsonschema")],
    "owner-of-templates": [("forge/comments.py", "import jinja2")],
    "owner-of-servers": [
        ("live/client.py", "import starlette.requests"),
        ("console/progress_bar.py", "import uvicorn"),
    ],
    "values": [("model/plan.py", "import yaml"), ("clock.py", "import httpx")],
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the package with its contracts."""
    shutil.copytree(ROOT / "reconciler", tmp_path / "reconciler", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


PROGRAM = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()"


def lint(house: Path, *contract: str) -> tuple[int, str]:
    """Check one contract, or all; its exit code, and what it says."""
    chosen = [argument for one in contract for argument in ("--contract", one)]
    command = [sys.executable, "-P", "-c", PROGRAM, "--no-cache", *chosen]
    # the copy is read and not run: there is nothing to measure in it
    environment = {name: text for name, text in os.environ.items() if name != "COVERAGE_PROCESS_CONFIG"}
    done = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_package_keeps_them(house: Path) -> None:
    """As it is, without anything planted."""
    code, told = lint(house)
    assert code == 0, told
    assert f"{len(CONTRACTS)} kept, 0 broken" in told


def test_every_contract_has_a_breach() -> None:
    """A new contract comes with what it catches."""
    assert list(BREACHES) == CONTRACTS


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [(contract, *breach) for contract, breaches in BREACHES.items() for breach in breaches],
)
def test_a_breach_is_caught(house: Path, contract: str, file: str, line: str) -> None:
    """One more import breaks it; so does a room that the layers do not name."""
    path = house / "reconciler" / file
    before = path.read_text() if path.exists() else '"""A room that nobody named."""\n'
    path.write_text(f"{before}\n\n{line}\n")
    code, told = lint(house, contract)
    assert code == 1, told
    assert "Traceback" not in told
    assert "0 kept, 1 broken" in told or "not in any layer" in told or "exhaustive" in told.lower(), told
