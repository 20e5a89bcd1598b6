"""Schemathesis against the sandbox: thousands of requests made from its OpenAPI document, good and bad ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.command_line import clean_environment
from tests.support.contract import contract_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.sandbox import RunningSandbox

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "schemas" / "sandbox.openapi.json"
OPERATIONS = sum(len(item) for item in json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"].values())
FEW = 10
MANY = 200


def attack(sandbox: RunningSandbox, folder: Path, examples: int) -> str:
    """Run it as docs/sandbox.md says, and give what it said."""
    program = Path(sys.executable).with_name("schemathesis")
    config = ROOT / "tests" / "contract" / "schemathesis.toml"
    command = [str(program), "--config-file", str(config), "run", str(DOCUMENT),
               "--url", sandbox.address, "--header", f"Authorization: Bearer {sandbox.token}",
               "--max-examples", str(examples), "--no-color"]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, env=clean_environment(), capture_output=True, text=True, timeout=1800, check=False
    )
    told: str = done.stdout
    assert done.returncode == 0, told + done.stderr
    return told


@pytest.mark.slow
@pytest.mark.parametrize("examples", [FEW, MANY])
def test_no_request_breaks_the_sandbox(
    tmp_path: Path, examples: int, record_property: Callable[[str, object], None]
) -> None:
    """Every operation is tried, good requests and bad ones: no 5xx, no answer outside the schema, no bad one taken."""
    with contract_sandbox(tmp_path / "seed") as sandbox:
        told = attack(sandbox, tmp_path, examples)
        log = sandbox.log()
        assert sandbox.groups("3003", "1042").keys()  # whatever was sent, the preset can still be read
    assert f"Selected: {OPERATIONS}/{OPERATIONS}" in told
    assert f"Tested: {OPERATIONS}" in told
    found = re.search(r"(\d+) generated, (\d+) passed", told)
    assert found is not None
    assert int(found[2]) == int(found[1]) >= OPERATIONS * examples
    record_property("figures", f"{OPERATIONS} operations, {found[1]} cases, {len(log)} requests")
    statuses = Counter(one["status"] for one in log)
    assert {200, 204, 400, 401, 403, 404, 405, 422} >= statuses.keys()
    taken = {(one["method"], one["path"]) for one in log if one["status"] in {200, 204}}
    assert len(taken) >= OPERATIONS - 1  # the token call is no part of the log
