"""The signs of life of a routing process: when they come, and what they say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from reconciler.clock import Clock
from reconciler.errors import FileError
from reconciler.model.routed import Health
from reconciler.operations.route_signs import PULSE_SECONDS, LifeSigns, Shown
from tests.support.notify_socket import notified
from tests.support.runs import make_run, now

if TYPE_CHECKING:
    from pathlib import Path

HEALTH = Health(
    format="reconciler/route-health/1",
    at="2026-11-23T12:00:00Z",
    oldest_look_seconds=45.2,
    oldest_look_allowed_seconds=7200.0,
    queues=12,
    queues_failed=0,
    waiting=1,
    needs_person=0,
    overdue=0,
    healthy=True,
)
ILL = msgspec.structs.replace(HEALTH, healthy=False, queues=2, queues_failed=2, waiting=3, needs_person=1)


class Signs:
    """Signs with a clock that a test moves, and a state that it sets."""

    def __init__(self, folder: Path, *, health_at: Path | None = None, notify: str = "") -> None:
        self.at = 1000.0
        self.health = HEALTH
        self.states = 0
        run = make_run(folder, NOTIFY_SOCKET=notify)
        run = msgspec.structs.replace(run, clock=Clock(now, lambda: self.at))
        self.signs = LifeSigns(run, health_at, None)

    def state(self) -> Shown:
        """Return the state, and count how often somebody asks."""
        self.states += 1
        return Shown(self.health, {}, "4211")


def test_the_health_of_an_earlier_process(tmp_path: Path) -> None:
    """It is removed before anything is read, so no probe takes it for that of this one; a link is left as it is.

    So is a file of the last two minutes: it may be that of another process.
    """
    file, link = tmp_path / "health.json", tmp_path / "link.json"
    for age, is_there in ((None, False), (130, False), (110, True)):
        if age is not None:
            file.write_text("{}")
            os.utime(file, times=(now().timestamp() - age,) * 2)
        Signs(tmp_path, health_at=file).signs.discard()
        assert file.exists() is is_there
    os.utime(file, times=(0, 0))
    link.symlink_to(file)
    Signs(tmp_path, health_at=link).signs.discard()
    Signs(tmp_path).signs.discard()
    assert (link.exists(), file.exists()) == (True, True)


def test_what_a_service_manager_hears(tmp_path: Path) -> None:
    """First that the process is ready, then that it is healthy and how it goes, at the end that it stops."""
    with notified() as there:
        one = Signs(tmp_path, notify=there.name)
        one.signs.begin(one.state)
        one.health = ILL
        one.signs.show()
        one.signs.end()
        assert there.waiting() == [
            "READY=1",
            "WATCHDOG=1",
            "STATUS=healthy: oldest look 45 s ago, 12 queues, 1 step waiting",
            "STATUS=not healthy: oldest look 45 s ago, 2 queues (2 failed), 3 steps waiting (1 for people)",
            "STOPPING=1",
        ]


def test_nobody_wants_to_know(tmp_path: Path) -> None:
    """Without a file and a service manager, the state is not even computed."""
    one = Signs(tmp_path)
    one.signs.begin(one.state)
    one.signs.pulse()
    one.signs.end()
    assert one.states == 0


def test_a_pulse(tmp_path: Path) -> None:
    """Within a look a sign comes every ten seconds, and none before the process is ready."""
    with notified() as there:
        one = Signs(tmp_path, notify=there.name)
        one.signs.pulse()
        assert there.waiting() == []
        one.signs.begin(one.state)
        one.at += PULSE_SECONDS - 0.1
        one.signs.pulse()
        assert there.waiting().count("WATCHDOG=1") == 1
        one.at += 0.1
        one.signs.pulse()
        one.signs.pulse()
        assert there.waiting().count("WATCHDOG=1") == 1


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """A pulse goes on, as an answer may be under way, and the sign after the look raises."""
    (tmp_path / "there").mkdir()
    one = Signs(tmp_path, health_at=tmp_path / "there" / "health.json")
    one.signs.begin(one.state)
    (tmp_path / "there" / "health.json").unlink()
    (tmp_path / "there").rmdir()
    one.at += PULSE_SECONDS
    one.signs.pulse()
    assert one.states == 2
    with pytest.raises(FileError):
        one.signs.show()
