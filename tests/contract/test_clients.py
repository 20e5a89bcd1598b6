"""Two public clients of the service against the sandbox; each is installed for the test alone, where it can be had."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.contract import EXAMPLE
from tests.support.sandbox import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENTS = Path(__file__).parent / "clients"
REFUSED = [404, 400, 422, 404, 405]

pytestmark = pytest.mark.slow


def install(command: Sequence[str | Path], folder: Path, package: str) -> None:
    """Install a package, or skip the test and say why."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "ERR" in line] or ["no reason given"]
        pytest.skip(f"{package} cannot be had here: {lines[0]}")


def walk(command: Sequence[str | Path], folder: Path) -> tuple[dict[str, Any], int]:
    """Run a client's script against the example company; gives what it did, and how many requests it took."""
    with running_sandbox(EXAMPLE) as sandbox:
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        done = subprocess.run(
            [*command, sandbox.address], cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        log = sandbox.log()
    statuses = [one["status"] for one in log if one["status"] != 200]
    assert statuses == REFUSED
    did: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return did, len(log)


def test_pyprocore(tmp_path: Path) -> None:
    """A third party's client in Python gets a token, follows pages, reads a preset and writes it."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    # it asks for Python 3.12; what is used of it runs on 3.11 too
    older = ["--ignore-requires-python"] if sys.version_info < (3, 12) else []
    install([python, "-m", "pip", "install", "--quiet", *older, "pyprocore"], tmp_path, "pyprocore")
    did, requests = walk([python, CLIENTS / "with_pyprocore.py"], tmp_path)
    assert (did, requests) == (
        {
            "token": True, "me": "Service account", "projects": 12, "users": 22, "tools": 2, "templates": 4,
            "presets": 2, "pages of presets": 2, "removed": 1, "individual assignees": 1, "refused": REFUSED,
        },
        20,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm")
def test_js_sdk(tmp_path: Path) -> None:
    """The vendor's own client in JavaScript does the same, with a token asked for in JSON."""
    (tmp_path / "package.json").write_text('{"private": true}', encoding="utf-8")
    install(["npm", "install", "--no-fund", "--no-audit", "@procore/js-sdk"], tmp_path, "@procore/js-sdk")
    script = shutil.copy(CLIENTS / "with_js_sdk.js", tmp_path)
    did, requests = walk(["node", script], tmp_path)
    assert (did, requests) == (
        {
            "token": 5400, "me": "Service account", "projects": 12, "pages of projects": 3, "projects by id": 2,
            "tools": 2, "templates": 4, "presets": 2, "pages of presets": 2, "removed": 1, "individual assignees": 1,
            "refused": REFUSED,
        },
        18,
    )  # fmt: skip
