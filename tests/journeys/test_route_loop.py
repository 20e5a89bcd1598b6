"""Routing that goes on: looks by schedule, what it shows, its health, and how it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.errors import RefusedError
from reconciler.operations import route_loop, route_round
from reconciler.operations.route_loop import RouteOptions, route_until
from tests.support.account import write_seed
from tests.support.command_line import clean_environment
from tests.support.routed_account import BOT, ITEM, ROUTING, item_path, routed_seed
from tests.support.routing_process import AS_BOT, Routing, routing
from tests.support.runs import make_run, now
from tests.support.sandbox import running_sandbox
from tests.support.started import Started
from tests.support.starting import address as forking
from tests.support.trial import committed

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.routed import RoutedStep


def test_01_it_goes_on(tmp_path: Path) -> None:
    """What waits is answered, what comes later too; each step is shown once; SIGTERM ends it with 0."""
    with routing(tmp_path, "--oldest", "3s") as (one, sandbox):
        one.shows("answered · instance 6501")
        one.shows("answered · instance 6502")
        started = sandbox.click(
            {"do": "start", "template_id": "11", "project_id": "1042", "item_id": "501", "created_by": "2"}
        )
        shown = one.shows(
            f"answered · instance {started} · ERP check · projects/1042/templates/11 · Approve · rule: small"
        )
        assert shown.count("instance 6501") == 1
        code, seconds = one.ends()
        assert code == 0, one.shown_at.read_text()
        assert seconds < 10


def test_02_what_needs_a_person(tmp_path: Path) -> None:
    """It is shown once, counted in the health, and read again only after a while."""
    with routing(tmp_path, "--oldest", "30s") as (one, sandbox):
        sandbox.click({"do": "change_item", "path": item_path("1042", "502"), "body": {**ITEM, "status": "new"}})
        sandbox.click(
            {"do": "start", "template_id": "11", "project_id": "1042", "item_id": "502", "created_by": "2", "id": "777"}
        )
        shown = one.shows("instance 777")
        assert "no-rule · instance 777 · ERP check · projects/1042/templates/11 · no rule covers it" in shown
        one.waits(lambda: one.health()["needs_person"] >= 1)
        before = len([entry for entry in sandbox.log() if entry["path"].endswith("instances/777")])
        looks = len([entry for entry in sandbox.log() if "instances" in entry["path"]])
        one.waits(lambda: len([entry for entry in sandbox.log() if "instances" in entry["path"]]) > looks + 4)
        assert len([entry for entry in sandbox.log() if entry["path"].endswith("instances/777")]) <= before + 1
        health = one.health()
        assert health["healthy"] is True
        figures = (tmp_path / "route.prom").read_text()
        assert 'reconciler_route_steps_total{company="4211",status="no-rule"} ' in figures
        assert 'status="no-rule"} 0.0' not in figures
        assert 'reconciler_route_healthy{company="4211"} 1.0' in figures
        assert (health["queues"], health["queues_failed"]) == (2, 0)
        assert health["oldest_look_seconds"] <= 30


def test_03_silence_is_failure(tmp_path: Path) -> None:
    """A service that answers nothing: the process lives, and its health says that no look was completed."""
    with routing(tmp_path, "--oldest", "2s") as (one, sandbox):
        one.shows("answered · instance 6502")
        sandbox.fail({"path": "workflows/instances", "status": 403, "times": 9999})
        one.waits(lambda: not one.health()["healthy"])
        one.waits(lambda: one.health()["queues_failed"] == 2)
        assert one.ends(signal.SIGINT)[0] == 0


def test_04_a_crash_in_between(tmp_path: Path) -> None:
    """A process that is ended leaves its lease, and the next one settles what was open."""
    seed = routed_seed(1)
    with running_sandbox(write_seed(tmp_path / "seed", seed)) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        lost = {"method": "POST", "path": "responses", "status": 503, "times": 99, "headers": {"Retry-After": "1"}}
        sandbox.fail(lost)
        one = Routing(trial, tmp_path, "--oldest", "3s")
        one.waits(lambda: any(entry["method"] == "POST" for entry in sandbox.log()))
        assert one.ends(signal.SIGKILL)[0] != 0
        sandbox.fail()
        other = Routing(trial, tmp_path, "--oldest", "3s")
        other.shows("answered · instance 6501")
        assert other.ends()[0] == 0
        tokens = {entry["token"] for entry in sandbox.log() if entry["path"].endswith("responses") and "body" in entry}
        assert len(tokens) == 1


def test_04b_rules_that_are_withdrawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit counts for a process that runs: it reads the documents again, and a freeze ends it."""
    stopped, shown = threading.Event(), []
    monkeypatch.setattr(route_round, "_COMPARED_SECONDS", 0.0)
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(1))) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        run = msgspec.structs.replace(
            make_run(trial.folder, moment=now()), environment={**sandbox.environment, **AS_BOT}
        )

        def tell(step: RoutedStep) -> None:
            shown.append((step.instance_id, step.status))
            if step.status == "answered":
                trial.write_only({"routing.yaml": ROUTING.replace("mode: answer", "mode: observe")})
                trial.commit()
                start = {"template_id": "11", "project_id": "1042", "item_id": "501", "created_by": "2", "id": "777"}
                sandbox.click({"do": "start", **start})
            else:
                trial.write_only({"policy.yaml": "kind: policy\nfrozen: year-end\n"})
                trial.commit()

        options = RouteOptions(interval=0.1, oldest=1.0, share=1.0)
        with pytest.raises(RefusedError, match="nothing is answered at present"):
            route_until(run, None, None, options, stopped=stopped, tell=tell)
    assert shown == [("6501", "answered"), ("777", "observed")]


def test_04c_projects_that_vanish_for_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty list drops no queue; and a process without any queue is not healthy."""
    stopped = threading.Event()
    monkeypatch.setattr(route_loop, "REFRESH_SECONDS", 0.05)
    monkeypatch.setattr(route_loop, "_USUAL_LIMIT", 360_000)  # of which the lists of projects take a fifth
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(1))) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        environment = {**sandbox.environment, **AS_BOT}
        run = msgspec.structs.replace(make_run(trial.folder, moment=now()), environment=environment)
        empty = {"path": "/rest/v1.1/projects", "status": 200, "body": "[]", "times": 9999}

        def tell(step: RoutedStep) -> None:
            if step.instance_id == "777":
                stopped.set()
                return
            sandbox.fail(empty)
            start = {"template_id": "11", "project_id": "1042", "item_id": "501", "created_by": "2", "id": "777"}
            sandbox.click({"do": "start", **start})

        options = RouteOptions(interval=0.1, oldest=1.0, share=1.0, health_at=tmp_path / "health.json")
        route_until(run, None, None, options, stopped=stopped, tell=tell)
        stopped.clear()
        threading.Timer(1.0, stopped.set).start()
        route_until(run, None, None, options, stopped=stopped, tell=tell)
        health = json.loads((tmp_path / "health.json").read_text())
        assert (health["queues"], health["healthy"]) == (0, False)


def test_04d_one_look_that_is_interrupted(tmp_path: Path) -> None:
    """Ctrl-C after the first answer: the message does not say that nothing was written, and the next look goes on."""
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(2))) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        sandbox.fail({"path": "requisitions/502", "status": 503, "times": 9, "headers": {"Retry-After": "20"}})
        shown_at = tmp_path / "shown.txt"
        environment = {**clean_environment(), **sandbox.environment, **AS_BOT}
        with shown_at.open("w") as output:
            process = Started(forking(), trial.folder, ["route", "--once"], environment, (output.fileno(),) * 3)
        while not any("502" in entry["path"] and "requisitions" in entry["path"] for entry in sandbox.log()):
            time.sleep(0.05)
        os.kill(process.number, signal.SIGINT)
        assert process.wait(30) == 130
        words = "interrupted; the journal has each response that was sent, and routing again settles what is open"
        assert words in shown_at.read_text()
        sandbox.fail()
        shown = trial.run("route", "--once", **AS_BOT)
        assert "answered   instance 6502" in shown
        assert "6501" not in shown


def test_04e_somebody_asks_for_a_look(tmp_path: Path) -> None:
    """A queue that is not due for hours is looked at within seconds; a queue that is not ours changes nothing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with routing(tmp_path, "--interval", "2h", "--wake", f"127.0.0.1:{port}") as (one, sandbox):
        one.shows("answered · instance 6501")
        sandbox.click(
            {"do": "start", "template_id": "11", "project_id": "1042", "item_id": "501", "created_by": "2", "id": "777"}
        )
        for project in ("9", "1042"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            body = json.dumps({"project_id": project, "tool_type": "invoice"})
            connection.request("POST", "/look", body, {"Content-Type": "application/json"})
            assert connection.getresponse().status == 202
            connection.close()
        one.shows("answered · instance 777")
        assert one.ends()[0] == 0


def test_04f_stopped_while_a_program_decides(tmp_path: Path) -> None:
    """The program ends with the process, within seconds, and the journal has no decision: the next start decides."""
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "erp-decide"
    program.write_text(f"#!{sys.executable}\nimport time\nopen({str(tmp_path / 'began')!r}, 'w')\ntime.sleep(60)\n")
    program.chmod(0o755)
    rules = ROUTING.replace("rules:\n", f"rules:\n  - {{name: ask, decide: [{program}]}}\n")
    named = {"RECONCILER_DECIDE_PATH": str(programs)}
    with routing(tmp_path, rules=rules, **named) as (one, _):
        one.waits((tmp_path / "began").exists)
        code, seconds = one.ends()
        assert (code, seconds < 5) == (0, True)
        assert "route-noted" not in "".join(path.read_text() for path in (one.journal_at).iterdir())


@pytest.mark.parametrize("is_silent", [False, True])
def test_04g_stopped_while_it_starts(tmp_path: Path, *, is_silent: bool) -> None:
    """Nothing is under way yet: a service that asks for a long wait, or never answers, does not hold the end up."""
    with (
        running_sandbox(write_seed(tmp_path / "seed", routed_seed(1))) as sandbox,
        socket.create_server(("127.0.0.1", 0)) as silent,
    ):
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        sandbox.fail({"path": "/me", "status": 503, "times": 9, "headers": {"Retry-After": "60"}})
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        one = Routing(trial, tmp_path, **{"RECONCILER_API_URL": address} if is_silent else {})
        try:
            if is_silent:
                held, _ = silent.accept()
                with held:
                    code, seconds = one.ends()
            else:
                one.waits(lambda: any(entry["path"].endswith("/me") for entry in sandbox.log()))
                code, seconds = one.ends()
        finally:
            one.end_anyway()
        assert (code, seconds < 3) == (0, True), one.shown_at.read_text()


def test_05_wrong_usage(tmp_path: Path) -> None:
    """Both ways of looking at once, and a time that is none."""
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(1))) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        assert "--once and --interval exclude each other" in trial.ends(64, "route", "--once", "--interval", "60")
        assert "'soon' is not a duration; write 90s, 30m, 4h or 2d" in trial.ends(64, "route", "--interval", "soon")
        for option in (("--health", "h.json"), ("--wake", "127.0.0.1:0")):
            assert "--health, --metrics and --wake need --interval" in trial.ends(64, "route", "--once", *option)
        assert "--explain sends nothing: leave --once," in trial.ends(64, "route", "--once", "--explain")
        assert "--format json is for --once and" in trial.ends(64, "route", "--interval", "60", "--format", "json")
        shown = trial.ends(64, "route", "--interval", "60", "--wake", "0.0.0.0:80")
        assert "'0.0.0.0:80' is not an address of this machine with a port; write 127.0.0.1:8321" in shown
        shown = trial.ends(64, "route", "--interval", "5s", "--metrics", "none/x.prom")
        assert "there is no folder" in shown
        assert BOT not in trial.ends(64, "route", "--interval", "0")
