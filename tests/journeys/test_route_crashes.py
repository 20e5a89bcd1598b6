"""Two routers that are ended at any moment, beside a service that loses answers: each step is answered once."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.account import write_seed
from tests.support.command_line import clean_environment
from tests.support.routed_account import BOT, ROUTING, item_path, routed_seed
from tests.support.sandbox import running_sandbox
from tests.support.started import Started
from tests.support.starting import address as forking
from tests.support.trial import Trial, committed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import RunningSandbox

AS_BOT = {"RECONCILER_ROUTE_CLIENT_ID": "erp", "RECONCILER_ROUTE_CLIENT_SECRET": "erp"}
INSTANCES = "/rest/v2.0/companies/4211/projects/1042/workflows/instances"


def started(trial: Trial, output: int) -> Started:
    """Start one look in a process of its own."""
    environment = {**clean_environment(), **trial.sandbox.environment, **AS_BOT}
    return Started(forking(), trial.folder, ["route", "--once"], environment, (output, output, output))


def ended(process: Started, after: float) -> None:
    """End a process by kill -9 after so many seconds, wherever it is."""
    time.sleep(after)
    with suppress(ProcessLookupError):
        os.kill(process.number, signal.SIGKILL)
    process.wait(30)


def lines(trial: Trial) -> Iterator[dict[str, Any]]:
    """Yield the lines of a journal, but those that were torn."""
    for file in sorted((trial.folder / ".reconciler" / "journal" / "route").glob("*.jsonl")):
        for text in file.read_text().splitlines():
            with suppress(json.JSONDecodeError):
                yield json.loads(text)


def stored(sandbox: RunningSandbox, instance: str) -> dict[str, Any]:
    """Return the one response that the integration gave to an instance."""
    told = sandbox.request("GET", f"{INSTANCES}/{instance}/history").json()["data"]["history"]
    (response,) = [one["details"] for one in told if one["details"]["assignee"]["id"] == BOT]
    return {"option": response["selected_response_option"]["id"], "comment": response["comment"]}


def rules(name: str) -> str:
    """Return the rules of one router, without a limit that these steps would reach."""
    limits = "limits: {answers_per_hour: 10000, same_option_in_a_row: 10000}\n"
    return limits + ROUTING.replace("Matched in the ERP", f"By {name}")


def losses(chance: random.Random) -> list[dict[str, Any]]:
    """Return answers that get lost, stored or not."""
    return [
        {"method": "POST", "path": "/responses", "status": chance.choice((0, 502)), "times": 1,
         "skip": chance.randrange(0, 12), "carried_out": chance.random() < 0.7}
        for _ in range(6)
    ]  # fmt: skip


def exactly_once(folder: Path, steps: int, kills: int, seconds: float) -> tuple[int, int]:
    """Let two routers answer so many steps; return how many answers each journal has.

    Their rules give different comments, so that the two can be told apart.
    """
    chance = random.Random(4711)
    with running_sandbox(write_seed(folder / "seed", routed_seed(steps))) as sandbox:
        routers = [committed(folder / name, sandbox, {"routing.yaml": rules(name)}) for name in ("one", "other")]
        with Path(os.devnull).open("w") as nothing:
            for _ in range(kills // 2):
                sandbox.fail(*losses(chance))
                pair = [started(one, nothing.fileno()) for one in routers]
                for process in pair:
                    ended(process, chance.uniform(0.0, seconds))
        sandbox.fail()
        for one in (*routers, *routers):
            one.run("route", "--once", **AS_BOT)
        waiting = sandbox.request("GET", f"{INSTANCES}?filters[tool_type]=invoice&filters[assignee_id]={BOT}")
        assert waiting.json()["data"] == []
        return compared(sandbox, routers, steps)


def compared(sandbox: RunningSandbox, routers: list[Trial], steps: int) -> tuple[int, int]:
    """Hold both journals against the service: each step has one response, which one of them answers for."""
    answered: list[dict[str, dict[str, Any]]] = []
    for router in routers:
        intents: dict[str, dict[str, Any]] = {}
        outcomes: dict[str, str] = {}
        for line in lines(router):
            if line["event"] == "route-intended":
                assert intents.setdefault(line["token"], line)["comment"] == line["comment"]
            elif line["event"] == "route-outcome":
                outcomes[line["token"]] = line["status"]
        assert set(outcomes) == set(intents)
        assert set(outcomes.values()) <= {"answered", "answered-otherwise", "moved-on"}
        answered.append({one["instance_id"]: one for token, one in intents.items() if outcomes[token] == "answered"})
    first, second = answered
    assert not first.keys() & second.keys()
    both = first | second
    assert len(both) == steps
    for instance, one in both.items():
        assert stored(sandbox, instance) == {"option": one["option"]["id"], "comment": one["comment"]}
    asked: dict[str, set[str]] = {}
    for one in sandbox.log():
        if one["path"].endswith("/responses") and "body" in one:
            asked.setdefault(one["path"], set()).add(json.dumps(one["body"]))
    assert max(map(len, asked.values())) <= 2  # one body a router
    return len(first), len(second)


def test_two_routers_that_are_ended(tmp_path: Path) -> None:
    """Forty steps, twenty processes that are ended at random."""
    first, second = exactly_once(tmp_path, 40, 20, 0.7)
    assert first + second == 40


@pytest.mark.slow
def test_a_thousand_steps(tmp_path: Path) -> None:
    """A thousand steps, two hundred processes that are ended at random; 'pytest -m slow' runs it."""
    first, second = exactly_once(tmp_path, 1000, 200, 1.6)
    assert first + second == 1000
    assert min(first, second) > 0


def test_one_router_a_folder(tmp_path: Path) -> None:
    """A second process of the same folder sends nothing, ends with 64, and names the one that routes."""
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(1))) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        wait = {"method": "GET", "path": item_path("1042", "501"), "status": 503, "times": 3,
                "headers": {"Retry-After": "2"}}  # fmt: skip
        sandbox.fail(wait)
        with Path(os.devnull).open("w") as nothing:
            process = started(trial, nothing.fileno())
            lock = trial.folder / ".reconciler" / "journal" / "route" / f"{BOT}.lock"
            while not (lock.exists() and lock.read_text()):
                time.sleep(0.02)
            shown = trial.ends(64, "route", "--once", **AS_BOT)
            assert f"process {process.number} on " in shown
            assert "routes for this integration already" in shown
            sandbox.fail()
            assert process.wait(30) == 0
