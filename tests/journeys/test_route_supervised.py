"""A routing process under a service manager: it says that it is ready, healthy only while it is, and that it ends."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.repository import read_settings_document
from reconciler.live import interruptible_waits
from reconciler.operations.route_loop import RouteOptions, route_until
from reconciler.operations.route_service import open_route_service
from reconciler.operations.route_signs import LifeSigns
from reconciler.settings import read_service
from tests.support.account import write_seed
from tests.support.notify_socket import notified
from tests.support.routed_account import ROUTING, routed_seed
from tests.support.routing_process import AS_BOT, Routing, routing
from tests.support.runs import make_run, now
from tests.support.sandbox import running_sandbox
from tests.support.trial import committed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from reconciler.model.routed import RoutedStep


def test_01_from_the_start_to_the_end(tmp_path: Path) -> None:
    """It is ready once it holds the lease, healthy from then on, and SIGTERM is the last that is heard of."""
    with (
        notified() as there,
        routing(tmp_path, "--oldest", "30s", NOTIFY_SOCKET=there.name) as (one, _sandbox),
    ):
        assert there.next() == ["READY=1"]
        journal = tmp_path / "approvals" / ".reconciler" / "journal" / "route"
        assert "50.lock" in {path.name for path in journal.iterdir()}
        assert any("route-started" in path.read_text() for path in journal.glob("*.jsonl"))
        first = there.next()
        assert first[0] == "WATCHDOG=1"
        assert first[1].startswith("STATUS=healthy: oldest look ")
        one.shows("answered · instance 6502")
        assert one.ends()[0] == 0
        heard = there.waiting()
        assert heard[-1] == "STOPPING=1"
        assert heard.count("STOPPING=1") == 1
        assert "READY=1" not in heard


def test_02_a_service_that_answers_nothing(tmp_path: Path) -> None:
    """The process lives and says how it goes, and the watchdog hears nothing more of it."""
    with (
        notified(abstract=True) as there,
        routing(tmp_path, "--oldest", "2s", NOTIFY_SOCKET=there.name) as (one, sandbox),
    ):
        one.shows("answered · instance 6502")
        assert "WATCHDOG=1" in there.waiting()
        sandbox.fail({"path": "workflows/instances", "status": 403, "times": 9999})
        there.waits_for("STATUS=not healthy")
        later = [line for _ in range(2) for line in there.next(90.0)]
        assert [line for line in later if not line.startswith("STATUS=not healthy: ")] == []
        assert one.ends(signal.SIGINT)[0] == 0


def test_03_a_start_that_fails(tmp_path: Path) -> None:
    """A process that may not route never says that it is ready."""
    with notified() as there, running_sandbox(write_seed(tmp_path / "seed", routed_seed(1))) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        trial.write_only({"policy.yaml": "kind: policy\nfrozen: year-end\n"})
        one = Routing(trial, tmp_path, NOTIFY_SOCKET=there.name)
        one.ended = True
        assert one.process.wait(30) == 3
        assert there.waiting() == ["STOPPING=1"]


def test_04_a_look_at_many_instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a look there is a pulse before the list, before each instance, and before each response."""
    pulses: list[str] = []
    shown: list[tuple[str, int]] = []
    stopped = threading.Event()
    monkeypatch.setattr(LifeSigns, "pulse", lambda _signs: pulses.append("pulse"))

    def tell(step: RoutedStep) -> None:
        shown.append((step.instance_id, len(pulses)))
        stopped.set()

    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(3))) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        run = msgspec.structs.replace(
            make_run(trial.folder, moment=now()), environment={**sandbox.environment, **AS_BOT}
        )
        route_until(run, None, None, RouteOptions(interval=0.1, share=1.0), stopped=stopped, tell=tell)
    assert [name for name, _ in shown] == ["6501", "6502", "6503"]
    assert {count for _, count in shown} <= {7, 8}, "one before what is open is settled, by chance"


def test_05_a_long_wait_for_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait that the service asks for is no silence: there is a pulse where it begins."""
    monkeypatch.setattr(interruptible_waits, "LONG_WAIT_SECONDS", 0.5)
    pulses: list[str] = []
    with running_sandbox(write_seed(tmp_path / "seed", routed_seed(1))) as sandbox:
        trial = committed(tmp_path / "approvals", sandbox, {"routing.yaml": ROUTING})
        environment = {**sandbox.environment, **AS_BOT}
        run = msgspec.structs.replace(make_run(trial.folder, moment=now()), environment=environment)
        service = read_service(read_settings_document(trial.folder / "reconciler.yaml"), environment)
        sandbox.fail({"path": "/me", "status": 503, "times": 1, "headers": {"Retry-After": "1"}})
        with open_route_service(service, run, answers=False, pulse=lambda: pulses.append("pulse")) as one:
            assert one.me().id == "50"
    assert pulses == ["pulse"]
